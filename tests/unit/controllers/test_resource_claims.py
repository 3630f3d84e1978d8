"""Claims of devices that pods get from templates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.controllers.conftest import Make, World
from tutor.apimachinery.errors import StatusError

CLAIMS = 'resourceclaims.resource.k8s.io'
GENERATED = [{'name': 'gpu', 'resourceClaimTemplateName': 'one-gpu'}]


def template(name: str = 'one-gpu') -> dict[str, Any]:
    return {'apiVersion': 'resource.k8s.io/v1', 'kind': 'ResourceClaimTemplate', 'metadata': {'name': name}, 'spec': {
        'metadata': {'labels': {'from': 'template'}},
        'spec': {'devices': {'requests': [{'name': 'gpu', 'exactly': {'deviceClassName': 'gpu.example.com'}}]}}}}


def test_a_pod_gets_a_claim_from_its_template(world: World, make: Make) -> None:
    world.create('resourceclaimtemplates.resource.k8s.io', template())
    pod = world.create('pods', make.pod('web', resourceClaims=GENERATED))
    claim, = world.items(CLAIMS)
    meta = claim['metadata']
    assert meta['name'].startswith('web-gpu-')
    assert len(meta['name']) == len('web-gpu-') + 5
    assert meta['annotations'] == {'resource.kubernetes.io/pod-claim-name': 'gpu'}
    assert meta['labels'] == {'from': 'template'}
    assert meta['ownerReferences'] == [{
        'apiVersion': 'v1', 'kind': 'Pod', 'name': 'web', 'uid': pod['metadata']['uid'], 'controller': True,
        'blockOwnerDeletion': True}]
    assert world.status('pods', 'web')['resourceClaimStatuses'] == [{'name': 'gpu', 'resourceClaimName': meta['name']}]


def test_a_template_that_is_missing_is_told_and_waited_for(world: World, make: Make) -> None:
    world.create('pods', make.pod('web', resourceClaims=GENERATED))
    assert world.messages('FailedResourceClaimCreation')[0] == (
        'PodResourceClaim gpu: resource claim template "one-gpu": resourceclaimtemplate.resource.k8s.io "one-gpu" '
        'not found')
    world.create('resourceclaimtemplates.resource.k8s.io', template(), 120)
    assert len(world.items(CLAIMS)) == 1


def test_what_is_reserved_for_a_pod_that_ended_is_free_again(world: World, make: Make) -> None:
    claim = {'apiVersion': 'resource.k8s.io/v1', 'kind': 'ResourceClaim',
             'metadata': {'name': 'shared', 'finalizers': ['resource.kubernetes.io/delete-protection']},
             'spec': template()['spec']['spec']}
    made = world.create(CLAIMS, claim)
    world.admin.update_status(CLAIMS, {**made, 'status': {'allocation': {}, 'reservedFor': [
        {'resource': 'pods', 'name': 'gone', 'uid': 'x'}]}})
    world.run()
    found = world.get(CLAIMS, 'shared')
    assert not found.get('status', {}).get('reservedFor')
    assert 'finalizers' not in found['metadata']


def test_a_pod_that_ended_gets_no_other_claim(world: World, make: Make) -> None:
    world.create('resourceclaimtemplates.resource.k8s.io', template())
    world.create('pods', make.pod('web', resourceClaims=GENERATED))
    pod = world.get('pods', 'web')
    world.admin.update_status('pods', {**pod, 'status': {**pod['status'], 'phase': 'Failed'}})
    world.run(10)
    before = world.cluster.store.revision
    assert world.items(CLAIMS) == []
    world.run(10)
    assert world.cluster.store.revision - before < 10


def test_a_quota_limits_the_devices_of_a_class(world: World) -> None:
    name = 'gpu.example.com.deviceclass.resource.k8s.io/devices'
    world.create('resourcequotas', {'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'gpus'},
                                    'spec': {'hard': {name: '3'}}})

    def ask(claim: str, count: int) -> None:
        request = {'name': 'gpu', 'exactly': {'deviceClassName': 'gpu.example.com', 'count': count}}
        world.create(CLAIMS, {'apiVersion': 'resource.k8s.io/v1', 'kind': 'ResourceClaim', 'metadata': {'name': claim},
                              'spec': {'devices': {'requests': [request]}}})
    ask('two', 2)
    with pytest.raises(StatusError) as refused:
        ask('more', 2)
    assert refused.value.message == (
        f'resourceclaims.resource.k8s.io "more" is forbidden: exceeded quota: gpus, requested: {name}=2, used: '
        f'{name}=2, limited: {name}=3')
    world.delete(CLAIMS, 'two')
    assert world.status('resourcequotas', 'gpus')['used'] == {name: '0'}
