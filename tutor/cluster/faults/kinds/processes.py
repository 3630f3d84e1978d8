"""Something on a machine that is no pod has very many processes."""

from tutor.cluster.faults.hogging import hog
from tutor.cluster.kubelet.eviction.usage import PIDS

KIND = hog(
    'processes', PIDS, 0.95,
    'let something on a machine start very many processes (95 %): PIDPressure, where the kubelet\'s '
    'evictionHard has pid.available',
    '让机器上的某个程序启动大量进程（95%）：如果 kubelet 的 evictionHard 设置了 pid.available，'
    '就会出现 PIDPressure')
