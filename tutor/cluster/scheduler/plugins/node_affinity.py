"""NodeAffinity: nodeSelector and node affinity, required and preferred."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.scheduling import matches_node, matches_term, matches_terms
from tutor.cluster.scheduler.configuration import ProfileSettings
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
_ENFORCED = Rejection('NodeAffinity', ("node(s) didn't match scheduler-enforced node affinity",), True)
_REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
_PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'
_CONFLICT = Rejection('NodeAffinity', ('pod affinity terms conflict',), True)


def _affinity(pod: PodInfo, field: str) -> Any:
    return ((pod.spec.get('affinity') or {}).get('nodeAffinity') or {}).get(field)


class NodeAffinity(Plugin):
    name = 'NodeAffinity'
    weight = 2
    added: Object = {}

    def configure(self, settings: ProfileSettings) -> None:
        super().configure(settings)
        self.added = (settings.arguments.get(self.name) or {}).get('addedAffinity') or {}

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        required = _affinity(cycle.pod, _REQUIRED)
        if required is None:
            return None if cycle.pod.spec.get('nodeSelector') or self.added.get(_REQUIRED) else SKIP
        names: frozenset[str] = frozenset()
        for term in required.get('nodeSelectorTerms') or ():
            found = _names(term)
            if found is None:
                return None
            names |= found
        return Only(names) if names else _CONFLICT

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        pod, added, passed = cycle.pod.pod, self.added.get(_REQUIRED), []
        for node in nodes:
            if added and not matches_terms(added, node.node or {}):
                cycle.failed[node.name] = _ENFORCED
            elif matches_node(pod, node.node or {}):
                passed.append(node)
            else:
                cycle.failed[node.name] = _REJECTED
        return passed

    def pre_score(self, cycle: Cycle, nodes: list[NodeInfo]) -> Skip | None:
        return None if self._preferred(cycle.pod) else SKIP

    def score(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        terms = self._preferred(cycle.pod)
        return normalized([sum(term['weight'] for term in terms if _prefers(term['preference'], node.node or {}))
                           for node in nodes])

    def _preferred(self, pod: PodInfo) -> list[Object]:
        return [*(_affinity(pod, _PREFERRED) or ()), *(self.added.get(_PREFERRED) or ())]

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
