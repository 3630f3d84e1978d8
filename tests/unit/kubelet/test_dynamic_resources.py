"""What becomes of pods whose devices no driver of the node makes ready."""

from __future__ import annotations

from tests.unit.kubelet.conftest import Lab

DRIVER = 'gpu.example.com'


def test_without_its_driver_a_pod_is_not_started() -> None:
    lab = Lab()
    lab.admin.create('deviceclasses.resource.k8s.io', {
        'apiVersion': 'resource.k8s.io/v1', 'kind': 'DeviceClass', 'metadata': {'name': DRIVER}, 'spec': {}})
    lab.admin.create('resourceslices.resource.k8s.io', {
        'apiVersion': 'resource.k8s.io/v1', 'kind': 'ResourceSlice', 'metadata': {'name': 'one'},
        'spec': {'driver': DRIVER, 'nodeName': 'node01', 'devices': [{'name': 'gpu-0'}],
                 'pool': {'name': 'node01', 'generation': 1, 'resourceSliceCount': 1}}})
    request = {'name': 'gpu', 'exactly': {'deviceClassName': DRIVER}}
    lab.admin.create('resourceclaimtemplates.resource.k8s.io', {
        'apiVersion': 'resource.k8s.io/v1', 'kind': 'ResourceClaimTemplate',
        'metadata': {'name': 'gpu', 'namespace': 'default'}, 'spec': {'spec': {'devices': {'requests': [request]}}}})
    lab.pod(resourceClaims=[{'name': 'gpu', 'resourceClaimTemplateName': 'gpu'}],
            container={'resources': {'claims': [{'name': 'gpu'}]}})
    lab.until(lambda: lab.events())
    assert lab.events() == [('FailedPrepareDynamicResources', 'Failed to prepare dynamic resources: prepare dynamic '
                             f'resources: DRA driver {DRIVER} is not registered')]
    assert lab.get()['spec']['nodeName'] == 'node01'
    lab.simulation.advance(5)
    assert lab.state() == {'waiting': {'reason': 'ContainerCreating'}}
    claim, = lab.admin.items('resourceclaims.resource.k8s.io', 'default')
    assert claim['status']['reservedFor'][0]['name'] == 'web'
    lab.admin.delete('pods', 'web', 'default')
    lab.until(lambda: lab.gone() and not lab.admin.items('resourceclaims.resource.k8s.io', 'default'))
    assert lab.simulation.failures == []
