"""Deployments, ReplicaSets and ReplicationControllers: what is asked for is there, and how it comes about."""

from __future__ import annotations

from tutor.apimachinery.objects import condition, controller_of


def test_a_deployment_brings_its_pods_up(world, make):
    world.create('deployments.apps', make.deployment('web', 3))
    status = world.status('deployments.apps', 'web')
    assert (status['replicas'], status['updatedReplicas'], status['availableReplicas']) == (3, 3, 3)
    assert 'unavailableReplicas' not in status
    assert status['terminatingReplicas'] == 0
    assert [c['type'] for c in status['conditions']] == ['Available', 'Progressing']
    rs = world.items('replicasets.apps')[0]
    assert condition({'status': status}, 'Progressing')['message'] == (
        f'ReplicaSet "{rs["metadata"]["name"]}" has successfully progressed.')
    assert rs['metadata']['annotations'] == {
        'deployment.kubernetes.io/desired-replicas': '3', 'deployment.kubernetes.io/max-replicas': '4',
        'deployment.kubernetes.io/revision': '1'}
    assert world.messages('ScalingReplicaSet') == [f'Scaled up replica set {rs["metadata"]["name"]} from 0 to 3']


def test_a_rolling_update_goes_step_by_step(world, make):
    world.create('deployments.apps', make.deployment('web', 2))
    old = world.names('replicasets.apps')[0]
    world.patch('deployments.apps', 'web', make.image_patch('nginx:1.26'))
    new = next(name for name in world.names('replicasets.apps') if name != old)
    assert world.messages('ScalingReplicaSet')[1:] == [
        f'Scaled up replica set {new} from 0 to 1', f'Scaled down replica set {old} from 2 to 1',
        f'Scaled up replica set {new} from 1 to 2', f'Scaled down replica set {old} from 1 to 0']
    assert world.get('deployments.apps', 'web')['metadata']['annotations']['deployment.kubernetes.io/revision'] == '2'


def test_going_back_to_a_template_renumbers_its_revision(world, make):
    world.create('deployments.apps', make.deployment('web', 1))
    first = world.names('replicasets.apps')[0]
    world.patch('deployments.apps', 'web', make.image_patch('nginx:1.26'))
    world.patch('deployments.apps', 'web', make.image_patch('nginx:1.25'))
    notes = world.get('replicasets.apps', first)['metadata']['annotations']
    assert notes['deployment.kubernetes.io/revision'] == '3'
    assert notes['deployment.kubernetes.io/revision-history'] == '1'
    assert len(world.items('replicasets.apps')) == 2


def test_revisions_beyond_the_limit_are_deleted(world, make):
    world.create('deployments.apps', make.deployment('web', 1, revisionHistoryLimit=1))
    for minor in (26, 27, 28):
        world.patch('deployments.apps', 'web', make.image_patch(f'nginx:1.{minor}'))
    assert len(world.items('replicasets.apps')) == 2


def test_recreate_waits_until_the_old_pods_have_gone(world, make):
    world.create('deployments.apps', make.deployment('web', 2, strategy={'type': 'Recreate'}))
    most = []
    world.admin.patch('deployments.apps', 'web', make.image_patch('nginx:1.26'), 'default')
    for _ in range(60):
        world.run(0.05)
        images = {p['spec']['containers'][0]['image'] for p in world.items('pods')}
        most.append(len(images))
    assert max(most) == 1
    assert images == {'nginx:1.26'}


def test_a_paused_deployment_does_not_roll_but_scales(world, make):
    world.create('deployments.apps', make.deployment('web', 1, paused=False))
    world.patch('deployments.apps', 'web', {'spec': {'paused': True}})
    world.patch('deployments.apps', 'web', make.image_patch('nginx:1.26'))
    assert len(world.items('replicasets.apps')) == 1
    paused = condition(world.get('deployments.apps', 'web'), 'Progressing')
    assert (paused['status'], paused['reason']) == ('Unknown', 'DeploymentPaused')
    world.patch('deployments.apps', 'web', {'spec': {'replicas': 3}})
    assert len(world.items('pods')) == 3
    world.patch('deployments.apps', 'web', {'spec': {'paused': False}})
    assert len(world.items('replicasets.apps')) == 2


def test_a_deployment_that_does_not_progress_says_so(world, make):
    big = make.deployment('big', 1, progressDeadlineSeconds=5)
    big['spec']['template']['spec']['containers'][0]['resources'] = {'requests': {'cpu': '64'}}
    world.create('deployments.apps', big, 10)
    stuck = condition(world.get('deployments.apps', 'big'), 'Progressing')
    assert (stuck['status'], stuck['reason']) == ('False', 'ProgressDeadlineExceeded')
    assert stuck['message'].endswith('has timed out progressing.')


def test_scaling_in_the_middle_of_a_rollout_is_proportional(world, make):
    world.create('deployments.apps', make.deployment('web', 10, strategy={
        'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': 3, 'maxUnavailable': 2}}))
    stuck = {'spec': {'template': {'spec': {'containers': [
        {'name': 'c', 'image': 'nginx:1.26', 'resources': {'requests': {'cpu': '64'}}}]}}}}
    world.patch('deployments.apps', 'web', stuck)
    sizes = sorted(rs['spec']['replicas'] for rs in world.items('replicasets.apps'))
    assert sizes == [5, 8]
    world.patch('deployments.apps', 'web', {'spec': {'replicas': 15}})
    sizes = sorted(rs['spec']['replicas'] for rs in world.items('replicasets.apps'))
    assert sizes == [7, 11]


def test_min_ready_seconds_delays_availability(world, make):
    world.create('deployments.apps', make.deployment('web', 1, minReadySeconds=10), 5)
    status = world.status('deployments.apps', 'web')
    assert status['readyReplicas'] == 1
    assert 'availableReplicas' not in status
    world.run(10)
    assert world.status('deployments.apps', 'web')['availableReplicas'] == 1


def test_a_template_of_the_same_hash_counts_the_collision(world, make):
    world.create('deployments.apps', make.deployment('web', 1))
    rs = world.items('replicasets.apps')[0]
    world.delete('deployments.apps', 'web')
    world.create('replicasets.apps', {
        'apiVersion': 'apps/v1', 'kind': 'ReplicaSet', 'metadata': {'name': rs['metadata']['name']},
        'spec': {'replicas': 0, 'selector': {'matchLabels': {'other': 'x'}},
                 'template': {'metadata': {'labels': {'other': 'x'}}, 'spec': rs['spec']['template']['spec']}}})
    world.create('deployments.apps', make.deployment('web', 1))
    status = world.status('deployments.apps', 'web')
    assert status['collisionCount'] == 1
    assert status['availableReplicas'] == 1


def test_a_replicaset_adopts_and_releases_by_labels(world, make):
    world.create('pods', make.pod('stray', labels={'app': 'rs'}))
    world.create('replicasets.apps', make.replicaset('rs', 3))
    assert controller_of(world.get('pods', 'stray'))['name'] == 'rs'
    assert len(world.items('pods', 'app=rs')) == 3
    world.patch('pods', 'stray', {'metadata': {'labels': {'app': None}}})
    assert controller_of(world.get('pods', 'stray')) is None
    assert len(world.items('pods', 'app=rs')) == 3


def test_pods_with_lower_deletion_cost_go_first(world, make):
    world.create('replicasets.apps', make.replicaset('rs', 3))
    cheap = world.names('pods')[1]
    world.patch('pods', cheap, {'metadata': {'annotations': {'controller.kubernetes.io/pod-deletion-cost': '-5'}}})
    world.patch('replicasets.apps', 'rs', {'spec': {'replicas': 2}})
    assert cheap not in world.names('pods')


def test_what_keeps_pods_from_being_made_is_told(world, make):
    world.create('resourcequotas', {'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'few'},
                                    'spec': {'hard': {'pods': '1'}}})
    world.create('deployments.apps', make.deployment('web', 2))
    rs = world.items('replicasets.apps')[0]
    failure = condition(rs, 'ReplicaFailure')
    assert failure['reason'] == 'FailedCreate'
    assert 'exceeded quota: few' in failure['message']
    assert condition(world.get('deployments.apps', 'web'), 'ReplicaFailure')['status'] == 'True'
    assert len(world.items('pods')) == 1
    world.admin.delete('resourcequotas', 'few', 'default')
    world.run(30)
    assert len(world.items('pods')) == 2
    assert condition(world.get('deployments.apps', 'web'), 'ReplicaFailure') is None


def test_a_replicationcontroller_works_the_same_way(world, make):
    world.create('replicationcontrollers', {
        'apiVersion': 'v1', 'kind': 'ReplicationController', 'metadata': {'name': 'old'},
        'spec': {'replicas': 2, 'selector': {'app': 'old'},
                 'template': make.deployment('old')['spec']['template']}})
    assert world.status('replicationcontrollers', 'old')['availableReplicas'] == 2
    assert controller_of(world.items('pods')[0])['kind'] == 'ReplicationController'
