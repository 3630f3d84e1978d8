"""Something on a machine that is no pod takes nearly all of its memory."""

from tutor.cluster.faults.hogging import hog
from tutor.cluster.kubelet.eviction.usage import MEMORY

KIND = hog(
    'memory', MEMORY, 0.98,
    'let a process of the machine take its memory (98 %): MemoryPressure, and the kubelet evicts Pods that '
    'use more than they requested',
    '让机器上的一个进程占用内存（98%）：MemoryPressure，kubelet 驱逐用量超过请求的 Pod')
