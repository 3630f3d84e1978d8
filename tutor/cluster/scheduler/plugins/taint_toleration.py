"""TaintToleration: taints keep pods away that do not tolerate them, or make a node less liked."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.scheduling import (
    NO_EXECUTE,
    NO_SCHEDULE,
    PREFER_NO_SCHEDULE,
    taints,
    tolerated,
    tolerations,
    untolerated,
)
from tutor.cluster.scheduler.framework import SKIP, Cycle, Hint, Plugin, Rejection, Skip, normalized
from tutor.cluster.scheduler.hints import own_tolerations
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

_HARD = (NO_SCHEDULE, NO_EXECUTE)
_REJECTED = Rejection('TaintToleration', ('node(s) had untolerated taint(s)',), True)


class TaintToleration(Plugin):
    name = 'TaintToleration'
    weight = 3

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        given = tolerations(cycle.pod.pod)
        passed = []
        for node in nodes:
            if node.hard_taints and untolerated(node.hard_taints, given, _HARD) is not None:
                cycle.failed[node.name] = _REJECTED
            else:
                passed.append(node)
        return passed

    def pre_score(self, cycle: Cycle, nodes: list[NodeInfo]) -> Skip | None:
        return None if self.handle.cache.soft_tainted else SKIP

    def score(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        soft = [t for t in tolerations(cycle.pod.pod) if t.get('effect') in (None, '', PREFER_NO_SCHEDULE)]
        return normalized([sum(not tolerated(taint, soft) for taint in node.soft_taints) for node in nodes], True)

    def hints(self) -> dict[str, Hint]:
        return {'nodes': _tolerable, 'pods': own_tolerations}


def _tolerable(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """A node came whose taints the pod tolerates, or one lost those it does not."""
    return new is not None and not _repels(new, pod) and (old is None or _repels(old, pod))


def _repels(node: Object, pod: PodInfo) -> bool:
    return untolerated(taints(node), tolerations(pod.pod), _HARD) is not None
