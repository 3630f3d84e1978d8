"""The same images under other names: copies that the Kubernetes project keeps, and names of earlier years."""

from __future__ import annotations

from tutor.cluster.containers.images.busybox import Busybox
from tutor.cluster.containers.images.debian import Debian
from tutor.cluster.containers.images.httpd import Httpd
from tutor.cluster.containers.images.nginx import Nginx
from tutor.cluster.containers.images.whoami import Whoami


class KubernetesBusybox(Busybox):
    repository = 'registry.k8s.io/busybox'
    tags = {'latest': '1.24.2', '1.24': '1.24.2', '1.27': '1.27.2', '1.27.2': '1.27.2'}
    size = 676_192


class TestBusybox(Busybox):
    repository = 'registry.k8s.io/e2e-test-images/busybox'
    tags = {'1.29-1': '1.29.3', '1.29-2': '1.29.3', '1.29-4': '1.29.3', '1.36.1-1': '1.36.1', '1.37.0-1': '1.37.0'}
    size = 732_746


class TestHttpd(Httpd):
    repository = 'registry.k8s.io/e2e-test-images/httpd'
    tags = {**{f'2.4.38-{build}': '2.4.38' for build in (1, 2, 4)}, '2.4.39-4': '2.4.39'}


class TestNginx(Nginx):
    repository = 'registry.k8s.io/e2e-test-images/nginx'
    tags = {**{f'1.14-{build}': '1.14.2' for build in (1, 2, 4)}, '1.15-4': '1.15.12'}


class KubernetesNginx(Nginx):
    repository = 'registry.k8s.io/nginx'
    tags = {'latest': '1.9.1', '1.7.9': '1.7.9', '1.8': '1.8.0'}


class ContainousWhoami(Whoami):
    repository = 'containous/whoami'
    tags = {'latest': 'v1.5.0', 'v1.5.0': 'v1.5.0'}


class KubernetesDebian(Debian):
    """What empties volumes."""

    repository = 'registry.k8s.io/build-image/debian-base'
    tags = {'bookworm-v1.0.6': '12'}
