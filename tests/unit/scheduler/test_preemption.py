"""Important pods take the place of less important ones."""

from __future__ import annotations

import pytest


@pytest.fixture
def classes(world):
    for name, value, policy in (('high', 1000, 'PreemptLowerPriority'), ('middle', 500, 'PreemptLowerPriority'),
                                ('low', 10, 'PreemptLowerPriority'), ('polite', 1000, 'Never')):
        world.admin.create('priorityclasses.scheduling.k8s.io', {
            'apiVersion': 'scheduling.k8s.io/v1', 'kind': 'PriorityClass', 'metadata': {'name': name}, 'value': value,
            'preemptionPolicy': policy})


def test_a_lower_pod_makes_room(world, classes):
    world.node('n1')
    world.pod('cheap', cpu='800m', priorityClassName='low', terminationGracePeriodSeconds=0)
    assert world.pod('vip', cpu='800m', priorityClassName='high') == 'n1'
    assert world.admin.find('pods', 'cheap', 'default') is None
    event = world.events('Preempted')[0]
    vip = world.admin.get('pods', 'vip', 'default')
    assert event['message'] == f'Preempted by pod {vip["metadata"]["uid"]} on node n1'
    assert event['involvedObject']['name'] == 'cheap'


def test_the_place_is_kept_while_the_victim_ends(world, classes):
    world.node('n1')
    world.pod('cheap', cpu='800m', priorityClassName='low', terminationGracePeriodSeconds=30)
    world.pod('vip', cpu='800m', priorityClassName='high')
    vip = world.admin.get('pods', 'vip', 'default')
    assert vip['status']['nominatedNodeName'] == 'n1'
    victim = world.admin.get('pods', 'cheap', 'default')
    assert victim['metadata']['deletionTimestamp']
    target = next(c for c in victim['status']['conditions'] if c['type'] == 'DisruptionTarget')
    assert target['reason'] == 'PreemptionByScheduler'
    world.remove('cheap')
    assert world.where('vip') == 'n1'


def test_equal_pods_are_no_victims(world, classes):
    world.node('n1')
    world.pod('a', cpu='800m', priorityClassName='middle')
    world.pod('b', cpu='800m', priorityClassName='middle')
    assert world.why('b') == (
        '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are '
        'available: 1 No preemption victims found for incoming pod.')


def test_a_polite_pod_waits(world, classes):
    world.node('n1')
    world.pod('cheap', cpu='800m', priorityClassName='low')
    world.pod('vip', cpu='800m', priorityClassName='polite')
    assert world.where('cheap') == 'n1'
    assert world.why('vip').endswith('preemption: not eligible due to preemptionPolicy=Never.')


def test_the_node_with_the_least_important_victims_is_chosen(world, classes):
    for name in ('n1', 'n2'):
        world.node(name, **{'is': name})
    world.pod('middle', cpu='800m', priorityClassName='middle', nodeSelector={'is': 'n1'},
              terminationGracePeriodSeconds=0)
    world.pod('cheap', cpu='800m', priorityClassName='low', nodeSelector={'is': 'n2'}, terminationGracePeriodSeconds=0)
    assert world.pod('vip', cpu='800m', priorityClassName='high') == 'n2'
    assert world.where('middle') == 'n1'


def test_only_as_many_go_as_are_needed(world, classes):
    world.node('n1')
    for name in ('a', 'b', 'c'):
        world.pod(name, cpu='300m', priorityClassName='low', terminationGracePeriodSeconds=0)
    world.pod('vip', cpu='400m', priorityClassName='high')
    assert world.where('vip') == 'n1'
    assert len(world.admin.items('pods', 'default')) == 3


def test_higher_priority_is_scheduled_first(world, classes):
    world.pod('cheap', cpu='800m', priorityClassName='low')
    world.pod('vip', cpu='800m', priorityClassName='high')
    world.node('n1')
    world.run()
    assert (world.where('vip'), world.where('cheap')) == ('n1', '')
