"""The scheduler's picture of the cluster: nodes and the pods on them, those just assumed included."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import Selector
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

Group = tuple[str, frozenset[tuple[str, str]]]
"""A namespace and labels."""
ZONE = 'topology.kubernetes.io/zone'
REGION = 'topology.kubernetes.io/region'


class Cache:
    """Nodes by name, and a list of those that exist, zone by zone in turn (nodeTree)."""

    def __init__(self) -> None:
        self.infos: dict[str, NodeInfo] = {}
        self.with_affinity: dict[str, NodeInfo] = {}
        self.soft_tainted = 0
        self.image_counts: dict[str, int] = {}
        self._groups: dict[Group, int] = {}
        self._where: dict[str, tuple[PodInfo, str]] = {}
        self._list: list[NodeInfo] | None = None

    @property
    def nodes(self) -> list[NodeInfo]:
        """The nodes that exist."""
        if self._list is None:
            self._list = _interleaved([info for info in self.infos.values() if info.node is not None])
            self.soft_tainted = sum(1 for info in self._list if info.soft_taints)
            self.image_counts = {}
            for info in self._list:
                for image in info.images:
                    self.image_counts[image] = self.image_counts.get(image, 0) + 1
        return self._list

    def set_node(self, node: Object) -> None:
        info = self._info(node['metadata']['name'])
        info.set_node(node)
        self._list = None

    def remove_node(self, name: str) -> None:
        info = self.infos.get(name)
        if info is None:
            return
        info.node = None
        self._list = None
        if not info.pods:
            del self.infos[name]

    def add_pod(self, pod: PodInfo, node: str) -> None:
        """A pod is on a node: assumed, or told by the API server. What was known of it before is forgotten."""
        known = self._where.get(pod.uid)
        if known is not None:
            if known[1] == node and known[0].pod is pod.pod:
                return
            self.remove_pod(pod.uid)
        info = self._info(node)
        info.add(pod)
        self._where[pod.uid] = (pod, node)
        self._groups[pod.labels_key] = self._groups.get(pod.labels_key, 0) + 1
        if pod.has_affinity:
            self.with_affinity[node] = info

    def remove_pod(self, uid: str) -> None:
        known = self._where.pop(uid, None)
        if known is None:
            return
        pod, node = known
        self._groups[pod.labels_key] -= 1
        if not self._groups[pod.labels_key]:
            del self._groups[pod.labels_key]
        info = self.infos[node]
        info.remove(pod)
        if pod.has_affinity and not info.affinity_pods:
            self.with_affinity.pop(node, None)
        if not info.pods and info.node is None:
            del self.infos[node]

    def groups(self, namespace: str, selector: Selector) -> list[Group]:
        """The labels of a namespace's pods that a selector matches: pods with equal ones are asked once, so that nodes
        need only be asked for their numbers (NodeInfo.label_counts)."""
        return [group for group in self._groups if group[0] == namespace and selector.matches(dict(group[1]))]

    def where(self, uid: str) -> tuple[PodInfo, str] | None:
        return self._where.get(uid)

    def _info(self, name: str) -> NodeInfo:
        info = self.infos.get(name)
        if info is None:
            info = self.infos[name] = NodeInfo(name)
        return info


def _interleaved(infos: list[NodeInfo]) -> list[NodeInfo]:
    """One node of each zone in turn."""
    zones: dict[tuple[str, str], list[NodeInfo]] = {}
    for info in infos:
        zones.setdefault((info.labels.get(REGION, ''), info.labels.get(ZONE, '')), []).append(info)
    if len(zones) < 2:
        return infos
    found: list[NodeInfo] = []
    groups = list(zones.values())
    for index in range(max(map(len, groups))):
        found.extend(group[index] for group in groups if index < len(group))
    return found
