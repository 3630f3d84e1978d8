"""The wire between two machines is cut: packets vanish."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.client.control import BadFault
from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend, kubelet_of

CONTROL_PLANE = '-'


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    if len(words) != 2:
        raise KIND.usage()
    one, other = (cluster.config.control_plane if word == CONTROL_PLANE else word for word in words)
    for name in (one, other):
        kubelet_of(cluster, name)
    if one == other:
        raise BadFault(f'{one} cannot be cut off from itself', f'{one} 无法与自己断开')
    cluster.nodes.fabric.links.cut(one, other)
    return lambda: cluster.nodes.fabric.links.join(one, other)


KIND = Kind(
    'partition', 'NODE NODE|-', 'cut the network between two machines, or between one and the control plane (-): its '
    'Pods run on, and are known again when it is healed',
    '切断两台机器之间的网络，或者一台机器与控制平面（-）之间的网络：其上的 Pod 继续运行，网络恢复后重新上报',
    'heal', cause)
