"""InterPodAffinity: near these pods, away from those."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object, labels
from tutor.cluster.scheduler.configuration import ProfileSettings
from tutor.cluster.scheduler.framework import MAX_SCORE, SKIP, Cycle, Hint, Plugin, PreFilter, Rejection, Skip
from tutor.cluster.scheduler.hints import is_placed
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo, Term

Counts = dict[tuple[str, str], int]
"""By (topology key, value)."""

_NOT_NEAR = Rejection('InterPodAffinity', ("node(s) didn't match pod affinity rules",), True)
_NOT_AWAY = Rejection('InterPodAffinity', ("node(s) didn't match pod anti-affinity rules",))
_UNWANTED = Rejection('InterPodAffinity', ("node(s) didn't satisfy existing pods anti-affinity rules",))


class _State:
    """What pre_filter counted."""

    __slots__ = ('anti', 'existing', 'near')

    def __init__(self, existing: Counts, near: Counts, anti: Counts) -> None:
        self.existing = existing
        self.near = near
        self.anti = anti


class InterPodAffinity(Plugin):
    name = 'InterPodAffinity'
    weight = 2
    hard_weight = 1
    ignores_preferences = False

    def configure(self, settings: ProfileSettings) -> None:
        super().configure(settings)
        given = settings.arguments.get(self.name) or {}
        self.hard_weight = given.get('hardPodAffinityWeight', 1)
        self.ignores_preferences = bool(given.get('ignorePreferredTermsOfExistingPods'))

    # -- required -----------------------------------------------------------------------------------------------

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        pod = cycle.pod
        existing: Counts = {}
        for node in self.handle.cache.with_affinity.values():
            if node.node is not None:
                for other in node.anti_affinity_pods.values():
                    self._count_existing(existing, pod, other, node, 1)
        wants = pod.has_affinity and (pod.required_affinity or pod.required_anti_affinity)
        if not wants and not existing:
            return SKIP
        state = _State(existing, {}, {})
        if wants:
            self._count_incoming(state, pod)
        cycle.data[self.name] = state
        return None

    def _count_existing(self, counts: Counts, pod: PodInfo, other: PodInfo, node: NodeInfo, by: int) -> None:
        for term in other.required_anti_affinity:
            value = node.labels.get(term.topology_key)
            if value is not None and term.matches(pod, self.handle.namespace_labels):
                _bump(counts, (term.topology_key, value), by)

    def _count_incoming(self, state: _State, pod: PodInfo) -> None:
        """getIncomingAffinityAntiAffinityCounts; pods with equal labels are asked once."""
        answers: dict[Any, tuple[bool, list[bool]]] = {}
        for node in self.handle.cache.nodes:
            for group, count in node.label_counts.items():
                known = answers.get(group)
                if known is None:
                    known = answers[group] = self._ask(pod, _Like(*group))
                if known[0]:
                    for term in pod.required_affinity:
                        _bump_node(state.near, term, node, count)
                for term, matches in zip(pod.required_anti_affinity, known[1], strict=True):
                    if matches:
                        _bump_node(state.anti, term, node, count)

    def _ask(self, pod: PodInfo, other: Any) -> tuple[bool, list[bool]]:
        known = self.handle.namespace_labels
        near = bool(pod.required_affinity) and all(term.matches(other, known) for term in pod.required_affinity)
        return near, [term.matches(other, known) for term in pod.required_anti_affinity]

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        state: _State = cycle.data[self.name]
        pod, passed = cycle.pod, []
        first = bool(pod.has_affinity and pod.required_affinity and not state.near) and all(
            term.matches(pod, self.handle.namespace_labels) for term in pod.required_affinity)
        for node in nodes:
            why = self._why(state, pod, node, first)
            if why is None:
                passed.append(node)
            else:
                cycle.failed[node.name] = why
        return passed

    def _why(self, state: _State, pod: PodInfo, node: NodeInfo, first: bool) -> Rejection | None:
        known = node.labels
        if pod.has_affinity:
            for term in pod.required_affinity:
                value = known.get(term.topology_key)
                # The first pod of a group that wants to be near itself may go anywhere with the label.
                if value is None or not (first or state.near.get((term.topology_key, value), 0) > 0):
                    return _NOT_NEAR
            for term in pod.required_anti_affinity:
                value = known.get(term.topology_key)
                if value is not None and state.anti.get((term.topology_key, value), 0) > 0:
                    return _NOT_AWAY
        if state.existing and any(known.get(key) == value for key, value in state.existing):
            return _UNWANTED
        return None

    def copy_state(self, state: _State) -> _State:
        return _State(dict(state.existing), dict(state.near), dict(state.anti))

    def add_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        self._change(cycle, pod, node, 1)

    def remove_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        self._change(cycle, pod, node, -1)

    def _change(self, cycle: Cycle, other: PodInfo, node: NodeInfo, by: int) -> None:
        state: _State = cycle.data[self.name]
        if other.has_required_anti:
            self._count_existing(state.existing, cycle.pod, other, node, by)
        if cycle.pod.has_affinity and not other.terminating:
            near, anti = self._ask(cycle.pod, other)
            if near:
                for term in cycle.pod.required_affinity:
                    _bump_node(state.near, term, node, by)
            for term, matches in zip(cycle.pod.required_anti_affinity, anti, strict=True):
                if matches:
                    _bump_node(state.anti, term, node, by)

    # -- preferred ----------------------------------------------------------------------------------------------

    def pre_score(self, cycle: Cycle, nodes: list[NodeInfo]) -> Skip | None:
        pod, cache = cycle.pod, self.handle.cache
        prefers = pod.has_affinity and (pod.preferred_affinity or pod.preferred_anti_affinity)
        if not prefers and (self.ignores_preferences or not cache.with_affinity):
            return SKIP
        weights: Counts = {}
        if prefers:
            self._weigh_incoming(weights, pod)
        for node in cache.with_affinity.values():
            if node.node is not None:
                for other in node.affinity_pods.values():
                    self._weigh_existing(weights, pod, other, node)
        if not weights:
            return SKIP
        cycle.data[self.name + '/score'] = weights
        return None

    def _weigh_incoming(self, weights: Counts, pod: PodInfo) -> None:
        answers: dict[Any, list[tuple[Term, int]]] = {}
        signed = [(term, term.weight) for term in pod.preferred_affinity]
        signed += [(term, -term.weight) for term in pod.preferred_anti_affinity]
        for node in self.handle.cache.nodes:
            for group, count in node.label_counts.items():
                if group not in answers:
                    other: Any = _Like(*group)
                    answers[group] = [(term, weight) for term, weight in signed
                                      if term.matches(other, self.handle.namespace_labels)]
                for term, weight in answers[group]:
                    _bump_node(weights, term, node, weight * count)

    def _weigh_existing(self, weights: Counts, pod: PodInfo, other: PodInfo, node: NodeInfo) -> None:
        signed = [(term, self.hard_weight) for term in other.required_affinity if self.hard_weight]
        signed += [(term, term.weight) for term in other.preferred_affinity]
        signed += [(term, -term.weight) for term in other.preferred_anti_affinity]
        for term, weight in signed:
            if term.matches(pod, self.handle.namespace_labels):
                _bump_node(weights, term, node, weight)

    def score(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        weights: Counts = cycle.data[self.name + '/score']
        scores = [sum(weight for (key, value), weight in weights.items() if node.labels.get(key) == value)
                  for node in nodes]
        least, most = min(scores, default=0), max(scores, default=0)
        if most == least:
            return [0] * len(scores)
        return [int(MAX_SCORE * (score - least) / (most - least)) for score in scores]

    def hints(self) -> dict[str, Hint]:
        return {'nodes': _near_or_away, 'pods': self._comes_or_goes}

    def _comes_or_goes(self, pod: PodInfo, old: Object | None, new: Object | None) -> bool:
        """isSchedulableAfterPodChange: a pod on a node is now one to be near, or no longer one to be away from."""
        if not all(is_placed(obj) for obj in (old, new) if obj is not None):
            return False
        was_near, was_away = self._wanted(pod, old)
        near, away = self._wanted(pod, new)
        return (near and not was_near) or (was_away and not away)

    def _wanted(self, pod: PodInfo, other: Object | None) -> tuple[bool, bool]:
        """Whether the waiting pod has to be near a pod, and whether one of the two has to be away from the other."""
        if other is None:
            return False, False
        info, known = PodInfo(other), self.handle.namespace_labels
        near, away = self._ask(pod, info)
        return near, any(away) or any(term.matches(pod, known) for term in info.required_anti_affinity)


class _Like:
    """Stands for all pods of a namespace with the same labels."""

    __slots__ = ('labels', 'namespace')

    def __init__(self, namespace: str, labels: frozenset[tuple[str, str]]) -> None:
        self.namespace = namespace
        self.labels = dict(labels)


def _bump_node(counts: Counts, term: Term, node: NodeInfo, by: int) -> None:
    value = node.labels.get(term.topology_key)
    if value is not None:
        _bump(counts, (term.topology_key, value), by)


def _bump(counts: Counts, pair: tuple[str, str], by: int) -> None:
    count = counts.get(pair, 0) + by
    if count:
        counts[pair] = count
    else:
        counts.pop(pair, None)


def _near_or_away(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """isSchedulableAfterNodeChange: a node with a key that the pod's terms ask for came, or has another value of it."""
    if new is None:
        return False
    was, now = labels(old) if old is not None else {}, labels(new)
    return any(term.topology_key in now and now[term.topology_key] != was.get(term.topology_key)
               for term in pod.required_affinity) or any(
        old is None or was.get(term.topology_key) != now.get(term.topology_key)
        for term in pod.required_anti_affinity)
