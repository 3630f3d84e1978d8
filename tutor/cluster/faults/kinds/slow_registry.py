"""Each answer of the image registries takes longer."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend
from tutor.cluster.faults.words import duration


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    if len(words) != 1:
        raise KIND.usage()
    registry, seconds = cluster.nodes.registry, duration(words[0])
    before, registry.delay = registry.delay, seconds

    def mend() -> None:
        registry.delay = before
    return mend


KIND = Kind('slow-registry', 'DURATION', 'each pull of an image takes so much longer: 30s',
            '每次拉取镜像都多花这么长时间：30s', cause=cause)
