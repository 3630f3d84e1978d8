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
