"""Something on a machine that is no pod takes nearly all of its memory."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend, kubelet_of
from tutor.cluster.faults.words import percentage
from tutor.cluster.kubelet.eviction.usage import MEMORY

DEFAULT = 0.98


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    if not 1 <= len(words) <= 2:
        raise KIND.usage()
    eviction = kubelet_of(cluster, words[0]).eviction
    share = percentage(words[1]) if len(words) > 1 else DEFAULT
    wanted = int(eviction.machine.capacity(MEMORY) * share) - eviction.machine.used(MEMORY)
    eviction.hog(MEMORY, max(wanted, 0))
    return lambda: eviction.hog(MEMORY, 0)


KIND = Kind('memory', 'NODE [PERCENT%]', 'let a process of the machine take its memory (98 %): MemoryPressure, and the '
            'kubelet evicts Pods that use more than they requested',
            '让机器上的一个进程占用内存（98%）：MemoryPressure，kubelet 驱逐用量超过请求的 Pod', cause=cause)
