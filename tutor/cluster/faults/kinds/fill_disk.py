"""The disk of a machine is nearly full."""

from tutor.cluster.faults.hogging import hog
from tutor.cluster.kubelet.eviction.usage import STORAGE

KIND = hog(
    'fill-disk', STORAGE, 0.95,
    'fill the disk of a machine (95 %): unused images are removed, then DiskPressure: no Pod is scheduled '
    'there, and Pods are evicted',
    '写满机器的磁盘（95%）：先删除没有用到的镜像，然后 DiskPressure：不再调度新 Pod，并驱逐 Pod')
