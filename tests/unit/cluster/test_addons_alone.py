"""The programs of add-ons do their work later when the API server does not answer in the midst of it."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ADDONS, ClusterConfig


def ask(cluster: Cluster) -> None:
    """Something to do for each of them."""
    meta: dict[str, Any] = {'namespace': 'default', 'name': 'it'}
    admin = cluster.admin
    admin.create('persistentvolumeclaims', {
        'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': meta, 'spec': {
            'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1Gi'}}}})
    admin.create('pods', {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': meta, 'spec': {
        'containers': [{'name': 'c', 'image': 'nginx'}],
        'volumes': [{'name': 'v', 'persistentVolumeClaim': {'claimName': 'it'}}]}})
    admin.create('services', {'apiVersion': 'v1', 'kind': 'Service', 'metadata': meta, 'spec': {
        'type': 'LoadBalancer', 'ports': [{'port': 80}]}})
    admin.create('ingresses.networking.k8s.io', {
        'apiVersion': 'networking.k8s.io/v1', 'kind': 'Ingress', 'metadata': meta, 'spec': {
            'ingressClassName': 'nginx', 'defaultBackend': {'service': {'name': 'it', 'port': {'number': 80}}}}})


@pytest.mark.parametrize('delay', [0.001, 1.0])
def test_what_the_api_server_did_not_answer_is_done_then(delay: float) -> None:
    cluster = Cluster(ClusterConfig(addons=(*ADDONS, 'load-balancer', 'ingress'), pulled=True))
    cluster.boot()
    cluster.simulation.advance(60)
    ask(cluster)
    cluster.simulation.advance(delay)
    cluster.endpoint.close()
    cluster.simulation.advance(70)
    cluster.endpoint.open()
    cluster.simulation.advance(180)
    assert cluster.simulation.failures == []
    assert cluster.admin.get('pods', 'it', 'default')['status']['phase'] == 'Running'
    for resource in ('services', 'ingresses.networking.k8s.io'):
        assert cluster.admin.get(resource, 'it', 'default')['status']['loadBalancer']['ingress']
    cluster.admin.delete('pods', 'it', 'default')
    cluster.admin.delete('persistentvolumeclaims', 'it', 'default')
    cluster.simulation.run_until(lambda: any(volume['status'].get('phase') == 'Released' for volume in
                                             cluster.admin.items('persistentvolumes')), cluster.simulation.now + 60)
    cluster.endpoint.close()
    cluster.simulation.advance(20)
    cluster.endpoint.open()
    cluster.simulation.advance(300)
    assert cluster.admin.items('persistentvolumes') == []
    assert cluster.simulation.failures == []
