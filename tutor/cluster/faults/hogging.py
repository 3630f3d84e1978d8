"""Something on a machine that is no pod takes of its memory or its disk."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend, kubelet_of
from tutor.cluster.faults.words import percentage


def take(cluster: Cluster, words: Sequence[str], kind: Kind, resource: str, share: float) -> Mend:
    """Bring a machine's use of a resource to a share of what it has; the words are its name and perhaps the share.
    Raises BadFault."""
    if not 1 <= len(words) <= 2:
        raise kind.usage()
    eviction = kubelet_of(cluster, words[0]).eviction
    wanted = percentage(words[1]) if len(words) > 1 else share
    missing = int(eviction.machine.capacity(resource) * wanted) - eviction.machine.used(resource)
    eviction.hog(resource, max(missing, 0))
    return lambda: eviction.hog(resource, 0)
