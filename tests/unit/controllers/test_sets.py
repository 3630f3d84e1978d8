"""DaemonSets and StatefulSets."""

from __future__ import annotations

TOLERATION = {'key': 'node-role.kubernetes.io/control-plane', 'operator': 'Exists', 'effect': 'NoSchedule'}


def placed(world, app: str) -> list[str]:
    return sorted(pod['spec'].get('nodeName', '') for pod in world.items('pods', f'app={app}'))


def images(world, app: str) -> list[str]:
    return [pod['spec']['containers'][0]['image'] for pod in world.items('pods', f'app={app}')]


def test_a_daemonset_has_a_pod_on_every_node_that_fits(world, make):
    world.create('daemonsets.apps', make.daemonset('agent'))
    assert placed(world, 'agent') == ['node01', 'node02']
    world.patch('daemonsets.apps', 'agent', {'spec': {'template': {'spec': {'tolerations': [TOLERATION]}}}}, 6)
    assert placed(world, 'agent') == ['controlplane', 'node01', 'node02']
    keys = [t['key'] for t in world.items('pods', 'app=agent')[0]['spec']['tolerations']]
    assert keys == ['node-role.kubernetes.io/control-plane', 'node.kubernetes.io/not-ready',
                    'node.kubernetes.io/unreachable', 'node.kubernetes.io/disk-pressure',
                    'node.kubernetes.io/memory-pressure', 'node.kubernetes.io/pid-pressure',
                    'node.kubernetes.io/unschedulable']


def test_a_daemonset_follows_the_labels_of_nodes(world, make):
    ds = make.daemonset('agent')
    ds['spec']['template']['spec']['nodeSelector'] = {'agent': 'yes'}
    world.create('daemonsets.apps', ds)
    assert world.status('daemonsets.apps', 'agent')['desiredNumberScheduled'] == 0
    world.patch('nodes', 'node01', {'metadata': {'labels': {'agent': 'yes'}}}, namespace='')
    assert placed(world, 'agent') == ['node01']
    world.patch('nodes', 'node01', {'metadata': {'labels': {'agent': None}}}, namespace='')
    assert placed(world, 'agent') == []


def test_a_taint_leaves_running_daemons_but_starts_no_new_ones(world, make):
    world.create('daemonsets.apps', make.daemonset('agent'))
    world.patch('nodes', 'node02', {'spec': {'taints': [{'key': 'k', 'effect': 'NoSchedule'}]}}, namespace='')
    status = world.status('daemonsets.apps', 'agent')
    assert (status['desiredNumberScheduled'], status['numberReady']) == (2, 2)
    world.admin.delete_collection('pods', 'default', 'app=agent')
    world.run()
    assert placed(world, 'agent') == ['node01']


def test_a_daemonset_updates_one_node_at_a_time(world, make):
    world.create('daemonsets.apps', make.daemonset('agent'))
    world.admin.patch('daemonsets.apps', 'agent', make.image_patch('nginx:1.26'), 'default')
    fewest = 2
    for _ in range(60):
        world.run(0.05)
        fewest = min(fewest, world.status('daemonsets.apps', 'agent')['numberReady'])
    assert fewest >= 1
    assert images(world, 'agent') == ['nginx:1.26', 'nginx:1.26']
    assert sorted(r['revision'] for r in world.items('controllerrevisions.apps')) == [1, 2]


def test_on_delete_waits_for_the_pods_to_be_deleted(world, make):
    world.create('daemonsets.apps', make.daemonset('agent', updateStrategy={'type': 'OnDelete'}))
    world.patch('daemonsets.apps', 'agent', make.image_patch('nginx:1.26'))
    assert images(world, 'agent') == ['nginx:1.25', 'nginx:1.25']
    world.delete('pods', world.names('pods')[0])
    assert sorted(images(world, 'agent')) == ['nginx:1.25', 'nginx:1.26']


def test_an_old_template_takes_its_revision_up_again(world, make):
    world.create('daemonsets.apps', make.daemonset('agent'))
    world.patch('daemonsets.apps', 'agent', make.image_patch('nginx:1.26'), 6)
    world.patch('daemonsets.apps', 'agent', make.image_patch('nginx:1.25'), 6)
    assert sorted(r['revision'] for r in world.items('controllerrevisions.apps')) == [2, 3]


def test_statefulset_pods_have_names_and_hosts_of_their_own(world, make):
    world.create('statefulsets.apps', make.statefulset('db', 2))
    pods = world.items('pods')
    assert [pod['metadata']['name'] for pod in pods] == ['db-0', 'db-1']
    assert pods[1]['spec']['hostname'] == 'db-1'
    assert pods[1]['spec']['subdomain'] == 'db'
    assert pods[1]['metadata']['labels']['apps.kubernetes.io/pod-index'] == '1'
    assert world.messages('SuccessfulCreate') == [
        'Create Pod db-0 in StatefulSet db successful', 'Create Pod db-1 in StatefulSet db successful']


def test_a_statefulset_pod_waits_for_the_one_before(world, make):
    sts = make.statefulset('db', 3)
    sts['spec']['template']['spec']['nodeSelector'] = {'not': 'there'}
    world.create('statefulsets.apps', sts)
    assert world.names('pods') == ['db-0']
    parallel = make.statefulset('all', 3, podManagementPolicy='Parallel')
    parallel['spec']['template']['spec']['nodeSelector'] = {'not': 'there'}
    world.create('statefulsets.apps', parallel)
    assert world.names('pods', 'app=all') == ['all-0', 'all-1', 'all-2']


def test_a_statefulset_scales_down_from_the_last(world, make):
    world.create('statefulsets.apps', make.statefulset('db', 3))
    world.patch('statefulsets.apps', 'db', {'spec': {'replicas': 1}}, 5)
    assert world.names('pods') == ['db-0']
    assert world.messages('SuccessfulDelete') == [
        'Delete Pod db-2 in StatefulSet db successful', 'Delete Pod db-1 in StatefulSet db successful']


def test_a_pod_that_has_ended_is_replaced_without_more_words(world, make):
    """RecreatingFailedPod and RecreatingTerminatedPod are events of versions before 1.31."""
    world.create('statefulsets.apps', make.statefulset('db', 1))
    world.end('app=db', 'Failed', 1)
    world.run(10)
    assert [pod['status']['phase'] for pod in world.items('pods', 'app=db')] == ['Running']
    assert world.messages('SuccessfulDelete') == ['Delete Pod db-0 in StatefulSet db successful']
    assert world.messages('RecreatingFailedPod') == []


def test_a_statefulset_updates_down_to_its_partition(world, make):
    world.create('statefulsets.apps', make.statefulset('db', 3, updateStrategy={
        'type': 'RollingUpdate', 'rollingUpdate': {'partition': 1}}))
    world.patch('statefulsets.apps', 'db', make.image_patch('nginx:1.26'), 8)
    assert images(world, 'db') == ['nginx:1.25', 'nginx:1.26', 'nginx:1.26']
    status = world.status('statefulsets.apps', 'db')
    assert status['currentRevision'] != status['updateRevision']
    assert (status['currentReplicas'], status['updatedReplicas']) == (1, 2)
    world.delete('pods', 'db-0')
    assert images(world, 'db')[0] == 'nginx:1.25'
    world.patch('statefulsets.apps', 'db', {'spec': {'updateStrategy': {'rollingUpdate': {'partition': 0}}}}, 8)
    status = world.status('statefulsets.apps', 'db')
    assert status['currentRevision'] == status['updateRevision']


def test_claims_are_made_from_templates_and_follow_the_policy(world, make):
    sts = make.statefulset('db', 2, volumeClaimTemplates=[{
        'metadata': {'name': 'data'},
        'spec': {'accessModes': ['ReadWriteOnce'], 'storageClassName': 'none',
                 'resources': {'requests': {'storage': '1Gi'}}}}],
        podManagementPolicy='Parallel',
        persistentVolumeClaimRetentionPolicy={'whenDeleted': 'Delete', 'whenScaled': 'Retain'})
    world.create('statefulsets.apps', sts)
    assert world.names('persistentvolumeclaims') == ['data-db-0', 'data-db-1']
    volume = world.get('pods', 'db-1')['spec']['volumes'][0]
    assert volume['persistentVolumeClaim']['claimName'] == 'data-db-1'
    world.patch('statefulsets.apps', 'db', {'spec': {'replicas': 1}})
    assert len(world.names('persistentvolumeclaims')) == 2
    world.delete('statefulsets.apps', 'db', 5)
    assert world.names('persistentvolumeclaims') == []


def test_max_unavailable_is_dropped_because_its_gate_is_off(world, make):
    world.create('statefulsets.apps', make.statefulset('db', 3, podManagementPolicy='Parallel', minReadySeconds=5,
                                                       updateStrategy={'type': 'RollingUpdate',
                                                                       'rollingUpdate': {'maxUnavailable': 0}}), 8)
    assert world.get('statefulsets.apps', 'db')['spec']['updateStrategy'] == {
        'type': 'RollingUpdate', 'rollingUpdate': {'partition': 0}}
    world.patch('statefulsets.apps', 'db', make.image_patch('nginx:1.26'))
    assert images(world, 'db') == ['nginx:1.25', 'nginx:1.25', 'nginx:1.26']


def test_a_strategy_that_is_named_alone_gets_no_partition(world, make):
    world.create('statefulsets.apps', make.statefulset('db', 1, updateStrategy={'type': 'RollingUpdate'}))
    assert world.get('statefulsets.apps', 'db')['spec']['updateStrategy'] == {'type': 'RollingUpdate'}
