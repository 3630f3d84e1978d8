"""Something on a machine that is no pod takes of its memory, its disk or its process table."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend, kubelet_of
from tutor.cluster.faults.words import percentage


def hog(name: str, resource: str, share: float, en: str, zh: str) -> Kind:
    """The kind of fault that brings a machine's use of a resource to a share of what it has; the words of its command
    are the machine's name and perhaps another share. `en` and `zh` say what comes of it."""
    def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
        if not 1 <= len(words) <= 2:
            raise kind.usage()
        eviction = kubelet_of(cluster, words[0]).eviction
        wanted = percentage(words[1]) if len(words) > 1 else share
        missing = int(eviction.machine.capacity(resource) * wanted) - eviction.machine.used(resource)
        eviction.hog(resource, max(missing, 0))
        return lambda: eviction.hog(resource, 0)
    kind = Kind(name, 'NODE [PERCENT%]', en, zh, cause=cause)
    return kind
