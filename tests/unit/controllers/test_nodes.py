"""Nodes that go silent, taints that evict, budgets that hold."""

from __future__ import annotations

from tutor.apimachinery.objects import condition
from tutor.cluster.controllers.tainteviction import TaintEvictionController


def taint(world, node: str, *taints: dict) -> None:
    world.patch('nodes', node, {'spec': {'taints': list(taints)}}, namespace='')


def test_a_cordoned_node_has_a_taint_that_says_so(world):
    world.patch('nodes', 'node01', {'spec': {'unschedulable': True}}, namespace='')
    found = world.get('nodes', 'node01', '')['spec']['taints']
    assert [(t['key'], t['effect']) for t in found] == [('node.kubernetes.io/unschedulable', 'NoSchedule')]
    world.patch('nodes', 'node01', {'spec': {'unschedulable': None}}, namespace='')
    assert 'taints' not in world.get('nodes', 'node01', '')['spec']


def test_a_taint_evicts_what_does_not_tolerate_it(world, make):
    world.create('pods', make.pod('plain', nodeName='node01', terminationGracePeriodSeconds=0))
    world.create('pods', make.pod('firm', nodeName='node01', tolerations=[{'operator': 'Exists'}]))
    taint(world, 'node01', {'key': 'maint', 'effect': 'NoExecute'})
    assert world.names('pods') == ['firm']
    assert world.messages('TaintManagerEviction') == ['Marking for deletion Pod default/plain']


def test_toleration_seconds_are_waited_for_and_can_be_called_off(world, make):
    tolerations = [{'key': 'maint', 'operator': 'Exists', 'effect': 'NoExecute', 'tolerationSeconds': 10}]
    world.create('pods', make.pod('guest', nodeName='node01', tolerations=tolerations, terminationGracePeriodSeconds=0))
    taint(world, 'node01', {'key': 'maint', 'effect': 'NoExecute'})
    assert world.names('pods') == ['guest']
    taint(world, 'node01')
    world.run(15)
    assert world.names('pods') == ['guest']
    assert world.messages('TaintManagerEviction') == ['Cancelling deletion of Pod default/guest']
    taint(world, 'node01', {'key': 'maint', 'effect': 'NoExecute'})
    world.run(10)
    assert world.names('pods') == []


MAINTENANCE = {'key': 'maint', 'effect': 'NoExecute'}


def guest(make, name: str, seconds: int | None, *more: dict) -> dict:
    toleration: dict = {'key': 'maint', 'operator': 'Exists', 'effect': 'NoExecute'}
    if seconds is not None:
        toleration['tolerationSeconds'] = seconds
    return make.pod(name, nodeName='node01', terminationGracePeriodSeconds=0, tolerations=[toleration, *more])


def test_a_pod_that_goes_by_itself_is_no_longer_scheduled_for_deletion(world, make):
    world.create('pods', guest(make, 'guest', 60))
    taint(world, 'node01', MAINTENANCE)
    world.delete('pods', 'guest')
    assert world.messages('TaintManagerEviction') == ['Cancelling deletion of Pod default/guest']


def test_a_taint_that_is_not_tolerated_calls_off_what_was_scheduled(world, make):
    world.create('pods', guest(make, 'guest', 60))
    taint(world, 'node01', MAINTENANCE)
    taint(world, 'node01', MAINTENANCE, {'key': 'broken', 'effect': 'NoExecute'})
    assert world.messages('TaintManagerEviction') == ['Cancelling deletion of Pod default/guest',
                                                      'Marking for deletion Pod default/guest']
    assert world.names('pods') == []


def test_update_with_a_shorter_time_keeps_what_was_scheduled(world, make):
    soon = {'key': 'broken', 'operator': 'Exists', 'effect': 'NoExecute', 'tolerationSeconds': 5}
    world.create('pods', guest(make, 'guest', 60, soon))
    taint(world, 'node01', MAINTENANCE)
    taint(world, 'node01', MAINTENANCE, {'key': 'broken', 'effect': 'NoExecute'})
    world.run(30)
    assert world.names('pods') == ['guest']
    world.run(30)
    assert world.names('pods') == []


def test_a_taint_takes_pods_that_have_ended_too(world, make):
    world.create('pods', make.pod('once', nodeName='node01', terminationGracePeriodSeconds=0))
    world.end('', 'Succeeded')
    taint(world, 'node01', MAINTENANCE)
    assert world.names('pods') == []


def test_events_of_evictions_are_about_a_name_without_a_uid(world, make):
    world.create('pods', make.pod('plain', nodeName='node01', terminationGracePeriodSeconds=0))
    taint(world, 'node01', MAINTENANCE)
    found = [e for e in world.items('events') if e['reason'] == 'TaintManagerEviction']
    assert [e['involvedObject'] for e in found] == [
        {'kind': 'Pod', 'namespace': 'default', 'name': 'plain', 'apiVersion': 'v1'}]
    assert found[0]['source'] == {'component': 'taint-eviction-controller'}


def test_a_node_without_a_kubelet_is_unknown_after_a_minute(world):
    world.admin.create('nodes', {'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': 'ghost'}, 'spec': {}})
    world.run(70)
    node = world.get('nodes', 'ghost', '')
    ready = condition(node, 'Ready')
    assert ready is not None
    assert (ready['status'], ready['reason']) == ('Unknown', 'NodeStatusNeverUpdated')
    assert {(t['key'], t['effect']) for t in node['spec']['taints']} == {
        ('node.kubernetes.io/unreachable', 'NoSchedule'), ('node.kubernetes.io/unreachable', 'NoExecute')}


def test_pods_of_a_node_that_is_not_there_are_collected(world, make):
    world.create('pods', make.pod('lost', nodeName='node99'), 30)
    assert world.names('pods') == ['lost']
    world.run(40)
    assert world.names('pods') == []


def budget(**spec) -> dict:
    return {'apiVersion': 'policy/v1', 'kind': 'PodDisruptionBudget', 'metadata': {'name': 'web'},
            'spec': {'selector': {'matchLabels': {'app': 'web'}}, **spec}}


def counts(world) -> tuple[int, ...]:
    status = world.status('poddisruptionbudgets.policy', 'web')
    return tuple(status[name] for name in ('currentHealthy', 'desiredHealthy', 'disruptionsAllowed', 'expectedPods'))


def test_a_budget_counts_healthy_pods(world, make):
    world.create('deployments.apps', make.deployment('web', 4))
    world.create('poddisruptionbudgets.policy', budget(minAvailable=3))
    assert counts(world) == (4, 3, 1, 4)
    world.patch('poddisruptionbudgets.policy', 'web', {'spec': {'minAvailable': None, 'maxUnavailable': '50%'}})
    assert counts(world) == (4, 2, 2, 4)
    world.patch('deployments.apps', 'web', {'spec': {'replicas': 1}})
    assert counts(world) == (1, 0, 1, 1)


def test_the_first_toleration_that_fits_a_taint_counts():
    """GetMatchingTolerations."""
    controller = TaintEvictionController.__new__(TaintEvictionController)
    taint = {'key': 'k', 'effect': 'NoExecute'}
    short = {'key': 'k', 'operator': 'Exists', 'effect': 'NoExecute', 'tolerationSeconds': 10}
    for tolerations, wait in (([{'operator': 'Exists'}, short], None), ([short, {'operator': 'Exists'}], 10.0)):
        assert controller._wait({'spec': {'tolerations': tolerations}}, [taint]) == wait


def test_a_pod_that_was_to_be_deleted_and_was_not_is_told(world, make):
    """buildDisruptedPodMap; upstream names the namespace twice."""
    world.create('deployments.apps', make.deployment('web', 1))
    world.create('poddisruptionbudgets.policy', budget(minAvailable=1))
    pod, = world.names('pods')
    found = world.get('poddisruptionbudgets.policy', 'web')
    world.admin.update_status('poddisruptionbudgets.policy', {
        **found, 'status': {**found['status'], 'disruptedPods': {pod: '2020-01-01T00:00:00Z'}}})
    world.run()
    assert world.messages('NotDeleted')[0] == (
        "Pod was expected by PDB default/default to be deleted but it wasn't")
    assert 'disruptedPods' not in world.status('poddisruptionbudgets.policy', 'web')
