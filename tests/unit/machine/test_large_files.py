"""Large files take room on the machine's disk, whoever writes them, and a full disk is felt."""

from __future__ import annotations

import pytest

from tests.unit.machine.conftest import Desk

POD = 'kubectl run {name} --image=busybox -- sh -c "{script}; sleep 1h"; kubectl wait --for=condition=Ready pod {name}'


@pytest.mark.parametrize(('command', 'shown'), [
    ('sudo fallocate -l 20G /x; ls -lh /x; wc -c /x; sudo rm /x',
     '-rw-r--r-- 1 root root 20G May  4 09:00 /x\n21474836480 /x\n'),
    ('dd if=/dev/zero of=x bs=1M count=1500 status=none; cp x y; stat -c %s y; rm x y', '1572864000\n'),
    ('truncate -s 2G x; truncate -s 5 x; printf abc >> x; od -c x; rm x',
     '0000000  \\0  \\0  \\0  \\0  \\0   a   b   c\n0000010\n'),
    ('head -c 5000 /dev/zero > x; echo end >> x; tail -c 5 x | od -c; wc -c < x; rm x',
     '0000000  \\0   e   n   d  \\n\n0000005\n5004\n'),
    ('sudo fallocate -l 100G /x', 'fallocate: fallocate failed: No space left on device\n'),
    ('fallocate x', 'fallocate: no length argument specified\n'),
    ('printf "one two\\nthree" | wc; printf "a\\tb" | wc -L', '      1       3      13\n9\n'),
])
def test_files_of_any_size(shared: Desk, command: str, shown: str) -> None:
    assert shared.out(command) == shown


def test_a_container_sees_and_fills_its_node_s_disk(desk: Desk) -> None:
    desk.out(POD.format(name='full', script='cat /dev/zero > /big; echo rc \\$?; df -h / | tail -n 1'))
    desk.wait(32)
    assert desk.out('kubectl logs full') == (
        'cat: write error: No space left on device\nrc 1\n'
        'overlay                  58.4G     58.4G    672.0K 100% /\n')
    told = desk.out("kubectl get pod full -o jsonpath='{.status.reason}: {.status.message}'")
    assert told.startswith('Evicted: The node was low on resource: ephemeral-storage. Threshold quantity: ')
    node = desk.out("kubectl get pod full -o jsonpath='{.spec.nodeName}'")
    pressure = f"kubectl get node {node} -o jsonpath='{{.status.conditions[?(@.type==\"DiskPressure\")].status}}'"
    assert desk.out(pressure) == 'True'
    desk.wait(360)
    assert desk.out(pressure) == 'False'
    assert desk.out('kubectl get pods -A --field-selector status.phase=Failed -o name') == 'pod/full\n'


def test_files_of_the_node_itself_bring_pressure(desk: Desk) -> None:
    desk.out('ssh root@node01 fallocate -l 50G /var/log/huge')
    desk.wait(60)
    assert 'DiskPressure     True' in desk.out('kubectl describe node node01')
    desk.out('ssh root@node01 rm /var/log/huge')
    desk.wait(360)
    assert 'DiskPressure     False' in desk.out('kubectl describe node node01')
