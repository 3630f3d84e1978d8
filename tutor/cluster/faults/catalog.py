"""All kinds of faults, in the order in which they are listed."""

from __future__ import annotations

from tutor.cluster.faults.kind import Kind
from tutor.cluster.faults.kinds import (
    break_dns,
    delay,
    expire_certificate,
    fail_registry,
    fill_disk,
    kill,
    memory,
    partition,
    slow_registry,
    stop,
    stop_kubelet,
)

KINDS: tuple[Kind, ...] = (
    stop.KIND,
    stop_kubelet.KIND,
    fill_disk.KIND,
    memory.KIND,
    partition.KIND,
    delay.KIND,
    kill.KIND,
    break_dns.KIND,
    slow_registry.KIND,
    fail_registry.KIND,
    expire_certificate.KIND,
)
