"""What the kubelet's journal says of pods that do not run."""

from __future__ import annotations

import json

import pytest

from tests.unit.machine.conftest import Desk

JOURNAL = 'ssh root@{} journalctl -u kubelet --no-pager -o cat'
MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'


def _said(desk: Desk, place: str, node: str = 'controlplane') -> list[str]:
    """The lines that come from a place of the kubelet's source, without their heads."""
    return [line.partition('] ')[2] for line in desk.out(JOURNAL.format(node)).splitlines() if f' {place}] ' in line]


@pytest.fixture(scope='module')
def broken() -> Desk:
    """A node with a pod for each thing that can be wrong with one."""
    desk = Desk()
    for name, more in (('nope', {'image': 'nginx:nope'}), ('crash', {'image': 'busybox', 'command': ['false']}),
                       ('conf', {'image': 'nginx', 'envFrom': [{'secretRef': {'name': 'zip'}}]}),
                       ('mount', {'image': 'nginx', 'volumeMounts': [{'name': 'v', 'mountPath': '/v'}]})):
        spec = {'nodeName': 'node01', 'containers': [{'name': name, **more}]}
        if name == 'mount':
            spec['volumes'] = [{'name': 'v', 'configMap': {'name': 'zip'}}]
        desk.out(f"kubectl run {name} --image=x --overrides='{json.dumps({'spec': spec})}'")
    desk.wait(180)
    return desk


@pytest.mark.parametrize(('pod', 'said'), [
    ('crash', r'failed to \"StartContainer\" for \"crash\" with CrashLoopBackOff: \"back-off 10s restarting failed '
     r'container=crash pod=crash_default('),
    ('nope', r'failed to \"StartContainer\" for \"nope\" with ErrImagePull: \"rpc error: code = NotFound desc = failed '
     r'to pull and unpack image \\\"docker.io/library/nginx:nope\\\"'),
    ('nope', r'with ImagePullBackOff: \"Back-off pulling image \\\"nginx:nope\\\": ErrImagePull: rpc error'),
    ('conf', r'with CreateContainerConfigError: \"secret \\\"zip\\\" not found\""'),
    ('mount', 'err="unmounted volumes=[v], unattached volumes=[], failed to process volumes=[]: context deadline'),
])
def test_each_sync_that_fails_is_told_of(broken: Desk, pod: str, said: str) -> None:
    lines = [line for line in _said(broken, 'pod_workers.go:1324', 'node01') if f' pod="default/{pod}" pod' in line]
    assert all(line.startswith('"Error syncing pod, skipping" err="') for line in lines)
    assert any(said in line for line in lines)


def test_pulls_that_fail_and_containers_that_go_are_told_of(broken: Desk) -> None:
    assert _said(broken, 'kuberuntime_image.go:43', 'node01')[0].startswith(
        r'"Failed to pull image" err="rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/')
    assert _said(broken, 'scope.go:122', 'node01')[0].startswith('"RemoveContainer" containerID="')


def test_a_missing_api_server_is_told_of_by_its_address_and_not_with_each_look(small: Desk) -> None:
    small.out(f"sudo sed -i 's#--etcd-cafile=.*#--etcd-cafile=/nope#' {MANIFEST}")
    small.wait(50)
    lines = [line for line in _said(small, 'kubelet.go:3339') if 'kube-apiserver' in line]
    assert lines == ['"Failed creating a mirror pod" err="Post \\"https://172.30.1.2:6443/api/v1/namespaces/kube-system/'
                     'pods\\": dial tcp 172.30.1.2:6443: connect: connection refused" '
                     'pod="kube-system/kube-apiserver-controlplane"']
    assert any('with CrashLoopBackOff' in line for line in _said(small, 'pod_workers.go:1324'))
