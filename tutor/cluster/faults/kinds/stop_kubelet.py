"""The kubelet of a node stops: its containers run on, but nobody looks after them or tells how they are."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.client.control import BadFault
from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend, kubelet_of

UNIT = 'kubelet.service'


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    if len(words) != 1:
        raise KIND.usage()
    kubelet_of(cluster, words[0])
    systemd = cluster.nodes.machines[words[0]].systemd
    unit = systemd.find(UNIT)
    if unit is None or unit.process is None:
        raise BadFault(f'no kubelet runs on {words[0]}', f'{words[0]} 上没有运行 kubelet')
    cluster.simulation.spawn(systemd.stop(unit), f'stop {UNIT}')
    return lambda: systemd.start(unit)


KIND = Kind(
    'stop-kubelet', 'NODE', 'stop the kubelet of a node: its containers run on, but nothing is started, restarted or '
    'probed, and logs and exec are refused',
    '停止节点的 kubelet：容器继续运行，但没有人启动、重启或探测它们，logs 和 exec 被拒绝', 'start-kubelet', cause)
