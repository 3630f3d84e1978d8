"""Pods whose ResourceClaims ask for devices."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.scheduler.conftest import World
from tutor.apimachinery.errors import StatusError

Object = dict[str, Any]
CLAIMS = 'resourceclaims.resource.k8s.io'
DRIVER = 'gpu.example.com'
USES = [{'name': 'gpu', 'resourceClaimName': 'mine'}]
TOO_FEW = ('cannot allocate all claims. still not schedulable, preemption: 0/1 nodes are available: '
           '1 Preemption is not helpful for scheduling.')


def device(name: str, memory: str = '80Gi', **attributes: Any) -> Object:
    kinds = {str: 'string', bool: 'bool', int: 'int'}
    return {'name': name, 'capacity': {'memory': {'value': memory}},
            'attributes': {key: {kinds[type(value)]: value} for key, value in attributes.items()}}


def offer(world: World, node: str, *devices: Object) -> None:
    world.admin.create('resourceslices.resource.k8s.io', {
        'apiVersion': 'resource.k8s.io/v1', 'kind': 'ResourceSlice', 'metadata': {'name': f'{node}-{DRIVER}'},
        'spec': {'driver': DRIVER, 'nodeName': node, 'pool': {'name': node, 'generation': 1, 'resourceSliceCount': 1},
                 'devices': list(devices)}})


def device_class(world: World) -> None:
    world.admin.create('deviceclasses.resource.k8s.io', {
        'apiVersion': 'resource.k8s.io/v1', 'kind': 'DeviceClass', 'metadata': {'name': DRIVER},
        'spec': {'selectors': [{'cel': {'expression': f"device.driver == '{DRIVER}'"}}]}})


def exactly(*selectors: str, name: str = 'gpu', **more: Any) -> Object:
    return {'name': name, 'exactly': {
        'deviceClassName': DRIVER, **more, 'selectors': [{'cel': {'expression': each}} for each in selectors]}}


def claim(world: World, *requests: Object, name: str = 'mine', **devices: Any) -> None:
    world.admin.create(CLAIMS, {
        'apiVersion': 'resource.k8s.io/v1', 'kind': 'ResourceClaim',
        'metadata': {'name': name, 'namespace': 'default'},
        'spec': {'devices': {'requests': list(requests) or [exactly()], **devices}}})


def got(world: World, name: str = 'mine') -> list[str]:
    allocated = world.admin.get(CLAIMS, name, 'default').get('status', {}).get('allocation') or {'devices': {}}
    return [f'{each["request"]}={each["device"]}' for each in allocated['devices'].get('results', ())]


def test_a_pod_gets_its_device(world: World) -> None:
    for name in ('a', 'b'):
        world.node(name)
    offer(world, 'b', device('gpu-0'), device('gpu-1'))
    device_class(world)
    claim(world)
    assert world.pod('p', resourceClaims=USES) == 'b'
    found = world.admin.get(CLAIMS, 'mine', 'default')
    uid = world.admin.get('pods', 'p', 'default')['metadata']['uid']
    assert found['metadata']['finalizers'] == ['resource.kubernetes.io/delete-protection']
    assert found['status'] == {
        'allocation': {
            'devices': {'results': [{'request': 'gpu', 'driver': DRIVER, 'pool': 'b', 'device': 'gpu-0'}]},
            'nodeSelector': {'nodeSelectorTerms': [{'matchFields': [
                {'key': 'metadata.name', 'operator': 'In', 'values': ['b']}]}]}},
        'reservedFor': [{'resource': 'pods', 'name': 'p', 'uid': uid}]}


def test_a_pod_waits_for_its_claim_without_a_word(world: World) -> None:
    world.node('a')
    offer(world, 'a', device('gpu-0'))
    device_class(world)
    assert world.pod('p', resourceClaims=USES) == ''
    assert world.why('p') == ''
    assert world.events('FailedScheduling') == []
    claim(world)
    world.run()
    assert world.where('p') == 'a'


def test_a_class_that_is_missing_is_told(world: World) -> None:
    world.node('a')
    claim(world)
    world.pod('p', resourceClaims=USES)
    assert world.why('p').startswith(f'0/1 nodes are available: request gpu: device class {DRIVER} does not exist.')
    device_class(world)
    offer(world, 'a', device('gpu-0'))
    world.run(15)
    assert world.where('p') == 'a'


def test_devices_run_out_and_come_back(world: World) -> None:
    world.node('a')
    offer(world, 'a', device('gpu-0'))
    device_class(world)
    claim(world)
    claim(world, name='other')
    assert world.pod('p', resourceClaims=USES) == 'a'
    assert world.pod('q', resourceClaims=[{'name': 'gpu', 'resourceClaimName': 'other'}]) == ''
    assert world.why('q') == f'0/1 nodes are available: 1 {TOO_FEW}'
    world.remove('p')
    world.run(15)
    assert got(world) == []
    assert world.where('q') == 'a'


def test_pods_share_a_claim(world: World) -> None:
    world.node('a')
    world.node('b')
    offer(world, 'b', device('gpu-0'))
    device_class(world)
    claim(world)
    assert [world.pod(name, resourceClaims=USES) for name in ('p', 'q')] == ['b', 'b']
    assert [each['name'] for each in world.admin.get(CLAIMS, 'mine', 'default')['status']['reservedFor']] == ['p', 'q']


GPUS = (device('gpu-0', '16Gi', model='small', numa=0), device('gpu-1', '80Gi', model='large', numa=0),
        device('gpu-2', '80Gi', model='large', numa=1))
CAPACITY = f"device.capacity['{DRIVER}'].memory"
ATTRIBUTES = f"device.attributes['{DRIVER}']"


@pytest.mark.parametrize(('requests', 'devices', 'expected'), [
    pytest.param([exactly(f"{CAPACITY}.compareTo(quantity('40Gi')) >= 0")], {}, ['gpu=gpu-1'], id='capacity'),
    pytest.param([exactly(f"{ATTRIBUTES}.model == 'small'")], {}, ['gpu=gpu-0'], id='attribute'),
    pytest.param([exactly("'x' in device.attributes['other.example.com']")], {}, [], id='unknown domain'),
    pytest.param([exactly(count=2)], {}, ['gpu=gpu-0', 'gpu=gpu-1'], id='count'),
    pytest.param([exactly(count=4)], {}, [], id='too many'),
    pytest.param([exactly(allocationMode='All')], {}, ['gpu=gpu-0', 'gpu=gpu-1', 'gpu=gpu-2'], id='all'),
    pytest.param([exactly('false', allocationMode='All')], {}, [], id='all of none'),
    pytest.param([exactly(count=2)], {'constraints': [{'matchAttribute': f'{DRIVER}/model'}]},
                 ['gpu=gpu-1', 'gpu=gpu-2'], id='same model'),
    pytest.param([exactly(name='one'), exactly(f"{ATTRIBUTES}.numa == 1", name='two')],
                 {'constraints': [{'matchAttribute': f'{DRIVER}/model', 'requests': ['one', 'two']}]},
                 ['one=gpu-1', 'two=gpu-2'], id='going back'),
    pytest.param([{'name': 'any', 'firstAvailable': [
        {'name': 'four', 'deviceClassName': DRIVER, 'count': 4}, {'name': 'one', 'deviceClassName': DRIVER}]}], {},
        ['any/one=gpu-0'], id='first available'),
])
def test_requests(world: World, requests: list[Object], devices: Object, expected: list[str]) -> None:
    world.node('a')
    offer(world, 'a', *GPUS)
    device_class(world)
    claim(world, *requests, **devices)
    world.pod('p', resourceClaims=USES)
    assert got(world) == expected
    assert world.where('p') == ('a' if expected else '')


def test_a_tainted_device_wants_a_toleration(world: World) -> None:
    world.node('a')
    offer(world, 'a', {**device('gpu-0'), 'taints': [{'key': 'broken', 'effect': 'NoSchedule'}]})
    device_class(world)
    claim(world)
    claim(world, exactly(tolerations=[{'key': 'broken', 'operator': 'Exists'}]), name='brave')
    assert world.pod('p', resourceClaims=USES) == ''
    assert world.pod('q', resourceClaims=[{'name': 'gpu', 'resourceClaimName': 'brave'}]) == 'a'


def test_an_expression_that_fails_is_told(world: World) -> None:
    world.node('a')
    offer(world, 'a', device('gpu-0'))
    device_class(world)
    claim(world, exactly(f"{ATTRIBUTES}.absent == 1"))
    world.pod('p', resourceClaims=USES)
    assert world.why('p') == ('running "DynamicResources" filter plugin: claim default/mine: selector #0: '
                              'CEL runtime error: no such key: absent')


def test_administrators_look_at_devices_that_are_in_use(world: World) -> None:
    world.node('a')
    offer(world, 'a', device('gpu-0'))
    device_class(world)
    claim(world)
    assert world.pod('p', resourceClaims=USES) == 'a'
    with pytest.raises(StatusError) as refused:
        claim(world, exactly(adminAccess=True), name='look')
    assert refused.value.message == (
        'ResourceClaim.resource.k8s.io "look" is invalid: spec.devices.requests[0].adminAccess: Forbidden: admin '
        'access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace')
    label = {'resource.kubernetes.io/admin-access': 'true'}
    world.admin.patch('namespaces', 'default', {'metadata': {'labels': label}})
    claim(world, exactly(adminAccess=True), name='look')
    assert world.pod('q', resourceClaims=[{'name': 'gpu', 'resourceClaimName': 'look'}]) == 'a'
    assert got(world, 'look') == ['gpu=gpu-0']
