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
        pod, scores = cycle.pod, []
        for node in nodes:
            cpu = min((node.used_cpu + pod.milli_cpu) / node.cpu, 1.0) if node.cpu else 1.0
            memory = min((node.used_memory + pod.memory) / node.memory, 1.0) if node.memory else 1.0
            scores.append(int((1 - abs(cpu - memory) / 2) * MAX_SCORE))
        return scores
