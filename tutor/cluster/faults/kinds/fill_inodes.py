"""The disk of a machine has hardly any inode left: very many small files."""

from tutor.cluster.faults.hogging import hog
from tutor.cluster.kubelet.eviction.usage import INODES

KIND = hog(
    'fill-inodes', INODES, 0.97,
    'use up the inodes of a machine\'s disk with small files (97 %): DiskPressure, although there is '
    'space left',
    '用大量小文件耗尽机器磁盘的 inode（97%）：磁盘还有空间，却出现 DiskPressure')
