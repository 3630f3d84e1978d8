"""NodeResourcesFit's other scoring strategies, and LeastAllocated with other weights (noderesources/*_allocated.go)."""

from __future__ import annotations

from collections.abc import Callable

from tutor.cluster.scheduler.configuration import LEAST, MOST, Strategy
from tutor.cluster.scheduler.framework import MAX_SCORE
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

SHAPE_MAX = 10
"""The highest score of a shape's point."""


def scores(strategy: Strategy, pod: PodInfo, nodes: list[NodeInfo]) -> list[int]:
    """The score of each node."""
    rate = {LEAST: _least, MOST: _most}.get(strategy.kind) or _by_shape(strategy.shape)
    return [_score(strategy, rate, pod, node) for node in nodes]


def _score(strategy: Strategy, rate: Callable[[int, int], int], pod: PodInfo, node: NodeInfo) -> int:
    total = weights = 0
    by_shape = strategy.kind not in (LEAST, MOST)
    for name, weight in strategy.resources:
        asked, capacity = _amounts(name, pod, node)
        if not capacity:
            continue
        score = rate(asked, capacity)
        if by_shape and not score:
            continue
        total, weights = total + score * weight, weights + weight
    if not weights:
        return 0
    return (2 * total + weights) // (2 * weights) if by_shape else total // weights


def _amounts(name: str, pod: PodInfo, node: NodeInfo) -> tuple[int, int]:
    """calculateResourceAllocatableRequest: what would be asked for with the pod there, and what the node has."""
    if name == 'cpu':
        return node.assumed_milli_cpu + pod.assumed_milli_cpu, node.cpu
    if name == 'memory':
        return node.assumed_memory + pod.assumed_memory, node.memory
    if name == 'ephemeral-storage':
        return node.used_storage + pod.storage, node.storage
    wanted = pod.scalars.get(name, 0)
    return (node.used_scalars.get(name, 0) + wanted, node.scalars.get(name, 0)) if wanted else (0, 0)


def _least(asked: int, capacity: int) -> int:
    return max(capacity - asked, 0) * MAX_SCORE // capacity


def _most(asked: int, capacity: int) -> int:
    return min(asked, capacity) * MAX_SCORE // capacity


def _by_shape(shape: tuple[tuple[int, int], ...]) -> Callable[[int, int], int]:
    """buildRequestedToCapacityRatioScorerFunction: straight lines between the shape's points."""
    points = [(used, score * MAX_SCORE // SHAPE_MAX) for used, score in shape]

    def rate(asked: int, capacity: int) -> int:
        used = MAX_SCORE if asked > capacity else asked * MAX_SCORE // capacity
        for place, (upper, score) in enumerate(points):
            if used <= upper:
                if not place:
                    return score
                lower, before = points[place - 1]
                return before + (score - before) * (used - lower) // (upper - lower)
        return points[-1][1] if points else 0
    return rate
