"""A machine loses its power: all that runs on it ends without a word."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.client.control import BadFault
from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend, kubelet_of


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    if len(words) != 1:
        raise KIND.usage()
    kubelet_of(cluster, words[0])
    if words[0] == cluster.config.control_plane:
        raise BadFault('the machine of the control plane is the one that you sit at: kill its components instead',
                       '控制平面所在的机器就是你正在用的这台：请改为停止它上面的组件')
    machine = cluster.nodes.machines[words[0]]
    machine.halt()
    return machine.boot


def restore(cluster: Cluster, words: Sequence[str]) -> bool:
    """Switch on what somebody has switched off by hand."""
    machine = cluster.nodes.machines.get(words[0]) if len(words) == 1 else None
    if machine is None or machine.on:
        return False
    machine.boot()
    return True


KIND = Kind(
    'stop', 'NODE', 'switch a machine off: it is unreachable, and after 50 s its Node is unknown; its Pods are evicted '
    'when their tolerationSeconds (300) are over',
    '关掉一台机器的电源：它不再可达，50 秒后它的 Node 变成 Unknown；tolerationSeconds（300）过后，其上的 Pod 被驱逐',
    'start', cause, restore)
