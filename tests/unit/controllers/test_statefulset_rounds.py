"""Rounds of a StatefulSet's controller (stateful_pod_control_test.go, stateful_set_control_test.go)."""

from __future__ import annotations

from typing import Any

CLAIMS = 'persistentvolumeclaims'


def with_claims(make: Any, replicas: int, **spec: Any) -> dict[str, Any]:
    return make.statefulset('db', replicas, volumeClaimTemplates=[{
        'metadata': {'name': 'data'}, 'spec': {'accessModes': ['ReadWriteOnce'],
                                               'resources': {'requests': {'storage': '1Gi'}}}}], **spec)


def owned_by(kind: str, name: str, uid: str) -> dict[str, Any]:
    return {'apiVersion': 'v1', 'kind': kind, 'name': name, 'uid': uid}


def claim(**meta: Any) -> dict[str, Any]:
    return {'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'data-db-0', **meta},
            'spec': {'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1Gi'}}}}


def test_create_pod_pvc_create_failure(world, make):
    """TestStatefulPodControlCreatePodPvcCreateFailure: the claim's event and the pod's."""
    world.create('resourcequotas', {'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'none'},
                                    'spec': {'hard': {'persistentvolumeclaims': '0'}}})
    world.create('statefulsets.apps', with_claims(make, 1))
    why = ('persistentvolumeclaims "data-db-0" is forbidden: exceeded quota: none, requested: '
           'persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0')
    assert world.messages('FailedCreate') == [
        f'Create Claim data-db-0 for Pod db-0 in StatefulSet db failed error: {why}',
        f'Create Pod db-0 in StatefulSet db failed error: failed to create PVC data-db-0: {why}']
    assert world.names('pods') == []


def test_create_pod_pvc_deleting(world, make):
    """TestStatefulPodControlCreatePodPvcDeleting."""
    world.create(CLAIMS, claim(finalizers=['example.com/keep']))
    world.delete(CLAIMS, 'data-db-0')
    world.create('statefulsets.apps', with_claims(make, 1))
    assert world.messages('FailedCreate') == [
        'Create Pod db-0 in StatefulSet db failed error: pvc data-db-0 is being deleted']
    assert world.names('pods') == []


def test_a_claim_that_goes_with_the_pod_before_ends_the_round(world, make):
    """TestStatefulPodControlCreatePodWithStalePVC: nothing is made, and nothing said, until it has gone."""
    world.create(CLAIMS, claim(finalizers=['example.com/keep'], ownerReferences=[owned_by('Pod', 'db-0', 'before')]),
                 0)
    policy = {'whenScaled': 'Delete', 'whenDeleted': 'Retain'}
    world.create('statefulsets.apps', with_claims(make, 1, persistentVolumeClaimRetentionPolicy=policy))
    assert (world.names('pods'), world.messages('FailedCreate')) == ([], [])
    world.patch(CLAIMS, 'data-db-0', {'metadata': {'finalizers': None}})
    assert world.names('pods') == ['db-0']
    assert world.get(CLAIMS, 'data-db-0')['metadata'].get('ownerReferences') is None


def test_without_an_order_no_pod_waits_for_a_failed_one(world, make):
    """recreatesPod, in Parallel (runForAll): the others are made in the same round."""
    world.create('statefulsets.apps', make.statefulset('db', 2, podManagementPolicy='Parallel'))
    first = world.get('pods', 'db-0')
    world.patch('pods', 'db-0', {'metadata': {'finalizers': ['example.com/keep']}}, 0)
    world.end('app=db', 'Failed', 1)
    world.patch('statefulsets.apps', 'db', {'spec': {'replicas': 3}})
    assert world.names('pods') == ['db-0', 'db-1', 'db-2']
    assert world.get('pods', 'db-0')['metadata']['uid'] == first['metadata']['uid']
    before = world.versions()
    world.run(30)
    assert world.versions() == before


def owners(world: Any, name: str) -> list[tuple[str, bool]]:
    return [(owner['kind'], owner.get('controller', False))
            for owner in world.get(CLAIMS, name)['metadata'].get('ownerReferences') or ()]


def test_a_changed_policy_is_an_update_of_each_pod(world, make):
    """TestStatefulPodControlClaimsMatchDeletionPolicy, TestStatefulPodControlUpdatePodClaimForRetentionPolicy."""
    for name in ('one', 'two'):
        world.create('persistentvolumes', {
            'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': name}, 'spec': {
                'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteOnce'], 'hostPath': {'path': '/data'}}}, 0)
    world.create('statefulsets.apps', with_claims(make, 2), 40)
    assert owners(world, 'data-db-1') == []
    policy = {'whenScaled': 'Delete', 'whenDeleted': 'Delete'}
    world.patch('statefulsets.apps', 'db', {'spec': {'persistentVolumeClaimRetentionPolicy': policy}})
    assert owners(world, 'data-db-0') == owners(world, 'data-db-1') == [('StatefulSet', True)]
    assert world.messages('SuccessfulUpdate') == [
        f'Update Pod {name} in StatefulSet db successful' for name in ('db-0', 'db-1')]
    world.patch(CLAIMS, 'data-db-1', {'metadata': {'finalizers': ['example.com/keep']}})
    world.patch('statefulsets.apps', 'db', {'spec': {'replicas': 1}})
    assert owners(world, 'data-db-1') == [('Pod', True)]


def test_another_controller_of_a_claim_keeps_it(world, make):
    """TestHasUnexpectedController, TestStatefulPodControlRetentionConflicts."""
    other = {**owned_by('Job', 'other', 'u'), 'apiVersion': 'batch/v1', 'controller': True}
    world.create('statefulsets.apps', with_claims(make, 1, persistentVolumeClaimRetentionPolicy={
        'whenScaled': 'Retain', 'whenDeleted': 'Delete'}), 5)
    owner = world.get('statefulsets.apps', 'db')
    mine = owned_by('StatefulSet', 'db', owner['metadata']['uid']) | {'apiVersion': 'apps/v1'}
    found = world.get(CLAIMS, 'data-db-0')
    world.admin.update(CLAIMS, {**found, 'metadata': {**found['metadata'], 'ownerReferences': [mine, other]}})
    world.patch('statefulsets.apps', 'db', {'metadata': {'annotations': {'a': 'b'}}}, 0.5)
    assert world.messages('ConflictingController') == [
        'PersistentVolumeClaim data-db-0 has a conflicting OwnerReference that acts as a manging controller, '
        'the retention policy is ignored for this claim']


def test_an_adopted_pod_without_the_claims_cannot_be_given_them(world, make):
    """TestStatefulPodControlUpdatesPodStorage, by an API server that keeps a pod's volumes."""
    world.create('pods', make.pod('db-0', labels={'app': 'db'}))
    world.create('statefulsets.apps', with_claims(make, 1), 1)
    assert world.names(CLAIMS) == ['data-db-0']
    assert world.messages('FailedUpdate')[0].startswith(
        'Update Pod db-0 in StatefulSet db failed error: Pod "db-0" is invalid: spec: Forbidden: pod updates may not ')


def test_a_pod_gets_its_name_label_back(world, make):
    """TestStatefulPodControlUpdatesPodIdentity."""
    world.create('statefulsets.apps', make.statefulset('db', 1), 5)
    world.patch('pods', 'db-0', {'metadata': {'labels': {'statefulset.kubernetes.io/pod-name': None}}})
    assert world.get('pods', 'db-0')['metadata']['labels']['statefulset.kubernetes.io/pod-name'] == 'db-0'
    assert world.messages('SuccessfulUpdate') == ['Update Pod db-0 in StatefulSet db successful']


def test_without_a_partition_pods_that_are_not_updated_yet_come_back_as_they_were(world, make):
    """TestStatefulSetControlRollingUpdate, newVersionedStatefulSetPod."""
    world.create('statefulsets.apps', make.statefulset('db', 3, minReadySeconds=5, updateStrategy={
        'type': 'RollingUpdate'}), 25)
    world.patch('statefulsets.apps', 'db', make.image_patch('nginx:1.26'), 3)
    world.delete('pods', 'db-0', 3)
    seen = {pod['metadata']['name']: pod['spec']['containers'][0]['image'] for pod in world.items('pods')}
    assert seen == {'db-0': 'nginx:1.25', 'db-1': 'nginx:1.25', 'db-2': 'nginx:1.26'}
    world.run(40)
    assert {pod['spec']['containers'][0]['image'] for pod in world.items('pods')} == {'nginx:1.26'}


def test_a_revision_whose_name_is_taken_gets_another(world, make):
    """TestRealHistory_CreateControllerRevision: 'avoids collisions'."""
    world.create('statefulsets.apps', make.statefulset('db', 1), 5)
    taken, = world.items('controllerrevisions.apps')
    world.delete('statefulsets.apps', 'db', 5)
    other = {'spec': {'template': {'spec': {}, '$patch': 'replace'}}}
    world.create('controllerrevisions.apps', {
        'apiVersion': 'apps/v1', 'kind': 'ControllerRevision', 'metadata': {'name': taken['metadata']['name']},
        'data': other, 'revision': 1}, 0)
    world.create('statefulsets.apps', make.statefulset('db', 1), 5)
    status = world.status('statefulsets.apps', 'db')
    assert (status['collisionCount'], status['readyReplicas']) == (1, 1)
    assert status['currentRevision'] != taken['metadata']['name']


def test_a_claim_template_may_lack_a_name(world, make):
    body = with_claims(make, 1)
    del body['spec']['volumeClaimTemplates'][0]['metadata']
    world.create('statefulsets.apps', body)
    assert 'PersistentVolumeClaim "-db-0" is invalid: metadata.name: Invalid value' in world.messages('FailedCreate')[0]
