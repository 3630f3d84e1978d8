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


def budget(world, app: str, allowed: int) -> None:
    world.admin.create('poddisruptionbudgets.policy', {
        'apiVersion': 'policy/v1', 'kind': 'PodDisruptionBudget', 'metadata': {'name': app, 'namespace': 'default'},
        'spec': {'minAvailable': 1, 'selector': {'matchLabels': {'app': app}}}})
    made = world.admin.get('poddisruptionbudgets.policy', app, 'default')
    world.admin.update_status('poddisruptionbudgets.policy', {**made, 'status': {
        **made['status'], 'disruptionsAllowed': allowed}})


def gone(world) -> list[str]:
    """The pods that were told to go."""
    return sorted(event['involvedObject']['name'] for event in world.events('Preempted'))


def test_no_node_needs_preemption(world, classes):
    world.node('n1')
    world.pod('cheap', cpu='500m', priorityClassName='low')
    assert world.pod('vip', cpu='500m', priorityClassName='high') == 'n1'
    assert gone(world) == []


def test_preemption_is_not_helpful_where_the_node_itself_is_too_small(world, classes):
    world.node('n1')
    world.pod('cheap', cpu='800m', priorityClassName='low')
    world.pod('vip', cpu='2', priorityClassName='high')
    assert world.why('vip') == (
        '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are '
        'available: 1 Preemption is not helpful for scheduling.')


def test_a_node_whose_victims_no_budget_protects_is_taken(world, classes):
    """a pod with a PDB violation is worse than one of higher priority without."""
    for name, app, priority in (('n1', 'kept', 'low'), ('n2', 'free', 'middle')):
        world.node(name)
        world.pod(f'{app}-pod', cpu='800m', labels={'app': app}, priorityClassName=priority,
                  nodeSelector={'kubernetes.io/hostname': name}, terminationGracePeriodSeconds=0)
    budget(world, 'kept', 0)
    world.run()
    assert world.pod('vip', cpu='800m', priorityClassName='high') == 'n2'
    assert gone(world) == ['free-pod']


def test_protected_pods_are_given_back_first(world, classes):
    """Of a node's pods those stay whose budget is used up, if the others are enough."""
    world.node('n1')
    for name, app in (('a', 'kept'), ('b', 'free')):
        world.pod(name, cpu='500m', labels={'app': app}, priorityClassName='low', terminationGracePeriodSeconds=0)
    budget(world, 'kept', 0)
    world.run()
    assert world.pod('vip', cpu='500m', priorityClassName='high') == 'n1'
    assert gone(world) == ['b']


def test_a_budget_does_not_protect_when_nothing_else_helps(world, classes):
    world.node('n1')
    world.pod('a', cpu='800m', labels={'app': 'kept'}, priorityClassName='low', terminationGracePeriodSeconds=0)
    budget(world, 'kept', 0)
    world.run()
    assert world.pod('vip', cpu='800m', priorityClassName='high') == 'n1'


def test_two_important_pods_do_not_count_on_the_same_place(world, classes):
    """RunFilterPluginsWithNominatedPods: a node that another pod is nominated for has its place taken."""
    for name in ('n1', 'n2'):
        world.node(name)
        world.pod(f'cheap-{name}', cpu='800m', priorityClassName='low',
                  nodeSelector={'kubernetes.io/hostname': name}, terminationGracePeriodSeconds=30)
    for name in ('first', 'second'):
        world.pod(name, cpu='800m', priorityClassName='high')
    nominated = {world.admin.get('pods', name, 'default')['status'].get('nominatedNodeName')
                 for name in ('first', 'second')}
    assert nominated == {'n1', 'n2'}
    for name in ('cheap-n1', 'cheap-n2'):
        world.remove(name)
    world.run(5)
    assert {world.where('first'), world.where('second')} == {'n1', 'n2'}
    assert 'nominatedNodeName' not in world.admin.get('pods', 'first', 'default')['status']


def test_a_pod_waits_for_the_victims_it_has_and_takes_no_more(world, classes):
    world.node('n1')
    world.pod('cheap', cpu='800m', priorityClassName='low', terminationGracePeriodSeconds=30)
    world.pod('vip', cpu='800m', priorityClassName='high')
    world.node('n2')
    world.pod('other', cpu='800m', priorityClassName='low', nodeSelector={'kubernetes.io/hostname': 'n2'})
    world.run(5)
    assert gone(world) == ['cheap']


def test_lower_nominations_give_way(world, classes):
    world.node('n1')
    world.pod('cheap', cpu='800m', priorityClassName='low', terminationGracePeriodSeconds=30)
    world.pod('middle', cpu='800m', priorityClassName='middle')
    assert world.admin.get('pods', 'middle', 'default')['status']['nominatedNodeName'] == 'n1'
    world.pod('vip', cpu='800m', priorityClassName='high')
    world.remove('cheap')
    world.run(3)
    assert world.where('vip') == 'n1'
    assert world.where('middle') == ''
