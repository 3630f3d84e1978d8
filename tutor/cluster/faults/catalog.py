"""All kinds of faults, in the order in which they are listed."""

from __future__ import annotations

from tutor.cluster.faults.kind import Kind
from tutor.cluster.faults.kinds import (
    break_dns,
    delay,
    expire_certificate,
    fail_registry,
    fill_disk,
    fill_inodes,
    kill,
    memory,
    partition,
    processes,
    slow_registry,
    stop,
    stop_kubelet,
)

KINDS: tuple[Kind, ...] = (
    stop.KIND,
    stop_kubelet.KIND,
    fill_disk.KIND,
    fill_inodes.KIND,
    memory.KIND,
    processes.KIND,
    partition.KIND,
    delay.KIND,
    kill.KIND,
    break_dns.KIND,
    slow_registry.KIND,
    fail_registry.KIND,
    expire_certificate.KIND,
)
