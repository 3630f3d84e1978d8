"""ImageLocality: prefer nodes that have the images already; large ones that many nodes have count most."""

from __future__ import annotations

from tutor.cluster.scheduler.framework import MAX_SCORE, SKIP, Cycle, Plugin, Skip
from tutor.cluster.scheduler.node_info import NodeInfo

_MIN = 23 * 1024 * 1024
_MAX_EACH = 1000 * 1024 * 1024


class ImageLocality(Plugin):
    name = 'ImageLocality'

    def pre_score(self, cycle: Cycle, nodes: list[NodeInfo]) -> Skip | None:
        counts = self.handle.cache.image_counts
        images = [name for name in _images(cycle.pod.spec) if name in counts]
        if not images:
            return SKIP
        cycle.data[self.name] = images
        return None

    def score(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        images: list[str] = cycle.data[self.name]
        cache = self.handle.cache
        spread = {name: cache.image_counts[name] / len(cache.nodes) for name in images}
        count = len(cycle.pod.spec['containers']) + len(cycle.pod.spec.get('initContainers') or ())
        most = _MAX_EACH * count
        scores = []
        for node in nodes:
            total = sum(int(node.images[name] * spread[name]) for name in images if name in node.images)
            scores.append(MAX_SCORE * (min(max(total, _MIN), most) - _MIN) // (most - _MIN))
        return scores


def _images(spec: dict) -> list[str]:
    found = []
    for container in [*spec['containers'], *(spec.get('initContainers') or ())]:
        name = container.get('image', '')
        # normalizedImageName: a name without a tag means the latest.
        found.append(name if ':' in name.rpartition('/')[2] else f'{name}:latest')
    return found
