"""Something on a machine that is no pod takes nearly all of its memory."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.hogging import take
from tutor.cluster.faults.kind import Kind, Mend
from tutor.cluster.kubelet.eviction.usage import MEMORY

DEFAULT = 0.98


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    return take(cluster, words, KIND, MEMORY, DEFAULT)


KIND = Kind('memory', 'NODE [PERCENT%]', 'let a process of the machine take its memory (98 %): MemoryPressure, and the '
            'kubelet evicts Pods that use more than they requested',
            '让机器上的一个进程占用内存（98%）：MemoryPressure，kubelet 驱逐用量超过请求的 Pod', cause=cause)
