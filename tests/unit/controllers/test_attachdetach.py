"""Volumes of CSI drivers and nodes; the cases are those of upstream's reconciler_test.go and csi_attacher_test.go."""

from __future__ import annotations

import pytest

from tutor.cluster.controllers.attachdetach import attachment_name

ATTACHMENTS = 'volumeattachments.storage.k8s.io'
CSI = {'driver': 'disk.example.com', 'volumeHandle': 'vol-1'}


@pytest.fixture
def disk(world):
    """A bound claim 'data' for a volume 'pv1' that one node at a time may have."""
    def make(mode: str = 'ReadWriteOnce') -> None:
        common = {'accessModes': [mode], 'storageClassName': ''}
        world.admin.create('persistentvolumes', {
            'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'pv1'},
            'spec': {**common, 'capacity': {'storage': '1Gi'}, 'csi': CSI}})
        world.create('persistentvolumeclaims', {
            'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'data'},
            'spec': {**common, 'resources': {'requests': {'storage': '1Gi'}}}}, 20)
    return make


def use(world, make, name: str, node: str) -> None:
    world.create('pods', make.pod(name, nodeName=node, volumes=[
        {'name': 'd', 'persistentVolumeClaim': {'claimName': 'data'}}]))


def attach(world, node: str, **status) -> None:
    """What an external attacher does."""
    found = world.get(ATTACHMENTS, attachment_name(CSI, node), '')
    world.admin.update_status(ATTACHMENTS, {**found, 'status': {'attached': not status, **status}})
    world.run(2)


def attached_to(world) -> list[str]:
    return sorted(item['spec']['nodeName'] for item in world.admin.items(ATTACHMENTS))


def test_attach_detach_volume_succeeds(world, make, disk):
    """Test_Run_Positive_OneDesiredVolumeAttach, …ThenDetachWithMountedVolume."""
    disk()
    use(world, make, 'one', 'node01')
    assert attached_to(world) == ['node01']
    item = world.admin.items(ATTACHMENTS)[0]
    assert (item['spec']['attacher'], item['spec']['source']) == (
        'disk.example.com', {'persistentVolumeName': 'pv1'})
    assert world.messages('SuccessfulAttachVolume') == []
    attach(world, 'node01')
    assert world.messages('SuccessfulAttachVolume') == ['AttachVolume.Attach succeeded for volume "pv1" ']
    assert world.get('nodes', 'node01', '')['status']['volumesAttached'] == [
        {'name': 'kubernetes.io/csi/disk.example.com^vol-1', 'devicePath': ''}]
    world.admin.delete('pods', 'one', 'default', {'gracePeriodSeconds': 0})
    world.run()
    assert attached_to(world) == []
    assert 'volumesAttached' not in world.get('nodes', 'node01', '')['status']


def test_without_an_attacher(world, make, disk):
    disk()
    use(world, make, 'one', 'node01')
    world.run(125)
    assert world.messages('FailedAttachVolume') == [
        'AttachVolume.Attach failed for volume "pv1" : timed out waiting for external-attacher of disk.example.com CSI '
        'driver to attach volume vol-1']


def test_an_attacher_that_fails_is_quoted(world, make, disk):
    disk()
    use(world, make, 'one', 'node01')
    attach(world, 'node01', attachError={'message': 'rpc error: no such disk'}, attached=False)
    assert world.messages('FailedAttachVolume') == [
        'AttachVolume.Attach failed for volume "pv1" : rpc error: no such disk']


def test_multi_attach_error(world, make, disk):
    """Test_ReportMultiAttachError; the volume follows when the other node gives it up."""
    disk()
    use(world, make, 'one', 'node01')
    attach(world, 'node01')
    use(world, make, 'two', 'node02')
    assert attached_to(world) == ['node01']
    assert world.messages('FailedAttachVolume') == [
        'Multi-Attach error for volume "pv1" Volume is already used by pod(s) one']
    world.admin.delete('pods', 'one', 'default', {'gracePeriodSeconds': 0})
    world.run()
    assert attached_to(world) == ['node02']


def test_volumes_for_many_nodes(world, make, disk):
    """Test_Run_OneVolumeAttachAndDetachMultipleNodesWithReadWriteMany."""
    disk('ReadWriteMany')
    use(world, make, 'one', 'node01')
    use(world, make, 'two', 'node02')
    assert attached_to(world) == ['node01', 'node02']


def test_a_driver_that_needs_no_attachment(world, make, disk):
    world.admin.create('csidrivers.storage.k8s.io', {
        'apiVersion': 'storage.k8s.io/v1', 'kind': 'CSIDriver', 'metadata': {'name': 'disk.example.com'},
        'spec': {'attachRequired': False}})
    disk()
    use(world, make, 'one', 'node01')
    assert attached_to(world) == []


def test_a_pod_that_has_ended_needs_no_volume(world, make, disk):
    disk()
    use(world, make, 'one', 'node01')
    pod = world.get('pods', 'one')
    world.admin.update_status('pods', {**pod, 'status': {**pod['status'], 'phase': 'Succeeded'}})
    world.run()
    assert attached_to(world) == []
