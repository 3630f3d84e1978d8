"""What controllers ask of pods (pkg/api/v1/pod, pkg/controller/controller_utils.go)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cmp_to_key

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object, condition

DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
_PHASES = {'Pending': 0, 'Unknown': 1, 'Running': 2}


def phase(pod: Object) -> str:
    return pod.get('status', {}).get('phase', '')


def is_terminal(pod: Object) -> bool:
    """podutil.IsPodTerminal."""
    return phase(pod) in ('Succeeded', 'Failed')


def is_active(pod: Object) -> bool:
    """controller.IsPodActive."""
    return 'deletionTimestamp' not in pod['metadata'] and not is_terminal(pod)


def is_terminating(pod: Object) -> bool:
    """controller.IsPodTerminating."""
    return 'deletionTimestamp' in pod['metadata'] and not is_terminal(pod)


def is_ready(pod: Object) -> bool:
    for entry in pod.get('status', {}).get('conditions') or ():
        if entry.get('type') == 'Ready':
            return entry.get('status') == 'True'
    return False


def ready_since(pod: Object) -> float | None:
    """When the pod became ready, in seconds since 1970; None when it is not."""
    entry = condition(pod, 'Ready')
    if entry is None or entry.get('status') != 'True' or not entry.get('lastTransitionTime'):
        return None
    return parse_timestamp(entry['lastTransitionTime'])


def is_available(pod: Object, min_ready_seconds: int, now: float) -> bool:
    """podutil.IsPodAvailable."""
    if not min_ready_seconds:
        return is_ready(pod)
    since = ready_since(pod)
    return since is not None and since + min_ready_seconds <= now


def next_available(pods: Iterable[Object], min_ready_seconds: int, now: float) -> float | None:
    """In how many seconds the next ready pod will be available (FindMinNextPodAvailabilityCheck)."""
    waits = [since + min_ready_seconds - now for pod in pods if (since := ready_since(pod)) is not None]
    return min((wait for wait in waits if wait > 0), default=None)


def restarts(pod: Object) -> tuple[int, int]:
    """maxContainerRestarts: the most restarts of any container, and of any sidecar."""
    sidecars = {c['name'] for c in pod['spec'].get('initContainers') or () if c.get('restartPolicy') == 'Always'}
    status = pod.get('status', {})
    return (max((s.get('restartCount', 0) for s in status.get('containerStatuses') or ()), default=0),
            max((s.get('restartCount', 0) for s in status.get('initContainerStatuses') or ()
                 if s['name'] in sidecars), default=0))


def deletion_cost(pod: Object) -> int:
    text = (pod['metadata'].get('annotations') or {}).get(DELETION_COST, '')
    try:
        return int(text) if text and (text == '0' or text.lstrip('-')[:1] not in ('0', '+')) else 0
    except ValueError:
        return 0


def by_deletion_preference(pods: Iterable[Object], ranks: Mapping[str, int], now: float) -> list[Object]:
    """Pods in the order in which they go (controller.ActivePodsWithRanks). `ranks` counts the related pods on each
    node: doubled-up pods go first."""

    def less(a: Object, b: Object) -> bool:
        node_a, node_b = a['spec'].get('nodeName', ''), b['spec'].get('nodeName', '')
        if node_a != node_b and (not node_a or not node_b):
            return not node_a
        phase_a, phase_b = _PHASES.get(phase(a), 0), _PHASES.get(phase(b), 0)
        if phase_a != phase_b:
            return phase_a < phase_b
        ready_a, ready_b = is_ready(a), is_ready(b)
        if ready_a != ready_b:
            return not ready_a
        cost_a, cost_b = deletion_cost(a), deletion_cost(b)
        if cost_a != cost_b:
            return cost_a < cost_b
        rank_a, rank_b = ranks.get(node_a, 0), ranks.get(node_b, 0)
        if rank_a != rank_b:
            return rank_a > rank_b
        return _younger(a, b, ready_a, now)

    return sorted(pods, key=cmp_to_key(lambda a, b: -1 if less(a, b) else 1 if less(b, a) else 0))


def _younger(a: Object, b: Object, both_ready: bool, now: float) -> bool:
    if both_ready:
        since_a, since_b = ready_since(a), ready_since(b)
        if since_a != since_b and since_a is not None and since_b is not None:
            return _younger_by_logarithm(a, b, since_a, since_b, now)
    if restarts(a) != restarts(b):
        return restarts(a) > restarts(b)
    made_a, made_b = created(a), created(b)
    return made_a != made_b and _younger_by_logarithm(a, b, made_a, made_b, now)


def _younger_by_logarithm(a: Object, b: Object, at_a: float, at_b: float, now: float) -> bool:
    """logarithmicRankDiff: ages within the same power of two count as equal, and then the UID decides."""
    rank_a, rank_b = _logarithm(now - at_a), _logarithm(now - at_b)
    return rank_a < rank_b if rank_a != rank_b else a['metadata']['uid'] < b['metadata']['uid']


def _logarithm(age: float) -> int:
    return int(math.log2(age * 1e9)) if age > 0 else -1


def created(obj: Object) -> float:
    return parse_timestamp(obj['metadata']['creationTimestamp'])


def by_creation(objects: Iterable[Object]) -> list[Object]:
    """Oldest first, ties by name (ReplicaSetsByCreationTimestamp and its like)."""
    return sorted(objects, key=lambda obj: (obj['metadata']['creationTimestamp'], obj['metadata']['name']))
