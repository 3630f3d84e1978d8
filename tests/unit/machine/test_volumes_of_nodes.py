"""Volumes that need something of their node: helpers, servers, memory."""

from __future__ import annotations

import json

import pytest

from tests.unit.machine.conftest import Desk


def run(desk: Desk, name: str, volume: dict, command: str = 'sleep 1000', **container: object) -> str:
    pod = {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': name}, 'spec': {
        'containers': [{'name': 'c', 'image': 'busybox', 'command': ['sh', '-c', command],
                        'volumeMounts': [{'name': 'd', 'mountPath': '/d'}], **container}],
        'volumes': [{'name': 'd', **volume}]}}
    desk.out(f"kubectl apply -f - <<'X'\n{json.dumps(pod)}\nX")
    desk.wait(20)
    return desk.out(f"kubectl get events --field-selector involvedObject.name={name},type=Warning "
                    "-o jsonpath='{.items[0].message}'")


@pytest.mark.parametrize(('name', 'volume', 'said'), [
    ('nfs', {'nfs': {'server': '10.0.0.5', 'path': '/x'}},
     'for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.'),
    ('iscsi', {'iscsi': {'targetPortal': '10.0.0.5', 'iqn': 'iqn.2001-04.com.example:disk', 'lun': 0}},
     'MountVolume.WaitForAttach failed for volume "d" : failed to get any path for iscsi disk'),
    ('ceph', {'cephfs': {'monitors': ['10.0.0.5']}},
     'failed to get Plugin from volumeSpec for volume "d" err=no volume plugin matched'),
])
def test_storage_of_the_network_needs_helpers_and_servers(shared: Desk, name: str, volume: dict, said: str) -> None:
    assert said in run(shared, name, volume)
    assert 'ContainerCreating' in shared.out(f'kubectl get pod {name}')


@pytest.mark.parametrize(('name', 'volume', 'limits', 'size'), [
    ('limited', {'emptyDir': {'medium': 'Memory'}}, {'memory': '20Mi'}, '20.0M'),
    ('sized', {'emptyDir': {'medium': 'Memory', 'sizeLimit': '5Mi'}}, {'memory': '20Mi'}, '5.0M'),
    ('free', {'emptyDir': {'medium': 'Memory'}}, {}, '3.9G'),
])
def test_a_volume_in_memory_is_as_large_as_its_pod_may_be(shared: Desk, name: str, volume: dict, limits: dict,
                                                          size: str) -> None:
    run(shared, name, volume, 'dd if=/dev/zero of=/d/x bs=1M count=30; df -h /d; sleep 1000',
        resources={'limits': limits})
    log = shared.out(f'kubectl logs {name}')
    assert log.splitlines()[-1].split()[1] == size
    assert ('No space left on device' in log) is bool(limits)
