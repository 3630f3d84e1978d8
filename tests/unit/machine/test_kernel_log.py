"""What the kernel of a machine says, and who may read it: dmesg, and the kernel's part of the journal."""

from __future__ import annotations

import pytest

from tests.unit.machine.conftest import Desk

HOG = """kubectl apply -f - <<'Y'
apiVersion: v1
kind: Pod
metadata: {name: hog}
spec:
  restartPolicy: Never
  priorityClassName: %s
  nodeName: node01
  containers:
  - name: c
    image: polinux/stress
    command: [stress, --vm, "1", --vm-bytes, 250M]
    resources: {limits: {memory: 100Mi}, requests: {memory: 50Mi}}
Y"""


@pytest.mark.parametrize('priority', ['""', 'system-node-critical'])
def test_the_kernel_tells_whom_it_has_killed(desk: Desk, priority: str) -> None:
    desk.out(HOG % priority)
    desk.wait(5)
    assert desk.out('kubectl get pod hog --no-headers').split()[2] == 'OOMKilled'
    said = desk.out("ssh node01 'sudo dmesg | tail -4'").splitlines()
    identity = desk.out("kubectl get pod hog -o jsonpath='{.metadata.uid}'").replace('-', '_')
    assert 'stress invoked oom-killer' in said[0] and 'limit 102400kB' in said[1]
    assert f'/kubepods-burstable-pod{identity}.slice/cri-containerd-' in said[2]
    assert '(stress) total-vm:' in said[3] and 'anon-rss:102400kB' in said[3]
    journal = desk.out("ssh node01 'journalctl -k -p err'")
    assert 'node01 kernel: Memory cgroup out of memory: Killed process' in journal and journal.count('\n') == 1
    assert 'Killed' not in desk.out("ssh node02 'sudo dmesg'")


@pytest.mark.parametrize(('command', 'start'), [
    ('sudo dmesg', '[    0.000000] Linux version 6.8.0'), ('sudo dmesg -T', '[Mon May  4 08:00:00 2026] Linux version'),
    ('sudo dmesg -t', 'Linux version'), ('journalctl', 'May 04 08:00:00 controlplane kernel: Linux version')])
def test_it_begins_when_the_machine_is_switched_on(shared: Desk, command: str, start: str) -> None:
    assert shared.out(f'{command} | head -1').startswith(start)


def test_only_root_of_the_machine_may_read_it(desk: Desk) -> None:
    assert desk.out('dmesg 2>&1') == 'dmesg: read kernel buffer failed: Operation not permitted\n'
    desk.out('kubectl run b --image=busybox -- sleep 600; kubectl wait --for=condition=Ready pod/b')
    assert 'dmesg: klogctl: Operation not permitted\n' in desk.out('kubectl exec b -- dmesg 2>&1')


def test_containerd_tells_its_version_and_does_not_start_twice(shared: Desk) -> None:
    assert shared.out('containerd --version').startswith('containerd github.com/containerd/containerd/v2 v2.')
    assert 'address already in use' in shared.out('sudo containerd 2>&1')
