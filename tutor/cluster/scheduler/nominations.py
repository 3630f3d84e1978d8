"""Pods that have evicted others and are expected on a node (backend/queue/nominator.go)."""

from __future__ import annotations

from tutor.cluster.scheduler.framework import Cycle, Plugin, Rejection, overrides
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo


class Nominations:
    """Pods that have evicted others and are expected on a node, but are not there yet."""

    def __init__(self) -> None:
        self.by_node: dict[str, dict[str, PodInfo]] = {}
        self._where: dict[str, str] = {}

    def add(self, pod: PodInfo, node: str) -> None:
        self.remove(pod.uid)
        self._where[pod.uid] = node
        self.by_node.setdefault(node, {})[pod.uid] = pod

    def remove(self, uid: str) -> None:
        node = self._where.pop(uid, None)
        if node is not None:
            group = self.by_node[node]
            del group[uid]
            if not group:
                del self.by_node[node]

    def node_of(self, uid: str) -> str:
        return self._where.get(uid, '')

    def lower(self, node: str, priority: int) -> list[PodInfo]:
        return [pod for pod in self.by_node.get(node, {}).values() if pod.priority < priority]

    def expected(self, node: str, pod: PodInfo) -> list[PodInfo]:
        """The pods that come to a node and are as important as this one, which has to fit beside them."""
        return [other for other in self.by_node.get(node, {}).values()
                if other.uid != pod.uid and other.priority >= pod.priority]


def passes(cycle: Cycle, filters: list[Plugin], node: NodeInfo, more: list[PodInfo]) -> Rejection | None:
    """Why the filters refuse a node on which there are more pods, None if they do not (addGeneralPods)."""
    trial = Cycle(cycle.pod)
    trial.data = dict(cycle.data)
    crowded = node.without([]) if more else node
    for pod in more:
        crowded.add(pod)
    for plugin in filters:
        if more and overrides(plugin, 'add_pod') and plugin.name in trial.data:
            trial.data[plugin.name] = plugin.copy_state(trial.data[plugin.name])
            for pod in more:
                plugin.add_pod(trial, pod, node)
        if not plugin.filter(trial, [crowded]):
            return trial.failed[node.name]
    return None
