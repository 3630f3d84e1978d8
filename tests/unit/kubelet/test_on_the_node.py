"""Pods from which one works on their node: chroot into its root, its processes, and nsenter."""

from __future__ import annotations

import pytest

from tutor.session.workbench import Workbench

WHOLE = (
    '{"spec":{"hostPID":true,"nodeName":"node02","containers":[{"name":"whole","image":"alpine",'
    '"securityContext":{"privileged":true},"command":["sleep","1d"]}]}}'
)


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    bench.run('kubectl debug node/node01 --image=busybox -- sleep 1d')
    bench.run(f"kubectl run whole --image=alpine --overrides='{WHOLE}'")
    bench.simulation.advance(15)
    bench.run("D=$(kubectl get pod -o name | grep debugger)")
    return bench


@pytest.mark.parametrize(
    ('command', 'said'),
    [
        ("$D -- chroot /host sh -c 'cat /etc/hostname; systemctl is-active kubelet'", 'node01\nactive\n'),
        ('$D -- chroot /host crictl ps -q --name debugger | wc -l', '1\n'),
        ('$D -- chroot /nope ls', "chroot: can't change root directory to '/nope': No such file or directory\n"),
        ('$D -- chroot /host nope', "chroot: can't execute 'nope': No such file or directory\n"),
        ('$D -- nsenter -t 1 -m ls', "nsenter: can't open '/proc/1/ns/mnt': Permission denied\n"),
        ('whole -- nsenter -t 1 -m -u -i -n -p -- hostname', 'node02\n'),
        ("whole -- sh -c 'ps | grep -c [k]ube-proxy; tr -d \"\\0\" < /proc/1/cmdline; kill -0 1'", '1\n/sbin/init'),
    ],
)
def test_a_pod_reaches_into_its_node(bench: Workbench, command: str, said: str) -> None:
    ran = bench.run(f'kubectl exec {command}')
    assert (ran.stdout + ran.stderr).partition('command terminated')[0] == said


def test_a_process_of_such_a_pod_ends_with_it(bench: Workbench) -> None:
    bench.run('kubectl run gone --image=alpine --restart=Never --overrides=\'{"spec":{"hostPID":true}}\' -- sleep 5')
    bench.simulation.advance(15)
    assert bench.run('kubectl get pod gone --no-headers').stdout.split()[2] == 'Completed'
