"""NodeUnschedulable: cordoned nodes take no pods, but those that tolerate the taint of it."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.scheduling import tolerated, tolerations
from tutor.cluster.scheduler.framework import Cycle, Hint, Plugin, Rejection
from tutor.cluster.scheduler.hints import is_own
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

TAINT = {'key': 'node.kubernetes.io/unschedulable', 'effect': 'NoSchedule'}
_REJECTED = Rejection('NodeUnschedulable', ('node(s) were unschedulable',), True)


class NodeUnschedulable(Plugin):
    name = 'NodeUnschedulable'

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        closed = [node for node in nodes if node.unschedulable]
        if not closed or tolerated(TAINT, tolerations(cycle.pod.pod)):
            return nodes
        for node in closed:
            cycle.failed[node.name] = _REJECTED
        return [node for node in nodes if not node.unschedulable]

    def hints(self) -> dict[str, Hint]:
        return {'nodes': _opened, 'pods': _tolerates_now}


def _opened(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """A node came that is open, or one was opened."""
    return new is not None and not _closed(new) and (old is None or _closed(old))


def _closed(node: Object) -> bool:
    return bool(node.get('spec', {}).get('unschedulable'))


def _tolerates_now(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    return new is not None and is_own(pod, new) and tolerated(TAINT, tolerations(new))
