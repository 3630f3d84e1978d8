"""The disk of a machine is nearly full."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.hogging import take
from tutor.cluster.faults.kind import Kind, Mend
from tutor.cluster.kubelet.eviction.usage import STORAGE

DEFAULT = 0.95


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    return take(cluster, words, KIND, STORAGE, DEFAULT)


KIND = Kind('fill-disk', 'NODE [PERCENT%]', 'fill the disk of a machine (95 %): unused images are removed, then '
            'DiskPressure: no Pod is scheduled there, and Pods are evicted',
            '写满机器的磁盘（95%）：先删除没有用到的镜像，然后 DiskPressure：不再调度新 Pod，并驱逐 Pod', cause=cause)
