"""Connections between pods, through Services, and what stops them."""

import pytest

from tutor.apimachinery.objects import is_true
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig
from tutor.cluster.containers.http import HttpRequest, fetch
from tutor.cluster.network.addresses import AddressesExhausted, PodAddresses, pod_cidr
from tutor.shell.process import NameNotFound


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster(ClusterConfig(addons=(), host=('dns', 'proxy'), pulled=True))
    cluster.boot()
    for name in ('web-1', 'web-2', 'box'):
        cluster.admin.create(
            'pods',
            {
                'apiVersion': 'v1',
                'kind': 'Pod',
                'metadata': {'name': name, 'namespace': 'default', 'labels': {'app': name.partition('-')[0]}},
                'spec': {
                    'containers': [
                        {
                            'name': 'main',
                            'image': 'nginx',
                            'command': [
                                'sh',
                                '-c',
                                f'echo {name} > /usr/share/nginx/html/index.html; exec nginx -g "daemon off;"',
                            ],
                        }
                    ]
                },
            },
        )
    service(cluster, 'web', {'selector': {'app': 'web'}, 'ports': [{'port': 80}]})
    assert cluster.simulation.run_until(lambda: all(is_true(pod, 'Ready') for pod in cluster.admin.items('pods')), 30)
    cluster.simulation.advance(2)
    return cluster


def service(cluster: Cluster, name: str, spec: dict) -> dict:
    return cluster.admin.create(
        'services',
        {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': name, 'namespace': 'default'}, 'spec': spec},
    )


def network(cluster: Cluster, pod: str):
    for kubelet in cluster.nodes.fleet.kubelets.values():
        for worker in kubelet.workers.values():
            if worker.key == f'default/{pod}':
                return worker.histories['main'][0].network
    raise AssertionError(pod)


def get(cluster: Cluster, host: str, port: int = 80) -> str:
    box = network(cluster, 'box')

    async def ask() -> str:
        address = (await box.resolve(host))[0]
        return (await fetch(box, address, port, HttpRequest('GET', '/'), 3)).body.decode()

    return cluster.simulation.run_task(ask())


def test_a_service_answers_by_name_from_all_its_pods(cluster: Cluster) -> None:
    assert {get(cluster, 'web') for _ in range(20)} == {'web-1\n', 'web-2\n'}
    assert get(cluster, 'web.default.svc.cluster.local') in ('web-1\n', 'web-2\n')
    with pytest.raises(NameNotFound):
        get(cluster, 'nope')


def test_session_affinity_stays_with_one_pod(cluster: Cluster) -> None:
    service(cluster, 'sticky', {'selector': {'app': 'web'}, 'ports': [{'port': 80}], 'sessionAffinity': 'ClientIP'})
    cluster.simulation.advance(2)
    assert len({get(cluster, 'sticky') for _ in range(20)}) == 1


def test_a_service_without_endpoints_refuses(cluster: Cluster) -> None:
    service(cluster, 'empty', {'selector': {'app': 'nobody'}, 'ports': [{'port': 80}]})
    cluster.simulation.advance(2)
    with pytest.raises(ConnectionRefusedError):
        get(cluster, 'empty')


def test_a_port_that_a_service_does_not_have_never_answers(cluster: Cluster) -> None:
    before = cluster.simulation.now
    with pytest.raises(TimeoutError):
        get(cluster, 'web', 8080)
    assert cluster.simulation.now - before == pytest.approx(3, abs=0.1)


def test_a_node_port_answers_on_every_node(cluster: Cluster) -> None:
    service(
        cluster, 'node', {'selector': {'app': 'web'}, 'type': 'NodePort', 'ports': [{'port': 80, 'nodePort': 30080}]}
    )
    cluster.simulation.advance(2)
    for node in cluster.admin.items('nodes'):
        assert get(cluster, node['status']['addresses'][0]['address'], 30080) in ('web-1\n', 'web-2\n')
    with pytest.raises(ConnectionRefusedError):
        get(cluster, cluster.admin.get('nodes', 'node01')['status']['addresses'][0]['address'], 30081)


def test_a_proxy_that_stopped_keeps_its_last_rules(cluster: Cluster) -> None:
    for name in cluster.nodes.fleet.kubelets:
        cluster.nodes.proxy.stop(name)
    assert get(cluster, 'web') in ('web-1\n', 'web-2\n')
    service(cluster, 'late', {'selector': {'app': 'web'}, 'ports': [{'port': 80}]})
    cluster.simulation.advance(2)
    with pytest.raises(TimeoutError):
        get(cluster, 'late')


def test_a_node_that_is_cut_off_is_not_reached(cluster: Cluster) -> None:
    pods = {pod['metadata']['name']: pod for pod in cluster.admin.items('pods')}
    other = next(pod for pod in pods.values() if pod['spec']['nodeName'] != pods['box']['spec']['nodeName'])
    assert get(cluster, other['status']['podIP'])
    cluster.nodes.fabric.links.cut(other['spec']['nodeName'])
    with pytest.raises(TimeoutError):
        get(cluster, other['status']['podIP'])


def test_addresses_are_handed_out_in_turn_and_run_out() -> None:
    addresses = PodAddresses(pod_cidr(1, size=29))
    first = addresses.allocate()
    addresses.free(first)
    assert addresses.allocate() != first
    with pytest.raises(AddressesExhausted, match='no IP addresses available in range set'):
        for _ in range(8):
            addresses.allocate()
    assert pod_cidr(1) == '10.244.1.0/24'
    assert pod_cidr(256) == '10.245.0.0/24'


def answers(cluster: Cluster, host: str, times: int = 12) -> set[str]:
    return {get(cluster, host).strip() for _ in range(times)}


def test_a_proxy_keeps_traffic_on_its_node_or_in_its_zone_as_hints_say(cluster):
    assert len(answers(cluster, 'web')) == 2
    node = {pod['metadata']['name']: pod['spec']['nodeName'] for pod in cluster.admin.items('pods', 'default')}
    assert node['web-1'] != node['web-2']
    for name in ('node01', 'node02'):
        cluster.admin.patch('nodes', name, {'metadata': {'labels': {'topology.kubernetes.io/zone': f'zone-of-{name}'}}})
    near = next(name for name in ('web-1', 'web-2') if node[name] == node['box'])
    for distribution in ('PreferSameZone', 'PreferSameNode', 'PreferClose'):
        cluster.admin.patch('services', 'web', {'spec': {'trafficDistribution': distribution}}, 'default')
        cluster.simulation.advance(2)
        assert answers(cluster, 'web') == {near}
    cluster.admin.delete('pods', near, 'default', {'gracePeriodSeconds': 0})
    cluster.simulation.advance(2)
    assert len(answers(cluster, 'web')) == 1
