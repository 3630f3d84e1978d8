"""Many nodes lost at once; the cases are those of upstream's node_lifecycle_controller_test.go."""

from __future__ import annotations

import pytest

from tutor.cluster.controllers.zones import Zones


def node(name: str, ready: bool, zone: str = '', **labels: str) -> dict:
    marks = {'topology.kubernetes.io/zone': zone} if zone else {}
    return {'metadata': {'name': name, 'labels': {**marks, **labels}},
            'status': {'conditions': [{'type': 'Ready', 'status': str(ready)}]}}


def zones(*nodes: dict) -> Zones:
    found = Zones()
    for one in nodes:
        found.see(one)
    return found


@pytest.mark.parametrize(('ready', 'lost', 'state'), [
    (3, 0, 'Normal'), (1, 2, 'Normal'), (4, 4, 'Normal'), (3, 4, 'PartialDisruption'), (1, 3, 'PartialDisruption'),
    (0, 1, 'FullDisruption'),
])
def test_compute_zone_state(ready, lost, state):
    found = zones(*(node(f'r{i}', True) for i in range(ready)), *(node(f'l{i}', False) for i in range(lost)))
    assert found.states() == {'': state}


def test_one_node_in_ten_seconds_is_given_up():
    found = zones(node('a', False), node('b', False), node('c', True))
    assert found.may_give_up('a', 0.0) == 0
    assert found.may_give_up('b', 0.0) == 10
    assert found.may_give_up('b', 9.0) == 1
    assert found.may_give_up('b', 10.0) == 0


def test_zones_do_not_wait_for_each_other():
    found = zones(node('a', False, 'z1'), node('b', True, 'z1'), node('c', False, 'z2'), node('d', True, 'z2'))
    assert (found.may_give_up('a', 0.0), found.may_give_up('c', 0.0)) == (0, 0)


def test_a_wholly_lost_zone_is_given_up_while_another_lives():
    found = zones(node('a', False, 'z1'), node('b', True, 'z2'))
    assert found.states() == {':\x00:z1': 'FullDisruption', ':\x00:z2': 'Normal'}
    assert found.may_give_up('a', 0.0) == 0


@pytest.mark.parametrize(('ready', 'lost', 'wait'), [(1, 3, float('inf')), (10, 41, 100.0)])
def test_partial_disruption(ready, lost, wait):
    """In a small zone nobody is given up, in a large one a node in a hundred seconds."""
    found = zones(*(node(f'r{i}', True) for i in range(ready)), *(node(f'l{i:02}', False) for i in range(lost)))
    found.may_give_up('l00', 0.0)
    assert found.may_give_up('l01', 0.0) == wait


def test_nodes_that_are_excluded_do_not_count():
    found = zones(node('a', False), node('b', True, **{'node.kubernetes.io/exclude-disruption': ''}))
    assert found.all_lost


def lose(world, *names: str) -> None:
    for name in names:
        world.cluster.nodes.fleet.kubelets[name].stop()


def evicting(world) -> list[str]:
    return [obj['metadata']['name'] for obj in world.admin.items('nodes')
            if any(taint['effect'] == 'NoExecute' for taint in obj['spec'].get('taints') or ())]


def test_with_every_node_lost_nobody_is_given_up(world, make):
    world.create('pods', make.pod('one', nodeName='node01'))
    lose(world, 'controlplane', 'node01', 'node02')
    world.run(400)
    assert evicting(world) == []
    assert world.names('pods') == ['one']
    assert world.get('nodes', 'node01', '')['spec']['taints'][0]['effect'] == 'NoSchedule'


def test_two_lost_nodes_are_given_up_one_after_the_other(world):
    lose(world, 'node01', 'node02')
    world.run(58)
    assert len(evicting(world)) == 1
    world.run(10)
    assert evicting(world) == ['node01', 'node02']


def test_pods_of_a_node_that_goes_silent_are_marked(world, make):
    world.create('pods', make.pod('one', nodeName='node01'), 5)
    lose(world, 'node01')
    world.run(60)
    assert set(world.messages('NodeNotReady')) == {'Node is not ready', 'Node node01 status is now: NodeNotReady'}


def test_pods_of_a_node_whose_kubelet_says_it_is_not_ready_stay_as_they_are(world, make):
    world.create('pods', make.pod('one', nodeName='node01'), 5)
    lose(world, 'node01')
    found = world.get('nodes', 'node01', '')
    conditions = [{**c, 'status': 'False', 'reason': 'KubeletNotReady'} if c['type'] == 'Ready' else c
                  for c in found['status']['conditions']]
    world.admin.update_status('nodes', {**found, 'status': {**found['status'], 'conditions': conditions}})
    world.run(5)
    assert evicting(world) == ['node01']
    world.run(60)
    assert world.messages('NodeNotReady') == []
