"""NodeResourcesBalancedAllocation: prefer nodes on which CPU and memory are used up evenly."""

from __future__ import annotations

from tutor.cluster.scheduler.framework import MAX_SCORE, SKIP, Cycle, Plugin, Skip
from tutor.cluster.scheduler.node_info import NodeInfo


class NodeResourcesBalancedAllocation(Plugin):
    name = 'NodeResourcesBalancedAllocation'

    def pre_score(self, cycle: Cycle, nodes: list[NodeInfo]) -> Skip | None:
        return SKIP if cycle.pod.best_effort else None

    def score(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        """balancedResourceScorer: how much more even the node becomes by the pod; 75 is no change."""
        cpu, memory, scores = cycle.pod.milli_cpu, cycle.pod.memory, []
        for node in nodes:
            used_cpu, used_memory = node.used_cpu, node.used_memory
            with_pod = _evenness(used_cpu + cpu, node.cpu, used_memory + memory, node.memory)
            without = _evenness(used_cpu, node.cpu, used_memory, node.memory)
            scores.append(MAX_SCORE // 2 + (MAX_SCORE // 2 + with_pod - without) // 2)
        return scores


def _evenness(used_cpu: float, cpu: float, used_memory: float, memory: float) -> int:
    """balancedResourceScore: the standard deviation of two fractions is half their difference; a resource that the
    node does not have does not count."""
    if not cpu or not memory:
        return MAX_SCORE
    of_cpu, of_memory = used_cpu / cpu, used_memory / memory
    if of_cpu > 1.0:
        of_cpu = 1.0
    if of_memory > 1.0:
        of_memory = 1.0
    return int((1 - abs(of_cpu - of_memory) / 2) * MAX_SCORE)
