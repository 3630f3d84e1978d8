"""A released volume whose policy is Recycle is emptied by a pod, and free again."""

from __future__ import annotations

import pytest

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig

CLAIMS, VOLUMES = 'persistentvolumeclaims', 'persistentvolumes'
POD = 'recycler-for-v'


def released(world, source: dict, size: str = '1Gi') -> None:
    """A volume that had a claim."""
    world.admin.create(VOLUMES, {
        'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'v'}, 'spec': {
            'capacity': {'storage': size}, 'accessModes': ['ReadWriteOnce'],
            'persistentVolumeReclaimPolicy': 'Recycle', **source}})
    world.run(0.1)
    world.create(CLAIMS, {
        'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'c'}, 'spec': {
            'accessModes': ['ReadWriteOnce'], 'storageClassName': '', 'resources': {'requests': {'storage': '1Gi'}}}})
    assert volume(world)['status']['phase'] == 'Bound'
    world.delete(CLAIMS, 'c', 2)


def volume(world) -> dict:
    return world.get(VOLUMES, 'v', '')


def finish(world, phase: str, message: str = '', seconds: float = 0.1) -> None:
    pod = world.get('pods', POD)
    world.admin.update_status('pods', {**pod, 'status': {**pod['status'], 'phase': phase, 'message': message}})
    world.run(seconds)


@pytest.mark.parametrize(('source', 'size', 'deadline'), [
    ({'hostPath': {'path': '/data', 'type': 'Directory'}}, '1Gi', 60),
    ({'hostPath': {'path': '/data'}}, '10Gi', 300), ({'nfs': {'server': 'a.b', 'path': '/x'}}, '1Gi', 300)])
def test_a_pod_empties_the_volume(world, source, size, deadline):
    released(world, source, size)
    spec = world.get('pods', POD)['spec']
    (kind, fields), = source.items()
    mounted = spec['volumes'][0][kind]
    assert (spec['activeDeadlineSeconds'], mounted['path'], spec['restartPolicy']) == (
        deadline, fields['path'], 'Never')
    assert mounted.get('type', '') == ''  # the template has the path alone
    assert volume(world)['status']['phase'] == 'Released'
    finish(world, 'Succeeded')
    assert world.messages('VolumeRecycled') == ['Volume recycled']
    assert f'Recycler pod: Successfully assigned default/{POD} to {spec["nodeName"]}' in world.messages('RecyclerPod')
    assert volume(world)['status']['phase'] == 'Available'
    assert 'claimRef' not in volume(world)['spec']
    world.run(40)
    assert world.items('pods') == []


def test_what_fails_is_said_once_and_tried_again(world):
    released(world, {'hostPath': {'path': '/data'}})
    finish(world, 'Failed')
    assert volume(world)['status']['phase'] == 'Failed'
    said = 'Recycle failed: failed to recycle volume: pod failed, pod.Status.Message unknown'
    assert world.messages('VolumeFailedRecycle') == [volume(world)['status']['message']] == [said]
    world.run(32)  # the old pod is in the way of the next try at first
    finish(world, 'Succeeded')
    assert world.messages('VolumeFailedRecycle') == [said]
    assert volume(world)['status'].keys() == {'phase', 'lastPhaseTransitionTime'}
    assert volume(world)['status']['phase'] == 'Available'


def test_a_manager_that_starts_anew_begins_anew(world):
    released(world, {'hostPath': {'path': '/data'}})
    uid = world.get('pods', POD)['metadata']['uid']
    world.cluster.controllers.stop()
    world.run(1)
    world.cluster.controllers.start()
    world.run(60)
    assert world.messages('VolumeFailedRecycle') == ['Recycle failed: old recycler pod found, will retry later']
    assert world.get('pods', POD)['metadata']['uid'] != uid
    finish(world, 'Succeeded')
    assert volume(world)['status']['phase'] == 'Available'


def test_other_volumes_cannot_be_recycled(world):
    released(world, {'csi': {'driver': 'a.b', 'volumeHandle': 'x'}})
    assert world.items('pods') == []
    assert world.messages('VolumeFailedRecycle') == ['No recycler plugin found for the volume!']
    assert volume(world)['status']['phase'] == 'Failed'


def test_the_folder_of_the_node_is_empty_then():
    cluster = Cluster(ClusterConfig(addons=(), pulled=True))
    cluster.boot()
    disks = [machine.files for name, machine in cluster.nodes.machines.items() if name.startswith('node')]
    for disk in disks:
        disk.make_dirs('/data/deep')
        disk.write('/data/deep/a', b'x')
    cluster.admin.create(VOLUMES, {
        'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'v'}, 'spec': {
            'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteOnce'], 'hostPath': {'path': '/data'},
            'persistentVolumeReclaimPolicy': 'Recycle', 'claimRef': {
                'namespace': 'default', 'name': 'gone', 'uid': '00000000-0000-0000-0000-000000000000'}}})
    cluster.simulation.advance(20)
    assert cluster.admin.get(VOLUMES, 'v')['status']['phase'] == 'Available'
    assert sorted(len(disk.listdir('/data')) for disk in disks) == [0, 1]  # of the node it ran on
