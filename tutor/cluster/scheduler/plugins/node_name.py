"""NodeName: a pod that names its node goes there or nowhere."""

from __future__ import annotations

from tutor.cluster.scheduler.framework import SKIP, Cycle, Hint, Plugin, PreFilter, Rejection
from tutor.cluster.scheduler.hints import added
from tutor.cluster.scheduler.node_info import NodeInfo

_REJECTED = Rejection('NodeName', ("node(s) didn't match the requested node name",), True)


class NodeName(Plugin):
    name = 'NodeName'

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        return None if cycle.pod.spec.get('nodeName') else SKIP

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        wanted = cycle.pod.spec['nodeName']
        cycle.failed.update((node.name, _REJECTED) for node in nodes if node.name != wanted)
        return [node for node in nodes if node.name == wanted]

    def hints(self) -> dict[str, Hint]:
        return {'nodes': added}
