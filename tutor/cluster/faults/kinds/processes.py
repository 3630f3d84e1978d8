"""Something on a machine that is no pod has very many processes."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.hogging import take
from tutor.cluster.faults.kind import Kind, Mend
from tutor.cluster.kubelet.eviction.usage import PIDS

DEFAULT = 0.95


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    return take(cluster, words, KIND, PIDS, DEFAULT)


KIND = Kind('processes', 'NODE [PERCENT%]', 'let something on a machine start very many processes (95 %): '
            'PIDPressure, where the kubelet\'s evictionHard has pid.available',
            '让机器上的某个程序启动大量进程（95%）：如果 kubelet 的 evictionHard '
            '设置了 pid.available，就会出现 PIDPressure', cause=cause)
