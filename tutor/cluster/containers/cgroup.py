"""/sys/fs/cgroup of a container (cgroup v2): its limits as the kernel has them, and what it uses of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.shell import inodes
from tutor.shell.vfs import File, FileSystem

if TYPE_CHECKING:
    from tutor.cluster.containers.container import Container, ContainerHost

PERIOD = 100_000
"""Microseconds that a CPU quota is for."""


def file_system(container: Container) -> FileSystem:
    """The files of the container's cgroup, each made when it is read."""
    host = container.host
    assert host is not None
    files = FileSystem(lambda: 0.0, medium=inodes.KERNEL)
    for name, value in _files(container, host).items():
        files.root.entries[name] = File(files, _line(value), 0o444)
    return files


def _line(value: Callable[[], object]) -> Callable[[], bytes]:
    return lambda: f'{value()}\n'.encode()


def _files(container: Container, host: ContainerHost) -> dict[str, Callable[[], object]]:
    return {
        'cgroup.controllers': lambda: 'cpuset cpu io memory hugetlb pids rdma misc',
        'cgroup.procs': lambda: '\n'.join(str(process.pid) for process in host.own_processes()),
        'cpu.max': lambda: f'{_quota(host.meter.limit)} {PERIOD}',
        'cpu.stat': lambda: f'usage_usec {int(host.meter.at(host.simulation.now) * 1e6)}',
        'cpu.weight': lambda: weight(container.config.cpu_weight),
        'memory.current': lambda: host.resident,
        'memory.high': lambda: 'max',
        'memory.max': lambda: host.memory_limit or 'max',
        'memory.min': lambda: 0,
        'memory.swap.max': lambda: 0 if host.memory_limit else 'max',
        'pids.current': lambda: len(host.own_processes()),
        'pids.max': lambda: 'max',
    }


def _quota(cores: float) -> int | str:
    return round(cores * PERIOD) if cores else 'max'


def weight(shares: float) -> int:
    """CPU shares as the weight of cgroup v2 (runc's ConvertCPUSharesToCgroupV2Value)."""
    return int(1 + (max(shares, 2) - 2) * 9999 // 262142)
