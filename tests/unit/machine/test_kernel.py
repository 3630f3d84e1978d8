"""What "Installing kubeadm" and "Container Runtimes" have one look at and set: swap, modules, parameters, identity."""

from __future__ import annotations

import pytest

from tests.unit.machine.conftest import Desk
from tutor.session.workbench import Workbench

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: tuned}
spec:
  nodeName: node01
  securityContext: {sysctls: [{name: net.ipv4.ip_local_port_range, value: "1024 65000"}]}
  initContainers:
  - {name: init, image: busybox, command: [sysctl, -w, vm.max_map_count=300000], securityContext: {privileged: true}}
  containers: [{name: main, image: busybox, command: [sleep, 1d]}]
"""


@pytest.mark.parametrize(
    ('command', 'said'),
    [
        ('sudo swapoff -a; swapon --show; sudo modprobe overlay', ''),
        ('lsmod | grep ^br_netfilter', 'br_netfilter           32768  0\n'),
        ('modprobe ip_vs', "modprobe: ERROR: could not insert 'ip_vs': Operation not permitted\n"),
        ('sudo modprobe ip_vs; lsmod | head -2 | tail -1', 'ip_vs                 221184  0\n'),
        ('sudo modprobe no', 'modprobe: FATAL: Module no not found in directory /lib/modules/6.8.0-79-generic\n'),
        ('sudo rmmod bridge', 'rmmod: ERROR: Module bridge is in use by: br_netfilter\n'),
        ('sysctl net.ipv4.ip_forward', 'net.ipv4.ip_forward = 1\n'),
        ('sysctl -n vm/swappiness', '60\n'),
        ('sysctl no.such', 'sysctl: cannot stat /proc/sys/no/such: No such file or directory\n'),
        ('sysctl -w vm.swappiness=1', 'sysctl: permission denied on key "vm.swappiness"\n'),
        ('sudo sysctl vm.swappiness=1; cat /proc/sys/vm/swappiness', 'vm.swappiness = 1\n1\n'),
        (
            'echo "net.ipv4.ip_forward  =  0" | sudo tee /etc/sysctl.d/zz-own.conf > /dev/null; '
            'sudo sysctl --system | grep -e own -e forward',
            '* Applying /etc/sysctl.d/zz-own.conf ...\nnet.ipv4.ip_forward = 1\nnet.ipv4.ip_forward = 0\n',
        ),
        (
            'stat -fc %T /sys/fs/cgroup/ / /tmp /proc; cat /sys/fs/cgroup/cgroup.controllers; mount -t cgroup2',
            'cgroup2fs\next2/ext3\ntmpfs\nproc\ncpuset cpu io memory hugetlb pids rdma misc\n'
            'cgroup2 on /sys/fs/cgroup type cgroup2 '
            '(rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot)\n',
        ),
        ('stat -f / | sed -n "1p;3p"', '  File: "/"\nBlock size: 4096       Fundamental block size: 4096\n'),
        ('head -1 /proc/meminfo; cat /proc/swaps | wc -l', 'MemTotal:        4194304 kB\n1\n'),
    ],
)
def test_the_kernel_of_a_machine(shared: Desk, command: str, said: str) -> None:
    assert shared.out(command) == said


def test_a_machine_is_known_by_the_same_numbers_everywhere(shared: Desk) -> None:
    node = "kubectl get node controlplane -o jsonpath='{.status.nodeInfo.%s}'"
    assert shared.out('sudo cat /sys/class/dmi/id/product_uuid') == shared.out(node % 'systemUUID') + '\n'
    assert shared.out('cat /etc/machine-id') == shared.out(node % 'machineID') + '\n'


def test_a_pod_has_parameters_of_its_own_and_a_privileged_container_changes_the_nodes() -> None:
    bench = Workbench()
    bench.run(f"kubectl apply -f - <<'EOF'\n{POD}EOF")
    bench.simulation.advance(15)
    assert bench.run('kubectl logs tuned -c init').stdout == 'vm.max_map_count = 300000\n'
    assert bench.run('ssh node01 sysctl -n vm.max_map_count; sysctl -n vm.max_map_count').stdout == '300000\n1048576\n'
    inside = 'kubectl exec tuned -c main -- sysctl'
    assert bench.run(f'{inside} net.ipv4.ip_local_port_range').stdout == 'net.ipv4.ip_local_port_range = 1024 65000\n'
    assert bench.run(f'{inside} -w net.ipv4.ip_forward=0').stderr.startswith(
        "sysctl: error setting key 'net.ipv4.ip_forward': Read-only file system\n"
    )
