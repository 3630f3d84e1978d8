"""The disk of a machine is nearly full."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend, kubelet_of
from tutor.cluster.faults.words import percentage
from tutor.cluster.kubelet.eviction.usage import STORAGE

DEFAULT = 0.95


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    if not 1 <= len(words) <= 2:
        raise KIND.usage()
    eviction = kubelet_of(cluster, words[0]).eviction
    share = percentage(words[1]) if len(words) > 1 else DEFAULT
    wanted = int(eviction.machine.capacity(STORAGE) * share) - eviction.machine.used(STORAGE)
    eviction.hog(STORAGE, max(wanted, 0))
    return lambda: eviction.hog(STORAGE, 0)


KIND = Kind('fill-disk', 'NODE [PERCENT%]', 'fill the disk of a machine (95 %): unused images are removed, then '
            'DiskPressure: no Pod is scheduled there, and Pods are evicted',
            '写满机器的磁盘（95%）：先删除没有用到的镜像，然后 DiskPressure：不再调度新 Pod，并驱逐 Pod', cause=cause)
