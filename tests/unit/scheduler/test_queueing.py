"""Which changes have a refused pod tried again; the names are those of upstream's tables of queueing hints."""

from __future__ import annotations

import pytest

TAINT = [{'key': 'foo', 'value': 'bar', 'effect': 'NoSchedule'}]


def tries(world, pod: str) -> int:
    """How often the scheduler has said that it found no node for the pod."""
    return sum((event.get('series') or {}).get('count', 1) for event in world.events('FailedScheduling')
               if event['involvedObject']['name'] == pod)


def change(world, resource: str, name: str, patch: dict, subresource: str = '') -> None:
    """Patch an object, and let the scheduler see it."""
    namespace = 'default' if resource == 'pods' else ''
    world.admin.patch(resource, name, patch, namespace, subresource)
    world.run(5)


def relabel(**labels: str) -> dict:
    return {'metadata': {'labels': labels}}


def room(cpu: str) -> dict:
    return {'status': {'capacity': {'cpu': cpu}, 'allocatable': {'cpu': cpu}}}


@pytest.mark.parametrize(('patch', 'subresource', 'again'), [
    pytest.param(relabel(other='x'), '', False, id='skip-queue-on-node-unrelated-changes'),
    pytest.param(room('2'), 'status', False, id='skip-queue-on-insufficient-node-resource-allocatable'),
    pytest.param(room('4'), 'status', True, id='queue-on-node-allocatable-increase'),
])
def test_resources(world, patch, subresource, again):
    world.node('n1')
    world.pod('p', cpu='3', seconds=3)
    assert tries(world, 'p') == 1
    change(world, 'nodes', 'n1', patch, subresource)
    assert bool(world.where('p')) is again
    assert tries(world, 'p') == 1


def test_more_of_what_is_not_asked_for(world):
    world.node('n1')
    world.node('n2', cpu='4')
    world.pod('a', cpu='3', seconds=3, nodeName='n2')
    world.pod('p', cpu='3', seconds=3)
    change(world, 'nodes', 'n2', {'status': {'allocatable': {'memory': '8Gi'}}}, 'status')
    assert tries(world, 'p') == 1
    change(world, 'nodes', 'n2', room('5'), 'status')  # More, if not enough.
    assert tries(world, 'p') == 2


@pytest.mark.parametrize(('patch', 'count'), [
    pytest.param(relabel(other='x'), 1, id='the node had no taint before and has none now'),
    pytest.param({'spec': {'taints': None}}, 2, id='updated node doesn\'t have the taint any more'),
    pytest.param({'spec': {'taints': [{'key': 'other', 'effect': 'NoSchedule'}]}}, 1,
                 id='updated node has another taint'),
])
def test_taints(world, patch, count):
    """A node that the pod would tolerate, but that has no room, changes nothing by its labels."""
    world.node('full', cpu='100m')
    world.node('tainted', cpu='100m', taints=TAINT)
    world.pod('p', cpu='1', seconds=3)
    change(world, 'nodes', 'full', relabel(other='x'))
    assert tries(world, 'p') == 1
    change(world, 'nodes', 'tainted', patch)
    assert tries(world, 'p') == count


def test_a_pod_gets_a_toleration(world):
    world.node('n1', taints=TAINT)
    world.pod('p', seconds=3)
    change(world, 'pods', 'p', relabel(other='x'))
    assert tries(world, 'p') == 1
    change(world, 'pods', 'p', {'spec': {'tolerations': [{'key': 'other', 'operator': 'Exists'}]}})
    assert tries(world, 'p') == 2
    change(world, 'pods', 'p', {'spec': {'tolerations': [{'key': 'other', 'operator': 'Exists'},
                                                         {'key': 'foo', 'operator': 'Exists'}]}})
    assert world.where('p') == 'n1'


@pytest.mark.parametrize(('port', 'again'), [
    pytest.param({'containerPort': 80}, False, id='skip-queue-on-non-hostport'),
    pytest.param({'containerPort': 80, 'hostPort': 8081}, False, id='skip-queue-on-unrelated-hostport'),
    pytest.param({'containerPort': 80, 'hostPort': 8080, 'hostIP': '10.0.0.9'}, True, id='queue-on-released-hostport'),
])
def test_host_ports(world, port, again):
    world.node('n1')
    taken = {'name': 'c', 'image': 'nginx', 'ports': [{'containerPort': 80, 'hostPort': 8080, 'hostIP': '10.0.0.8'}]}
    wanted = {**taken, 'ports': [{'containerPort': 80, 'hostPort': 8080}]}
    world.pod('holder', containers=[taken])
    world.pod('other', containers=[{**taken, 'ports': [port]}])
    world.pod('p', containers=[wanted], seconds=3)
    world.remove('other')
    assert tries(world, 'p') == 1 + again


def test_a_node_is_opened(world):
    world.node('n1', cpu='100m')
    world.node('n2')
    change(world, 'nodes', 'n2', {'spec': {'unschedulable': True}})
    world.pod('p', cpu='800m', seconds=3)
    change(world, 'nodes', 'n1', relabel(other='x'))  # skip-queue-on-node-unrelated
    assert tries(world, 'p') == 1
    change(world, 'nodes', 'n2', {'spec': {'unschedulable': None}})
    assert world.where('p') == 'n2'


@pytest.mark.parametrize(('labels', 'again'), [
    pytest.param({'other': 'x'}, False, id='node update with a label that does not matter'),
    pytest.param({'zone': 'b'}, True, id='node label changed'),
])
def test_the_domain_of_a_node(world, labels, again):
    """PodTopologySpread and InterPodAffinity care only for the keys of their own."""
    world.node('n1', zone='a')
    world.node('n2', zone='a')
    apart = {'podAntiAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [
        {'labelSelector': {'matchLabels': {'app': 'x'}}, 'topologyKey': 'zone'}]}}
    world.pod('first', labels={'app': 'x'}, nodeName='n1')
    world.pod('p', labels={'app': 'x'}, affinity=apart, seconds=3)
    change(world, 'nodes', 'n2', relabel(**labels))
    assert bool(world.where('p')) is again
    assert tries(world, 'p') == 1


@pytest.mark.parametrize(('labels', 'again'), [({'app': 'y'}, False), ({'app': 'x'}, True)])
def test_a_pod_to_be_near(world, labels, again):
    world.node('n1')
    near = {'podAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [
        {'labelSelector': {'matchLabels': {'app': 'x'}}, 'topologyKey': 'kubernetes.io/hostname'}]}}
    world.pod('p', affinity=near, seconds=3)
    world.pod('other', labels=labels)
    world.run(5)
    assert bool(world.where('p')) is again
    assert tries(world, 'p') == 1


def test_nothing_changes(world):
    """flushUnschedulablePodsLeftover looks every 30 seconds for pods that were refused more than 5 minutes ago."""
    world.node('n1')
    world.run(5)
    world.pod('p', cpu='3', seconds=300)
    assert tries(world, 'p') == 1
    world.run(25)
    assert tries(world, 'p') == 2


def test_no_nodes_at_all(world):
    """No plugin refused the pod, so it is tried again and again (determineSchedulingHintForInFlightPod)."""
    world.pod('p', seconds=20)
    assert tries(world, 'p') == 2  # A series, of which more is told only after half an hour.
