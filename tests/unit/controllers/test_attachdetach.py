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


NAME = 'kubernetes.io/csi/disk.example.com^vol-1'


def in_use(world, node: str) -> list[str]:
    return world.get('nodes', node, '')['status'].get('volumesInUse') or []


def give_up(world, name: str) -> None:
    world.admin.delete('pods', name, 'default', {'gracePeriodSeconds': 0})


@pytest.fixture
def used(world, make, disk):
    """node01 says that it uses the volume of pod 'one'; pod 'two' on node02 waits for it."""
    disk()
    use(world, make, 'one', 'node01')
    attach(world, 'node01')
    world.run(10)
    assert in_use(world, 'node01') == [NAME]
    use(world, make, 'two', 'node02')


def test_a_node_says_what_it_uses_until_that_is_unmounted(world, used):
    """Test_Run_Positive_OneDesiredVolumeAttachThenDetachWithMountedVolume: it is not detached before."""
    give_up(world, 'one')
    world.run(0.01)
    assert (attached_to(world), in_use(world, 'node01')) == (['node01'], [NAME])
    world.run(12)
    assert in_use(world, 'node01') == []
    assert attached_to(world) == ['node02']
    assert world.messages('FailedAttachVolume') == [
        'Multi-Attach error for volume "pv1" Volume is already used by pod(s) one']


def stop(world, node: str) -> None:
    world.cluster.nodes.fleet.kubelets[node].stop()
    world.run(60)  # until it is not ready


def test_a_node_that_is_lost_loses_its_volumes_after_six_minutes(world, used):
    """Test_Run_OneVolumeDetachOnUnhealthyNode."""
    stop(world, 'node01')
    give_up(world, 'one')
    world.run(355)
    assert attached_to(world) == ['node01']
    world.run(10)
    assert attached_to(world) == ['node02']


def test_a_node_that_is_out_of_service_loses_them_at_once(world, used):
    """Test_Run_OneVolumeDetachOnOutOfServiceTaintedNode."""
    stop(world, 'node01')
    give_up(world, 'one')
    world.run(30)
    assert attached_to(world) == ['node01']
    world.admin.patch('nodes', 'node01', {'spec': {'taints': [
        {'key': 'node.kubernetes.io/out-of-service', 'effect': 'NoExecute', 'value': 'nodeshutdown'}]}})
    world.run()
    assert attached_to(world) == ['node02']


def test_only_the_kubelet_says_what_its_node_uses(world, make, disk):
    """What somebody else writes there the kubelet puts right."""
    disk()
    use(world, make, 'one', 'node01')
    attach(world, 'node01')
    node = world.get('nodes', 'node02', '')
    world.admin.update_status('nodes', {**node, 'status': {**node['status'], 'volumesInUse': [NAME]}})
    world.run(12)
    assert in_use(world, 'node02') == []  # the kubelet knows better
    assert in_use(world, 'node01') == [NAME]


def test_a_volume_of_an_old_kind_is_its_drivers(world, make):
    common = {'accessModes': ['ReadWriteOnce'], 'storageClassName': ''}
    world.admin.create('persistentvolumes', {
        'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'old'},
        'spec': {**common, 'capacity': {'storage': '1Gi'}, 'awsElasticBlockStore': {'volumeID': 'vol-2'}}})
    world.create('persistentvolumeclaims', {
        'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'data'},
        'spec': {**common, 'resources': {'requests': {'storage': '1Gi'}}}}, 20)
    use(world, make, 'one', 'node01')
    assert world.admin.items(ATTACHMENTS)[0]['spec']['attacher'] == 'ebs.csi.aws.com'
    world.run(125)
    assert world.messages('FailedAttachVolume') == [
        'AttachVolume.Attach failed for volume "old" : timed out waiting for external-attacher of ebs.csi.aws.com CSI '
        'driver to attach volume vol-2']
