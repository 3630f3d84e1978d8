"""registry.k8s.io/nginx-slim: nginx as the StatefulSet tutorial of the Kubernetes documentation uses it."""

from __future__ import annotations

from tutor.cluster.containers.images.nginx import Nginx


class NginxSlim(Nginx):
    repository = 'registry.k8s.io/nginx-slim'
    tags = dict.fromkeys(('0.8', '0.21', '0.24', '0.25', '0.26', '0.27', '0.40'), '1.27.5')
    size = 11_432_190
