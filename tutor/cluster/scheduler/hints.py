"""Hints that several plugins share: which changes of an object are worth another try (QueueingHintFn)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, labels
from tutor.apimachinery.volumes import claims_of
from tutor.cluster.scheduler.node_info import PodInfo


def always(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """Every object that is made or changed."""
    return new is not None


def added(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """Add."""
    return old is None


def relabelled(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """Add | UpdateNodeLabel."""
    return new is not None and (old is None or labels(old) != labels(new))


def own_claim(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """A claim of the pod was made or changed."""
    return new is not None and new['metadata']['namespace'] == pod.namespace and (
        new['metadata']['name'] in claims_of(pod.pod))


def own_tolerations(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """UpdatePodToleration of the waiting pod itself."""
    return old is not None and new is not None and is_own(pod, new) and (
        old['spec'].get('tolerations') != new['spec'].get('tolerations'))


def is_own(pod: PodInfo, changed: Object) -> bool:
    """Whether what changed is the waiting pod itself."""
    return changed['metadata']['uid'] == pod.uid


def is_placed(pod: Object) -> bool:
    """Whether a pod is on a node, so that others may wait for it."""
    return bool(pod['spec'].get('nodeName'))
