"""NodeAffinity: nodeSelector and node affinity, required and preferred."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.scheduling import matches_node, matches_term
from tutor.cluster.scheduler.framework import (
    SKIP,
    Cycle,
    Hint,
    Only,
    Plugin,
    PreFilter,
    Rejection,
    Skip,
    normalized,
)
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

_REJECTED = Rejection('NodeAffinity', ("node(s) didn't match Pod's node affinity/selector",), True)
_CONFLICT = Rejection('NodeAffinity', ('pod affinity terms conflict',), True)


def _affinity(pod: PodInfo, field: str) -> Any:
    return ((pod.spec.get('affinity') or {}).get('nodeAffinity') or {}).get(field)


class NodeAffinity(Plugin):
    name = 'NodeAffinity'
    weight = 2

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        required = _affinity(cycle.pod, 'requiredDuringSchedulingIgnoredDuringExecution')
        if required is None:
            return None if cycle.pod.spec.get('nodeSelector') else SKIP
        names: frozenset[str] = frozenset()
        for term in required.get('nodeSelectorTerms') or ():
            found = _names(term)
            if found is None:
                return None
            names |= found
        return Only(names) if names else _CONFLICT

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        pod, passed = cycle.pod.pod, []
        for node in nodes:
            if matches_node(pod, node.node or {}):
                passed.append(node)
            else:
                cycle.failed[node.name] = _REJECTED
        return passed

    def pre_score(self, cycle: Cycle, nodes: list[NodeInfo]) -> Skip | None:
        return None if _affinity(cycle.pod, 'preferredDuringSchedulingIgnoredDuringExecution') else SKIP

    def score(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        terms = _affinity(cycle.pod, 'preferredDuringSchedulingIgnoredDuringExecution') or []
        return normalized([sum(term['weight'] for term in terms if _prefers(term['preference'], node.node or {}))
                           for node in nodes])

    def hints(self) -> dict[str, Hint]:
        return {'nodes': _matches_now}


def _names(term: Object) -> frozenset[str] | None:
    """The only nodes a term can match, when it asks for a name; None when it may be any."""
    found: frozenset[str] | None = None
    for field in term.get('matchFields') or ():
        if field['key'] == 'metadata.name' and field['operator'] == 'In':
            names = frozenset(field['values'])
            found = names if found is None else found & names
    return found


def _prefers(preference: Object, node: Object) -> bool:
    empty = not preference.get('matchExpressions') and not preference.get('matchFields')
    return empty or matches_term(preference, node)


def _matches_now(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """A node matches that was not there, or did not match."""
    return new is not None and matches_node(pod.pod, new) and (old is None or not matches_node(pod.pod, old))
