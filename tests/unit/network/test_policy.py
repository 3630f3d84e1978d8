"""What NetworkPolicies let through."""

from typing import Any

import pytest

from tutor.apimachinery.objects import is_true
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig

PLACES = {'web': 'default', 'box': 'default', 'other': 'away'}
ALL: dict[str, Any] = {}
POLICIES = 'networkpolicies.networking.k8s.io'
BOX = {'podSelector': {'matchLabels': {'app': 'box'}}}


@pytest.fixture(scope='module')
def shared() -> Cluster:
    cluster = Cluster(ClusterConfig(addons=(), host=('dns', 'proxy'), pulled=True))
    cluster.boot()
    space = {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'away', 'labels': {'team': 'b'}}}
    cluster.admin.create('namespaces', space)
    cluster.simulation.advance(1)
    for name, namespace in PLACES.items():
        container = {'name': 'main', 'image': 'nginx', 'ports': [{'name': 'http', 'containerPort': 80}]}
        cluster.admin.create('pods', {
            'apiVersion': 'v1', 'kind': 'Pod', 'spec': {'containers': [container]},
            'metadata': {'name': name, 'namespace': namespace, 'labels': {'app': name}}}, namespace)
    assert cluster.simulation.run_until(lambda: all(is_true(pod, 'Ready') for pod in cluster.admin.items('pods')), 30)
    return cluster


@pytest.fixture
def cluster(shared: Cluster) -> Cluster:
    for item in shared.admin.items(POLICIES):
        shared.admin.delete(POLICIES, item['metadata']['name'], 'default')
    shared.simulation.advance(1)
    return shared


def policy(cluster: Cluster, spec: dict[str, Any], name: str = 'p') -> None:
    cluster.admin.create(POLICIES, {
        'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy',
        'metadata': {'name': name, 'namespace': 'default'},
        'spec': {'podSelector': {'matchLabels': {'app': 'web'}}, **spec}}, 'default')
    cluster.simulation.advance(1)


def reaches(cluster: Cluster, source: str, target: str = 'web', port: int = 80) -> bool:
    pods = {pod['metadata']['name']: pod for pod in cluster.admin.items('pods')}
    fabric = cluster.nodes.fabric
    stack = fabric.owner(pods[source]['status']['podIP'])
    assert stack is not None
    return fabric.route(stack, pods[target]['status']['podIP'], port) != 'dropped'


def test_without_policies_nothing_is_asked(cluster: Cluster) -> None:
    assert cluster.nodes.fabric.policy is None
    assert reaches(cluster, 'box') and reaches(cluster, 'other')


def test_deny_all_ingress_leaves_the_kubelet_alone(cluster: Cluster) -> None:
    policy(cluster, {'policyTypes': ['Ingress']})
    assert not reaches(cluster, 'box')
    assert reaches(cluster, 'web', 'box')
    pod = cluster.admin.get('pods', 'web', 'default')
    node = cluster.nodes.fabric.node(pod['spec']['nodeName'])
    assert cluster.nodes.fabric.route(node, pod['status']['podIP'], 80) != 'dropped'


@pytest.mark.parametrize(('peer', 'box', 'other'), [
    ({'podSelector': {'matchLabels': {'app': 'box'}}}, True, False),
    ({'podSelector': ALL}, True, False),
    ({'namespaceSelector': ALL}, True, True),
    ({'namespaceSelector': {'matchLabels': {'team': 'b'}}}, False, True),
    ({'namespaceSelector': {'matchLabels': {'team': 'b'}}, **BOX}, False, False),
    ({'ipBlock': {'cidr': '10.244.0.0/16'}}, True, True),
    ({'ipBlock': {'cidr': '10.0.0.0/8', 'except': ['10.244.0.0/16']}}, False, False),
])
def test_peers(cluster: Cluster, peer: dict[str, Any], box: bool, other: bool) -> None:
    policy(cluster, {'policyTypes': ['Ingress'], 'ingress': [{'from': [peer]}]})
    assert (reaches(cluster, 'box'), reaches(cluster, 'other')) == (box, other)


@pytest.mark.parametrize(('port', 'allowed'), [
    ({'port': 80}, True), ({'port': 81}, False), ({'port': 'http'}, True), ({'port': 'nope'}, False),
    ({'port': 70, 'endPort': 90}, True), ({'port': 70, 'endPort': 79}, False), ({'protocol': 'UDP'}, False),
])
def test_ports(cluster: Cluster, port: dict[str, Any], allowed: bool) -> None:
    policy(cluster, {'policyTypes': ['Ingress'], 'ingress': [{'ports': [port]}]})
    assert reaches(cluster, 'box') is allowed


def test_policies_add_up_and_egress_is_the_senders(cluster: Cluster) -> None:
    policy(cluster, {'policyTypes': ['Egress']})
    assert not reaches(cluster, 'web', 'box')
    assert reaches(cluster, 'box')
    policy(cluster, {'policyTypes': ['Egress'], 'egress': [{'to': [BOX]}]}, 'q')
    assert reaches(cluster, 'web', 'box')
    assert not reaches(cluster, 'web', 'other')
