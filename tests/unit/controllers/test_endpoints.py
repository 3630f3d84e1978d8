"""EndpointSlices and Endpoints follow the pods behind a Service."""

from __future__ import annotations

import pytest

from tutor.apimachinery.objects import condition
from tutor.cluster.controllers import slices
from tutor.cluster.controllers.endpoints import _truncate
from tutor.cluster.controllers.endpointslice import pod_to_endpoint

SLICES = 'endpointslices.discovery.k8s.io'


def endpoint(number: int) -> dict:
    return {'addresses': [f'10.0.0.{number}'], 'conditions': {'ready': True}, 'targetRef': {'uid': f'u{number}'}}


def group(*numbers: int) -> dict:
    ports = [{'name': '', 'protocol': 'TCP', 'port': 80}]
    endpoints = [endpoint(number) for number in numbers]
    return {slices.port_key(ports): (ports, {slices.endpoint_key(item): item for item in endpoints})}


def existing(name: str, *numbers: int) -> dict:
    ports = [{'name': '', 'protocol': 'TCP', 'port': 80}]
    return {'metadata': {'name': name, 'labels': {}}, 'ports': ports, 'endpoints': [endpoint(n) for n in numbers]}


def plan(have: list[dict], want: dict, limit: int = 3) -> slices.Plan:
    return slices.plan(have, want, lambda item: {}, limit)


def test_new_endpoints_fill_new_slices_up_to_the_limit():
    found = plan([], group(1, 2, 3, 4, 5))
    assert [len(item['endpoints']) for item in found.create] == [3, 2]


def test_nothing_is_written_when_nothing_changes():
    found = plan([existing('a', 1, 2), existing('b', 3)], group(1, 2, 3))
    assert (found.create, found.update, found.delete) == ([], [], [])


def test_a_slice_that_changes_anyway_is_filled_first():
    found = plan([existing('a', 1, 9), existing('b', 2)], group(1, 2, 3))
    assert [item['metadata']['name'] for item in found.update] == ['a']
    assert [e['addresses'][0] for e in found.update[0]['endpoints']] == ['10.0.0.1', '10.0.0.3']


def test_the_fullest_slice_with_room_takes_the_rest():
    found = plan([existing('a', 1), existing('b', 2, 3)], group(1, 2, 3, 4))
    assert [item['metadata']['name'] for item in found.update] == ['b']


def test_an_emptied_slice_is_deleted():
    found = plan([existing('a', 1), existing('b', 2)], group(1))
    assert [item['metadata']['name'] for item in found.delete] == ['b']


def test_ready_pods_of_a_service_are_its_endpoints(world, make):
    world.create('services', make.service('web', port=8080))
    world.create('deployments.apps', make.deployment('web', 2))
    found = world.items(SLICES, 'kubernetes.io/service-name=web')
    assert len(found) == 1
    assert found[0]['metadata']['labels']['endpointslice.kubernetes.io/managed-by'] == 'endpointslice-controller.k8s.io'
    assert found[0]['ports'] == [{'name': '', 'protocol': 'TCP', 'port': 8080}]
    assert all(e['conditions'] == {'ready': True, 'serving': True, 'terminating': False}
               for e in found[0]['endpoints'])
    old = world.get('endpoints', 'web')
    assert [a['targetRef']['kind'] for a in old['subsets'][0]['addresses']] == ['Pod', 'Pod']
    assert old['metadata']['labels']['endpoints.kubernetes.io/managed-by'] == 'endpoint-controller'


def test_a_service_without_pods_has_an_empty_slice(world, make):
    world.create('services', make.service('web'))
    found = world.items(SLICES, 'kubernetes.io/service-name=web')
    assert len(found) == 1
    assert not found[0].get('endpoints')
    world.create('deployments.apps', make.deployment('web', 1))
    world.patch('deployments.apps', 'web', {'spec': {'replicas': 0}})
    again = world.items(SLICES, 'kubernetes.io/service-name=web')
    assert [item['metadata']['name'] for item in again] == [found[0]['metadata']['name']]
    assert not again[0].get('endpoints')


def test_a_pod_that_is_not_ready_is_listed_apart(world, make):
    world.create('services', make.service('web'))
    world.create('deployments.apps', make.deployment('web', 1))
    pod = world.items('pods')[0]
    conditions = [{**c, 'status': 'False'} if c['type'] == 'Ready' else c for c in pod['status']['conditions']]
    world.admin.update_status('pods', {**pod, 'status': {**pod['status'], 'conditions': conditions}})
    world.simulation.advance(0.02)
    assert world.items(SLICES, 'kubernetes.io/service-name=web')[0]['endpoints'][0]['conditions']['ready'] is False
    assert 'notReadyAddresses' in world.get('endpoints', 'web')['subsets'][0]


def test_named_ports_are_looked_up_in_each_pod(world, make):
    service = make.service('web')
    service['spec']['ports'] = [{'port': 80, 'targetPort': 'http'}]
    world.create('services', service)
    pod = make.pod('a', labels={'app': 'web'})
    pod['spec']['containers'][0]['ports'] = [{'name': 'http', 'containerPort': 8080}]
    world.create('pods', pod)
    assert world.items(SLICES, 'kubernetes.io/service-name=web')[0]['ports'][0]['port'] == 8080


def test_a_label_change_moves_a_pod_between_services(world, make):
    world.create('services', make.service('a'))
    world.create('services', make.service('b'))
    world.create('pods', make.pod('p', labels={'app': 'a'}))
    world.patch('pods', 'p', {'metadata': {'labels': {'app': 'b'}}})
    assert not world.items(SLICES, 'kubernetes.io/service-name=a')[0].get('endpoints')
    assert len(world.items(SLICES, 'kubernetes.io/service-name=b')[0]['endpoints']) == 1


def test_endpoints_go_with_their_service(world, make):
    world.create('services', make.service('web'))
    world.delete('services', 'web')
    assert world.find('endpoints', 'web') is None
    assert world.items(SLICES, 'kubernetes.io/service-name=web') == []


def test_endpoints_written_by_hand_are_mirrored(world):
    world.create('services', {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 'out'},
                              'spec': {'ports': [{'port': 5432}]}})
    world.create('endpoints', {'apiVersion': 'v1', 'kind': 'Endpoints', 'metadata': {'name': 'out'},
                               'subsets': [{'addresses': [{'ip': '192.0.2.9'}], 'ports': [{'port': 5432}]}]})
    found = world.items(SLICES, 'kubernetes.io/service-name=out')
    assert [e['addresses'] for e in found[0]['endpoints']] == [['192.0.2.9']]
    assert found[0]['metadata']['labels']['endpointslice.kubernetes.io/managed-by'] == (
        'endpointslicemirroring-controller.k8s.io')
    world.delete('endpoints', 'out')
    assert world.items(SLICES, 'kubernetes.io/service-name=out') == []


def test_hints_follow_the_traffic_distribution(world, make):
    """After TestReconcile_TrafficDistribution."""
    for node, zone in (('node01', 'a'), ('node02', 'b')):
        world.patch('nodes', node, {'metadata': {'labels': {'topology.kubernetes.io/zone': zone}}}, 0.1, '')
    world.create('services', make.service('web', port=8080))
    world.create('deployments.apps', make.deployment('web', 2))

    def hints() -> list[dict]:
        return [endpoint.get('hints', {}) for item in world.items(SLICES, 'kubernetes.io/service-name=web')
                for endpoint in sorted(item['endpoints'], key=lambda endpoint: endpoint['zone'])]

    assert hints() == [{}, {}]
    world.patch('services', 'web', {'spec': {'trafficDistribution': 'PreferSameZone'}})
    assert hints() == [{'forZones': [{'name': 'a'}]}, {'forZones': [{'name': 'b'}]}]
    world.patch('services', 'web', {'spec': {'trafficDistribution': 'PreferSameNode'}})
    assert hints()[0] == {'forNodes': [{'name': 'node01'}], 'forZones': [{'name': 'a'}]}
    world.patch('services', 'web', {'spec': {'trafficDistribution': None}})
    assert hints() == [{}, {}]


def test_publishing_what_is_not_ready_takes_effect_at_once(world, make):
    world.create('services', make.service('web', port=8080))
    pod = make.pod('slow', labels={'app': 'web'})
    pod['spec']['readinessGates'] = [{'conditionType': 'never'}]
    world.create('pods', pod)

    def ready() -> list[bool]:
        return [endpoint['conditions']['ready'] for item in world.items(SLICES, 'kubernetes.io/service-name=web')
                for endpoint in item['endpoints']]

    assert ready() == [False]
    world.patch('services', 'web', {'spec': {'publishNotReadyAddresses': True}})
    assert ready() == [True]


def pod_of(ready: bool, leaves: bool = False, node: str = 'node-1', **spec) -> dict:
    meta = {'name': 'p', 'namespace': 'test', 'uid': 'u', 'resourceVersion': '9'}
    if leaves:
        meta['deletionTimestamp'] = '2026-05-04T09:00:00Z'
    return {'metadata': meta, 'spec': {'nodeName': node, **spec}, 'status': {
        'podIP': '1.2.3.5', 'conditions': [{'type': 'Ready', 'status': 'True' if ready else 'False'}]}}


@pytest.mark.parametrize(('pod', 'publish', 'expected'), [
    pytest.param(pod_of(True), False, (True, True, False), id='Ready pod'),
    pytest.param(pod_of(True), True, (True, True, False), id='Ready pod + publishNotReadyAddresses'),
    pytest.param(pod_of(False), False, (False, False, False), id='Unready pod'),
    pytest.param(pod_of(False), True, (True, False, False), id='Unready pod + publishNotReadyAddresses'),
    pytest.param(pod_of(True, True), False, (False, True, True), id='Ready terminating pod'),
    pytest.param(pod_of(True, True), True, (True, True, True), id='Ready terminating pod + publishNotReadyAddresses'),
    pytest.param(pod_of(False, True), False, (False, False, True), id='Not ready terminating pod'),
])
def test_pod_to_endpoint(pod, publish, expected):
    """TestPodToEndpoint."""
    service = {'metadata': {'name': 'svc', 'namespace': 'test'}, 'spec': {'publishNotReadyAddresses': publish}}
    found = pod_to_endpoint(service, pod, '1.2.3.5', 'us-central1-a')
    ready, serving, terminating = expected
    assert found['conditions'] == {'ready': ready, 'serving': serving, 'terminating': terminating}
    assert (found['nodeName'], found['zone'], found['targetRef']['name']) == ('node-1', 'us-central1-a', 'p')


@pytest.mark.parametrize(('subdomain', 'headless', 'expected'), [
    pytest.param('svc', True, 'foo', id='Ready pod + hostname of the Service'),
    pytest.param('other', True, None, id='the subdomain of another Service'),
    pytest.param('svc', False, 'foo', id='not only of headless Services'),
])
def test_the_hostname_of_an_endpoint(subdomain, headless, expected):
    """TestPodToEndpoint."""
    address = 'None' if headless else '10.0.0.1'
    service = {'metadata': {'name': 'svc', 'namespace': 'test'}, 'spec': {'clusterIP': address}}
    found = pod_to_endpoint(service, pod_of(True, hostname='foo', subdomain=subdomain), '1.2.3.5', '')
    assert found.get('hostname') == expected


def test_pods_of_a_node_that_is_gone_are_not_listed(world, make):
    """TestReconcilePodMissingNode: the Service is looked at again until they are gone too."""
    world.create('services', make.service('web'))
    world.create('services', {**make.service('all', 'web'), 'spec': {
        **make.service('all', 'web')['spec'], 'publishNotReadyAddresses': True}})
    world.create('pods', make.pod('p', labels={'app': 'web'}, nodeName='node01'), 5)
    world.cluster.nodes.fleet.kubelets['node01'].stop()
    world.admin.delete('nodes', 'node01')
    for name in ('web', 'all'):
        world.patch('services', name, {'metadata': {'annotations': {'a': 'b'}}}, 1)

    def listed(name: str) -> int:
        item, = world.items('endpointslices.discovery.k8s.io', f'kubernetes.io/service-name={name}')
        return len(item['endpoints'] or ())
    assert (listed('web'), listed('all')) == (0, 1)
    assert set(world.messages('FailedToUpdateEndpointSlices')) == {
        'Error updating Endpoint Slices for Service default/web: skipping Pod p for Service default/web: '
        'Node node01 Not Found'}


TRIGGERED = 'endpoints.kubernetes.io/last-change-trigger-time'


def triggered(world, name: str) -> list[str | None]:
    """What the Endpoints of a Service and its slice say of their last change."""
    found = [world.get('endpoints', name), *world.items(SLICES, f'kubernetes.io/service-name={name}')]
    return [(obj['metadata'].get('annotations') or {}).get(TRIGGERED) for obj in found]


def test_the_last_change_is_that_of_a_pod_or_of_a_new_service(world, make):
    """TestNewServiceExistingPods, TestPodsAdded; TestPodsRemoved: a pod that goes triggers nothing."""
    world.create('deployments.apps', make.deployment('web', 2), 20)
    service = world.create('services', make.service('web'))
    assert triggered(world, 'web') == [service['metadata']['creationTimestamp']] * 2
    world.patch('deployments.apps', 'web', {'spec': {'replicas': 3}}, 20)
    newest = max(found['lastTransitionTime'] for pod in world.items('pods') if (found := condition(pod, 'Ready')))
    assert triggered(world, 'web') == [newest] * 2
    world.patch('deployments.apps', 'web', {'spec': {'replicas': 1}}, 20)
    assert triggered(world, 'web') == [None, None]


def addresses(count: int, name: str) -> dict:
    return {name: [{'ip': f'10.0.{number // 250}.{number % 250}'} for number in range(count)]} if count else {}


@pytest.mark.parametrize(('subsets', 'expected'), [
    pytest.param([(500, 500)], [(500, 500)], id='Keep all endpoints'),
    pytest.param([(0, 1001)], [(0, 1000)], id='Truncate one subset'),
    pytest.param([(500, 501), (0, 0)], [(500, 500), (0, 0)], id='Truncate not ready only'),
    pytest.param([(600, 100), (600, 300)], [(500, 0), (500, 0)], id='Truncate ready endpoints and drop the others'),
    pytest.param([(300, 600), (0, 300)], [(300, 467), (0, 233)], id='Truncate not ready in proportion'),
    pytest.param([(100, 0), (100, 0), (1800, 0)], [(50, 0), (50, 0), (900, 0)], id='Truncate in proportion'),
])
def test_truncate_endpoints(subsets, expected):
    given = [{**addresses(ready, 'addresses'), **addresses(others, 'notReadyAddresses')} for ready, others in subsets]
    found, truncated = _truncate(given)
    counts = [(len(item.get('addresses', ())), len(item.get('notReadyAddresses', ()))) for item in found]
    assert counts == expected
    assert truncated == (subsets != expected)


def refuse(world, group: str, resource: str) -> None:
    """Nobody may create such objects any more."""
    world.create('validatingadmissionpolicies.admissionregistration.k8s.io', {
        'apiVersion': 'admissionregistration.k8s.io/v1', 'kind': 'ValidatingAdmissionPolicy',
        'metadata': {'name': 'none', 'namespace': ''}, 'spec': {
            'matchConstraints': {'resourceRules': [{
                'apiGroups': [group], 'apiVersions': ['v1'], 'operations': ['CREATE'], 'resources': [resource]}]},
            'validations': [{'expression': 'false', 'message': 'none here'}]}})
    world.create('validatingadmissionpolicybindings.admissionregistration.k8s.io', {
        'apiVersion': 'admissionregistration.k8s.io/v1', 'kind': 'ValidatingAdmissionPolicyBinding',
        'metadata': {'name': 'none', 'namespace': ''}, 'spec': {'policyName': 'none', 'validationActions': ['Deny']}})


def test_endpoints_that_cannot_be_written_are_told(world, make):
    refuse(world, '', 'endpoints')
    world.create('services', make.service('web'))
    message = world.messages('FailedToCreateEndpoint')[0]
    assert message.startswith('Failed to create endpoint for service default/web: ')
    assert 'none here' in message


def test_slices_that_cannot_be_written_are_told(world, make):
    refuse(world, 'discovery.k8s.io', 'endpointslices')
    world.create('services', make.service('web'))
    message = world.messages('FailedToUpdateEndpointSlices')[0]
    assert message.startswith('Error updating Endpoint Slices for Service default/web: failed to create EndpointSlice '
                              'for Service default/web: ')
    assert 'none here' in message


def test_endpoints_that_are_written_as_usual_are_not_told_to_have_failed(world, make):
    world.create('services', make.service('web'))
    world.create('deployments.apps', make.deployment('web', 5), 10)
    for count in (9, 1, 6):
        world.patch('deployments.apps', 'web', {'spec': {'replicas': count}}, 10)
    world.delete('deployments.apps', 'web')
    world.delete('services', 'web', 10)
    assert [e['reason'] for e in world.items('events') if e['reason'].startswith('FailedTo')] == []


def by_hand(world, *addresses: str) -> None:
    world.create('services', {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 'db'},
                              'spec': {'ports': [{'port': 5432}]}}, 0)
    world.create('endpoints', {
        'apiVersion': 'v1', 'kind': 'Endpoints', 'metadata': {'name': 'db', 'annotations': {'team': 'a'}},
        'subsets': [{'addresses': [{'ip': ip} for ip in addresses], 'ports': [{'port': 5432}]}]})


def test_annotations_of_endpoints_are_mirrored_when_they_change(world):
    """TestNewEndpointSlice, TestReconcile: 'Endpoints with 1 subset, annotations changed'."""
    by_hand(world, '10.9.8.7')
    world.patch('endpoints', 'db', {'metadata': {'annotations': {'team': 'b', TRIGGERED: '2020-01-01T00:00:00Z'}}})
    item, = world.items(SLICES, 'kubernetes.io/service-name=db')
    assert item['metadata']['annotations'] == {'team': 'b'}
    world.patch('endpoints', 'db', {'metadata': {'annotations': {'team': None}}})
    item, = world.items(SLICES, 'kubernetes.io/service-name=db')
    assert 'annotations' not in item['metadata']


def test_what_is_not_mirrored_is_told(world):
    """TestReconcile: more than the maximum of a subset."""
    by_hand(world, *(f'10.9.{number // 250}.{number % 250}' for number in range(1003)))
    assert [len(item['endpoints']) for item in world.items(SLICES, 'kubernetes.io/service-name=db')] == [1000]
    assert world.messages('TooManyAddressesToMirror') == [
        'A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 3 addresses were skipped']
