"""DaemonSets; the cases are those of upstream's daemon_controller_test.go and update_test.go."""

from __future__ import annotations

import pytest

SETS = 'daemonsets.apps'


def placed(world) -> list[str]:
    return sorted(pod['spec'].get('nodeName', '') for pod in world.items('pods'))


def images(world) -> list[str]:
    return sorted(pod['spec']['containers'][0]['image'] for pod in world.items('pods')
                  if 'deletionTimestamp' not in pod['metadata'])


def set_ready(world, name: str, ready: bool) -> None:
    pod = world.get('pods', name)
    conditions = [{**c, 'status': str(ready), 'lastTransitionTime': world.simulation.timestamp()}
                  if c['type'] == 'Ready' else c for c in pod['status']['conditions']]
    world.admin.update_status('pods', {**pod, 'status': {**pod['status'], 'conditions': conditions}})


@pytest.mark.parametrize(('spec', 'nodes'), [
    pytest.param({'nodeName': 'node02'}, ['node02'], id='ShouldRunDaemonPod: node name'),
    pytest.param({'nodeSelector': {'kubernetes.io/hostname': 'node01'}}, ['node01'], id='node selector'),
    pytest.param({'affinity': {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': {
        'nodeSelectorTerms': [{'matchExpressions': [{'key': 'kubernetes.io/hostname', 'operator': 'NotIn',
                                                     'values': ['node01']}]}]}}}}, ['node02'], id='node affinity'),
    pytest.param({'nodeSelector': {'type': 'production'}}, [], id='NodeDaemonLaunchesNoPods: no such node'),
    pytest.param({'tolerations': [{'operator': 'Exists'}]}, ['controlplane', 'node01', 'node02'],
                 id='TaintNode with toleration'),
])
def test_nodes_that_want_a_pod(world, make, spec, nodes):
    made = make.daemonset('agent')
    made['spec']['template']['spec'].update(spec)
    world.create(SETS, made)
    assert placed(world) == nodes
    assert world.status(SETS, 'agent')['desiredNumberScheduled'] == len(nodes)


def test_unschedulable_nodes_get_daemons_too(world, make):
    world.patch('nodes', 'node02', {'spec': {'unschedulable': True}}, namespace='')
    world.create(SETS, make.daemonset('agent'))
    assert placed(world) == ['node01', 'node02']


def test_failed_pods_are_replaced_after_a_growing_delay(world, make):
    """TestDaemonKillFailedPods, TestDaemonSetBackoff (Backoff: 1 s, then twice as long)."""
    made = make.daemonset('agent')
    made['spec']['template']['spec']['nodeSelector'] = {'kubernetes.io/hostname': 'node01'}
    world.create(SETS, made, 5)

    def fail() -> str:
        pod = world.items('pods')[0]
        world.admin.update_status('pods', {**pod, 'status': {**pod['status'], 'phase': 'Failed'}})
        return pod['metadata']['name']

    first = fail()
    world.run(0.5)
    second = world.names('pods')[0]
    assert second != first
    fail()
    world.run(0.3)
    assert world.names('pods') == [second]
    world.run(1)
    assert world.names('pods') != [second]
    assert world.messages('FailedDaemonPod')[0] == (
        f'Found failed daemon pod default/{first} on node node01, will try to kill it')


def test_update_with_surge(world, make):
    """TestDaemonSetUpdatesPodsWithMaxSurge: a new pod beside each old one, which goes when the new one is available."""
    made = make.daemonset('agent', minReadySeconds=5, updateStrategy={
        'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': 1, 'maxUnavailable': 0}})
    world.create(SETS, made, 8)
    world.patch(SETS, 'agent', make.image_patch('nginx:1.26'), 2)
    assert images(world) == ['nginx:1.25', 'nginx:1.25', 'nginx:1.26']
    world.run(30)
    assert images(world) == ['nginx:1.26', 'nginx:1.26']


def test_an_old_pod_that_is_not_ready_makes_room_for_the_new_one_at_once(world, make):
    """TestDaemonSetUpdatesSomeOldPodsNotReady, with a surge."""
    made = make.daemonset('agent', minReadySeconds=60, updateStrategy={
        'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': 1, 'maxUnavailable': 0}})
    world.create(SETS, made, 70)
    sick = world.names('pods')[0]
    set_ready(world, sick, False)
    world.patch(SETS, 'agent', make.image_patch('nginx:1.26'), 3)
    assert sick not in [p['metadata']['name'] for p in world.items('pods') if 'deletionTimestamp' not in p['metadata']]
    # The old pod on the other node is ready: the new one runs beside it until it is available.
    assert images(world).count('nginx:1.25') == 1


def test_update_of_pods_that_are_not_available_needs_no_budget(world, make):
    """TestDaemonSetUpdatesAllOldPodsNotReady."""
    world.create(SETS, make.daemonset('agent', minReadySeconds=300), 5)
    world.patch(SETS, 'agent', make.image_patch('nginx:1.26'), 3)
    assert images(world) == ['nginx:1.26', 'nginx:1.26']


def test_old_pods_that_are_not_available_are_counted_before_others_go(world, make):
    """TestDaemonSetUpdatesSomeOldPodsNotReady: the one that is well stays until the other has been replaced."""
    world.create(SETS, make.daemonset('agent', minReadySeconds=5), 8)
    sick, well = world.names('pods')
    set_ready(world, sick, False)
    world.patch(SETS, 'agent', make.image_patch('nginx:1.26'), 3)
    assert sick not in world.names('pods')
    assert well in world.names('pods')
    world.run(20)
    assert images(world) == ['nginx:1.26', 'nginx:1.26']


def taint(world, node: str) -> None:
    world.patch('nodes', node, {'spec': {'taints': [{'key': 'k', 'effect': 'NoSchedule'}]}}, namespace='')


def test_a_pod_out_of_its_place_is_counted_when_the_set_is_looked_at(world, make):
    """TestNumberMisscheduled: a taint alone does not lead to that, the end of it does."""
    def counts() -> tuple[int, int]:
        status = world.status(SETS, 'agent')
        return status['desiredNumberScheduled'], status['numberMisscheduled']

    world.create(SETS, make.daemonset('agent'), 5)
    taint(world, 'node02')
    assert counts() == (2, 0)
    world.patch(SETS, 'agent', {'metadata': {'annotations': {'a': 'b'}}})
    assert counts() == (1, 1)
    world.patch('nodes', 'node02', {'spec': {'taints': None}}, namespace='')
    assert counts() == (2, 0)


def test_an_old_pod_on_a_node_that_got_a_taint_goes_and_does_not_come_back(world, make):
    world.create(SETS, make.daemonset('agent'), 5)
    taint(world, 'node02')
    world.patch(SETS, 'agent', make.image_patch('nginx:1.26'), 10)
    assert [pod['spec']['nodeName'] for pod in world.items('pods')] == ['node01']
    assert images(world) == ['nginx:1.26']


def test_with_a_surge_it_goes_only_when_enough_others_are_available(world, make):
    """TestDaemonSetUpdatesPodsWithMaxSurge, where a node is no longer wanted."""
    world.create(SETS, make.daemonset('agent', minReadySeconds=5, updateStrategy={
        'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': 1, 'maxUnavailable': 0}}), 8)
    taint(world, 'node02')
    world.patch(SETS, 'agent', make.image_patch('nginx:1.26'), 30)
    assert images(world) == ['nginx:1.26']


def test_with_a_surge_a_node_whose_pod_goes_has_the_next_one_at_once(world, make):
    """podsShouldBeOnNode: there is to be one on the node that is not being deleted."""
    made = make.daemonset('agent', updateStrategy={
        'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': 1, 'maxUnavailable': 0}})
    made['spec']['template']['spec']['nodeSelector'] = {'kubernetes.io/hostname': 'node01'}
    made['spec']['template']['metadata']['finalizers'] = ['example.com/keep']
    world.create(SETS, made, 5)
    world.delete('pods', world.names('pods')[0], 1)
    assert sorted('deletionTimestamp' in pod['metadata'] for pod in world.items('pods')) == [False, True]


@pytest.mark.parametrize('most', [1, '50%', '100%'])
def test_update_with_max_unavailable(world, make, most):
    made = make.daemonset('agent', updateStrategy={'type': 'RollingUpdate', 'rollingUpdate': {'maxUnavailable': most}},
                          minReadySeconds=5)
    world.create(SETS, made, 8)
    world.patch(SETS, 'agent', make.image_patch('nginx:1.26'), 3)
    assert images(world).count('nginx:1.26') == (2 if most == '100%' else 1)


def test_history_keeps_as_many_old_templates_as_asked(world, make):
    """TestCleanupHistory."""
    world.create(SETS, make.daemonset('agent', revisionHistoryLimit=1))
    for tag in ('1.26', '1.27', '1.28'):
        world.patch(SETS, 'agent', make.image_patch(f'nginx:{tag}'), 8)
    assert sorted(r['revision'] for r in world.items('controllerrevisions.apps')) == [3, 4]


def test_history_that_pods_use_counts_and_stays(world, make):
    """TestCleanupHistory: with OnDelete the first template has pods yet; the next old one goes instead."""
    world.create(SETS, make.daemonset('agent', revisionHistoryLimit=1, updateStrategy={'type': 'OnDelete'}))
    for tag in ('1.26', '1.27'):
        world.patch(SETS, 'agent', make.image_patch(f'nginx:{tag}'), 8)
    assert sorted(r['revision'] for r in world.items('controllerrevisions.apps')) == [1, 3]


def test_a_set_whose_selector_is_empty_is_refused_by_the_server(world, make):
    made = make.daemonset('agent')
    made['spec']['selector'] = {}
    with pytest.raises(Exception, match='empty selector is invalid for daemonset'):
        world.admin.create(SETS, {**made, 'metadata': {'name': 'agent', 'namespace': 'default'}})


def copy_of_revision(world, name: str, number: int, label: bool) -> dict:
    """Another revision with the template of the first, made by hand."""
    first = world.items('controllerrevisions.apps')[0]
    labels = {'app': 'agent', **({'controller-revision-hash': name} if label else {})}
    return {**first, 'revision': number, 'metadata': {
        'name': name, 'namespace': 'default', 'labels': labels,
        'ownerReferences': first['metadata']['ownerReferences']}}


def test_of_two_equal_revisions_the_newer_stays_and_pods_get_its_label(world, make):
    """dedupCurHistories: pods are relabelled, none is replaced."""
    world.create('daemonsets.apps', make.daemonset('agent'))
    pods = world.names('pods')
    world.create('controllerrevisions.apps', copy_of_revision(world, 'twin', 3, True))
    world.patch('daemonsets.apps', 'agent', {'metadata': {'labels': {'look': 'again'}}})
    assert world.names('controllerrevisions.apps') == ['twin']
    assert {pod['metadata']['labels']['controller-revision-hash'] for pod in world.items('pods')} == {'twin'}
    assert world.names('pods') == pods


def test_a_revision_without_label_gets_its_name(world, make):
    """constructHistory."""
    world.create('daemonsets.apps', make.daemonset('agent'))
    found = copy_of_revision(world, 'bare', 1, False)
    found['data'] = {'spec': {'template': {'metadata': {'labels': {'app': 'agent'}}, '$patch': 'replace'}}}
    world.create('controllerrevisions.apps', found)
    world.patch('daemonsets.apps', 'agent', {'metadata': {'labels': {'look': 'again'}}})
    assert world.get('controllerrevisions.apps', 'bare')['metadata']['labels'] == {
        'app': 'agent', 'controller-revision-hash': 'bare'}
