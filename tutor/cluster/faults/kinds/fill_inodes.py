"""The disk of a machine has hardly any inode left: very many small files."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.hogging import take
from tutor.cluster.faults.kind import Kind, Mend
from tutor.cluster.kubelet.eviction.usage import INODES

DEFAULT = 0.97


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    return take(cluster, words, KIND, INODES, DEFAULT)


KIND = Kind('fill-inodes', 'NODE [PERCENT%]', 'use up the inodes of a machine\'s disk with small files (97 %): '
            'DiskPressure, although there is space left', '用大量小文件耗尽机器磁盘的 inode（97%）：磁盘还有空间，'
            '却出现 DiskPressure', cause=cause)
