"""The rolling update of a DaemonSet (daemon/update.go)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tutor.apimachinery.intstr import scaled
from tutor.apimachinery.objects import Object, deleting
from tutor.cluster.controllers import daemonset_nodes as nodes_for
from tutor.cluster.controllers import pods


def _rolling(ds: Object, field: str, default: Any) -> Any:
    return ((ds['spec'].get('updateStrategy') or {}).get('rollingUpdate') or {}).get(field, default)


def max_surge(ds: Object, wanted: int) -> int:
    return scaled(_rolling(ds, 'maxSurge', 0), wanted, True)


def max_unavailable(ds: Object, wanted: int) -> int:
    return scaled(_rolling(ds, 'maxUnavailable', 1), wanted, True)


def is_updated(ds: Object, pod: Object, revision: str) -> bool:
    """IsPodUpdated: by the revision, or by the number that templates had before there were revisions."""
    labels = pod['metadata'].get('labels') or {}
    generation = nodes_for.template_generation(ds)
    return labels.get('controller-revision-hash') == revision or (
        bool(generation) and labels.get(nodes_for.GENERATION_LABEL) == generation)


def surplus(ds: Object, revision: str, running: list[Object], now: float) -> list[Object]:
    """The end of podsShouldBeOnNode: which of a node's running pods are too many. One may run; with a surge a new one
    beside an old one, until one of them is no good or the new one is available."""
    ordered = sorted(running, key=by_creation_and_phase)
    if not max_surge(ds, 1) or len(running) < 2:
        return ordered[1:]
    new = next((pod for pod in ordered if is_updated(ds, pod, revision)), None)
    old = next((pod for pod in ordered if not is_updated(ds, pod, revision)), None)
    found = [pod for pod in ordered if pod is not new and pod is not old]
    if new is not None and old is not None and (
            not pods.is_ready(old) or pods.is_available(new, ds['spec'].get('minReadySeconds', 0), now)):
        found.append(old)
    return found


def by_creation_and_phase(pod: Object) -> tuple[bool, str, str]:
    """podByCreationTimestampAndPhase: those that have a node first."""
    return not pod['spec'].get('nodeName'), pod['metadata']['creationTimestamp'], pod['metadata']['name']


def plan(ds: Object, revision: str, by_node: dict[str, list[Object]], wanted: Collection[str],
         now: float) -> tuple[list[Object], list[str]]:
    """rollingUpdate: the pods to delete now, and the nodes that get a second pod first. `by_node` has the wanted nodes,
    and those that are not wanted and have pods all the same."""
    surge, unavailable = max_surge(ds, len(wanted)), max_unavailable(ds, len(wanted))
    if not surge and not unavailable:
        unavailable = 1
    if surge:
        return _plan_with_surge(ds, revision, by_node, wanted, surge, now)
    return _plan_in_place(ds, revision, by_node, unavailable, now), []


def _new_and_old(ds: Object, here: list[Object], revision: str) -> tuple[Object | None, Object | None] | None:
    """findUpdatedPodsOnNode: None where there are several of one kind, which are yet to be removed."""
    alive = [pod for pod in here if not deleting(pod)]
    new = [pod for pod in alive if is_updated(ds, pod, revision)]
    old = [pod for pod in alive if not is_updated(ds, pod, revision)]
    if len(new) > 1 or len(old) > 1:
        return None
    return new[0] if new else None, old[0] if old else None


def _plan_in_place(ds: Object, revision: str, by_node: dict[str, list[Object]], most: int,
                   now: float) -> list[Object]:
    min_ready = ds['spec'].get('minReadySeconds', 0)
    allowed: list[Object] = []
    candidates: list[Object] = []
    unavailable = 0
    for here in by_node.values():
        new, old = _new_and_old(ds, here, revision) or (None, None)
        if (new is None) == (old is None):
            unavailable += 1
        elif new is not None:
            unavailable += not pods.is_available(new, min_ready, now)
        elif old is not None and not pods.is_available(old, min_ready, now):
            allowed.append(old)
            unavailable += 1
        elif old is not None:
            candidates.append(old)
    return allowed + candidates[:max(most - unavailable, 0)]


def _plan_with_surge(ds: Object, revision: str, by_node: dict[str, list[Object]], wanted: Collection[str], most: int,
                     now: float) -> tuple[list[Object], list[str]]:
    min_ready = ds['spec'].get('minReadySeconds', 0)
    leaving: list[Object] = []
    unwanted: list[Object] = []
    allowed: list[str] = []
    candidates: list[str] = []
    surging = available = 0
    for name, here in by_node.items():
        pair = _new_and_old(ds, here, revision)
        if pair is None:
            surging += 1
            continue
        new, old = pair
        first = old or new
        well = first is not None and pods.is_available(first, min_ready, now)
        available += well
        if old is None:
            continue
        if new is not None:
            if pods.is_available(new, min_ready, now):
                leaving.append(old)
            else:
                surging += 1
        elif name in wanted:
            (candidates if well else allowed).append(name)
        else:
            (unwanted if well else leaving).append(old)
    # What runs where it should no longer goes when enough others are available.
    leaving += unwanted[:max(available - len(wanted), 0)]
    return leaving, allowed + candidates[:max(most - surging, 0)]
