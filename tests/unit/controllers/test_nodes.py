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
