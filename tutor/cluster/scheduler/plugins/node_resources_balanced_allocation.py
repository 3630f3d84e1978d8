"""NodeResourcesBalancedAllocation: prefer nodes on which CPU and memory are used up evenly."""

from __future__ import annotations

from tutor.cluster.scheduler.framework import MAX_SCORE, SKIP, Cycle, Plugin, Skip
from tutor.cluster.scheduler.node_info import NodeInfo


class NodeResourcesBalancedAllocation(Plugin):
    name = 'NodeResourcesBalancedAllocation'

    def pre_score(self, cycle: Cycle, nodes: list[NodeInfo]) -> Skip | None:
        return SKIP if cycle.pod.best_effort else None

    def score(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        """balancedResourceScorer: the standard deviation of two fractions is half their difference."""
        cpu, memory, scores = cycle.pod.milli_cpu, cycle.pod.memory, []
        for node in nodes:
            of_cpu = (node.used_cpu + cpu) / node.cpu if node.cpu else 1.0
            of_memory = (node.used_memory + memory) / node.memory if node.memory else 1.0
            if of_cpu > 1.0:
                of_cpu = 1.0
            if of_memory > 1.0:
                of_memory = 1.0
            scores.append(int((1 - abs(of_cpu - of_memory) / 2) * MAX_SCORE))
        return scores
