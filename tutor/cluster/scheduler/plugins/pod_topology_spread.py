"""PodTopologySpread: pods of a kind spread evenly over zones, hosts or any other label of nodes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tutor.apimachinery.objects import Object, controller_of, labels
from tutor.apimachinery.scheduling import NO_EXECUTE, NO_SCHEDULE, matches_node, tolerations, untolerated
from tutor.apimachinery.selectors import Requirement, Selector, from_label_selector, from_map
from tutor.cluster.scheduler.cache import Group
from tutor.cluster.scheduler.configuration import ProfileSettings
from tutor.cluster.scheduler.framework import MAX_SCORE, SKIP, Cycle, Hint, Plugin, PreFilter, Rejection, Skip
from tutor.cluster.scheduler.hints import is_own, is_placed, own_tolerations
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

HOSTNAME = 'kubernetes.io/hostname'
ZONE = 'topology.kubernetes.io/zone'
_MISMATCH = Rejection('PodTopologySpread', ("node(s) didn't match pod topology spread constraints",))
_NO_LABEL = Rejection('PodTopologySpread', (
    "node(s) didn't match pod topology spread constraints (missing required label)",), True)
_DEFAULTS = ((HOSTNAME, 3), (ZONE, 5))
"""systemDefaultConstraints: (topology key, max skew), soft."""


class Constraint:
    """One topologySpreadConstraint, ready to be counted."""

    __slots__ = ('honor_affinity', 'honor_taints', 'key', 'max_skew', 'min_domains', 'selector')

    def __init__(self, key: str, max_skew: int, selector: Selector, min_domains: int = 1,
                 honor_affinity: bool = True, honor_taints: bool = False) -> None:
        self.key = key
        self.max_skew = max_skew
        self.selector = selector
        self.min_domains = min_domains
        self.honor_affinity = honor_affinity
        self.honor_taints = honor_taints


class _Hard:
    """What pre_filter counted: matching pods per domain of each constraint."""

    def __init__(self, constraints: list[Constraint], counts: list[dict[str, int]]) -> None:
        self.constraints = constraints
        self.counts = counts


class PodTopologySpread(Plugin):
    name = 'PodTopologySpread'
    weight = 2
    defaults: list[Object] | None = None
    """defaultConstraints, None for those of the system."""

    def configure(self, settings: ProfileSettings) -> None:
        super().configure(settings)
        given = settings.arguments.get(self.name) or {}
        if given.get('defaultingType') == 'List':
            self.defaults = given.get('defaultConstraints') or []

    # -- hard constraints ---------------------------------------------------------------------------------------

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        constraints = self._own_or_default(cycle.pod, 'DoNotSchedule')
        if not constraints:
            return SKIP
        counts: list[dict[str, int]] = [{} for _ in constraints]
        cache = self.handle.cache
        groups = [cache.groups(cycle.pod.namespace, constraint.selector) for constraint in constraints]
        for node in cache.nodes:
            if any(constraint.key not in node.labels for constraint in constraints):
                continue
            for index, constraint in enumerate(constraints):
                if _included(constraint, cycle.pod, node):
                    value = node.labels[constraint.key]
                    counts[index][value] = counts[index].get(value, 0) + _count(node, groups[index])
        cycle.data[self.name] = _Hard(constraints, counts)
        return None

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        state: _Hard = cycle.data[self.name]
        limits = []
        for constraint, counts in zip(state.constraints, state.counts, strict=True):
            least = min(counts.values(), default=0) if len(counts) >= constraint.min_domains else 0
            own = 1 if constraint.selector.matches(cycle.pod.labels) else 0
            limits.append((constraint.key, counts, constraint.max_skew + least - own))
        passed = []
        for node in nodes:
            why = self._why(node, limits)
            if why is None:
                passed.append(node)
            else:
                cycle.failed[node.name] = why
        return passed

    def _why(self, node: NodeInfo, limits: list[tuple[str, dict[str, int], int]]) -> Rejection | None:
        for key, counts, limit in limits:
            value = node.labels.get(key)
            if value is None:
                return _NO_LABEL
            if counts.get(value, 0) > limit:
                return _MISMATCH
        return None

    def copy_state(self, state: _Hard) -> _Hard:
        return _Hard(state.constraints, [dict(counts) for counts in state.counts])

    def add_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        self._change(cycle, pod, node, 1)

    def remove_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        self._change(cycle, pod, node, -1)

    def _change(self, cycle: Cycle, pod: PodInfo, node: NodeInfo, by: int) -> None:
        state: _Hard = cycle.data[self.name]
        if pod.namespace != cycle.pod.namespace or any(c.key not in node.labels for c in state.constraints):
            return
        for constraint, counts in zip(state.constraints, state.counts, strict=True):
            if _included(constraint, cycle.pod, node) and constraint.selector.matches(pod.labels):
                value = node.labels[constraint.key]
                counts[value] = counts.get(value, 0) + by

    # -- soft constraints ---------------------------------------------------------------------------------------

    def pre_score(self, cycle: Cycle, nodes: list[NodeInfo]) -> Skip | None:
        strict = bool(cycle.pod.spec.get('topologySpreadConstraints')) or self.defaults is not None
        constraints = self._own_or_default(cycle.pod, 'ScheduleAnyway')
        if not constraints:
            return SKIP
        cycle.data[self.name + '/score'] = (constraints, strict)
        return None

    def _own_or_default(self, pod: PodInfo, action: str) -> list[Constraint]:
        own = pod.spec.get('topologySpreadConstraints')
        return _constraints(pod, action) if own else self._default_constraints(pod, action)

    def _default_constraints(self, pod: PodInfo, action: str) -> list[Constraint]:
        """buildDefaultConstraints: pods of services, ReplicaSets and the like spread softly by themselves."""
        usual = _DEFAULTS if action == 'ScheduleAnyway' else ()
        wanted = usual if self.defaults is None else [
            (item['topologyKey'], item['maxSkew']) for item in self.defaults if item['whenUnsatisfiable'] == action]
        selector = self._default_selector(pod) if wanted else None
        return [] if selector is None else [Constraint(key, skew, selector) for key, skew in wanted]

    def _default_selector(self, pod: PodInfo) -> Selector | None:
        """helper.DefaultSelector: what the pod's services and its controller select, taken together."""
        informers, requirements = self.handle.informers, []
        for service in informers.of('services').list(pod.namespace):
            selector = service['spec'].get('selector')
            if selector and selector.items() <= pod.labels.items():
                requirements += from_map(selector).requirements
        owner = controller_of(pod.pod)
        resource = _OWNERS.get(owner['kind']) if owner is not None else None
        if owner is not None and resource is not None:
            found = informers.of(resource).get(pod.namespace, owner['name'])
            given = found['spec'].get('selector') if found is not None else None
            if given:
                plain = owner['kind'] == 'ReplicationController'
                requirements += (from_map(given) if plain else from_label_selector(given)).requirements
        unique: dict[Requirement, None] = dict.fromkeys(requirements)
        return Selector(unique) if unique else None

    def score(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        constraints, strict = cycle.data[self.name + '/score']
        ignored = [strict and any(constraint.key not in node.labels for constraint in constraints) for node in nodes]
        totals = [0.0] * len(nodes)
        for constraint in constraints:
            domains = [None if skip else node.labels.get(constraint.key)
                       for node, skip in zip(nodes, ignored, strict=True)]
            counts = self._domain_counts(cycle, nodes, domains, constraint, constraints if strict else ())
            if counts:
                weight, extra = math.log(len(counts) + 2), constraint.max_skew - 1
                scores: dict[str | None, float] = {domain: count * weight + extra for domain, count in counts.items()}
                scores[None] = 0.0
                totals = [total + scores[domain] for total, domain in zip(totals, domains, strict=True)]
        return _normalized([math.floor(total + 0.5) for total in totals], ignored)

    def _domain_counts(self, cycle: Cycle, nodes: list[NodeInfo], domains: list[str | None], constraint: Constraint,
                       needed: Sequence[Constraint]) -> dict[str, int]:
        """Matching pods per domain that a candidate is in; a host is a domain of its own. Nodes without a key that is
        needed do not count."""
        counts = {domain: 0 for domain in domains if domain is not None}
        if not counts:
            return counts
        groups = self.handle.cache.groups(cycle.pod.namespace, constraint.selector)
        if constraint.key == HOSTNAME:
            for node, domain in zip(nodes, domains, strict=True):
                if domain is not None and node.pods:
                    counts[domain] += _count(node, groups)
            return counts
        for node in self.handle.cache.nodes:
            domain = node.labels.get(constraint.key)
            if domain in counts and all(c.key in node.labels for c in needed) and _included(
                    constraint, cycle.pod, node):
                counts[domain] += _count(node, groups)
        return counts

    def hints(self) -> dict[str, Hint]:
        return {'nodes': _domains_changed, 'pods': _counted}


_OWNERS = {'ReplicaSet': 'replicasets.apps', 'StatefulSet': 'statefulsets.apps',
           'ReplicationController': 'replicationcontrollers'}


def _constraints(pod: PodInfo, action: str) -> list[Constraint]:
    found = []
    for item in pod.spec.get('topologySpreadConstraints') or ():
        if item['whenUnsatisfiable'] != action:
            continue
        selector = from_label_selector(item.get('labelSelector'))
        more = [Requirement(key, 'in', (pod.labels[key],)) for key in item.get('matchLabelKeys') or ()
                if key in pod.labels]
        if more:
            selector = Selector([*selector.requirements, *more])
        found.append(Constraint(item['topologyKey'], item['maxSkew'], selector, item.get('minDomains') or 1,
                                item.get('nodeAffinityPolicy', 'Honor') == 'Honor',
                                item.get('nodeTaintsPolicy', 'Ignore') == 'Honor'))
    return found


def _included(constraint: Constraint, pod: PodInfo, node: NodeInfo) -> bool:
    """matchNodeInclusionPolicies."""
    if constraint.honor_affinity and not matches_node(pod.pod, node.node or {}):
        return False
    return not constraint.honor_taints or untolerated(
        node.hard_taints, tolerations(pod.pod), (NO_SCHEDULE, NO_EXECUTE)) is None


def _count(node: NodeInfo, groups: list[Group]) -> int:
    """countPodsMatchSelector, the groups of pods that it matches given."""
    have = node.label_counts.get
    return have(groups[0], 0) if len(groups) == 1 else sum([have(group, 0) for group in groups])


def _normalized(scores: list[int], ignored: list[bool]) -> list[int]:
    known = [score for score, skip in zip(scores, ignored, strict=True) if not skip]
    least, most = min(known, default=0), max(known, default=0)
    return [0 if skip else MAX_SCORE if not most else MAX_SCORE * (most + least - score) // most
            for score, skip in zip(scores, ignored, strict=True)]


def _domains_changed(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """isSchedulableAfterNodeChange: a node with the keys of all constraints came, went or changed what counts."""
    constraints = _constraints(pod, 'DoNotSchedule')
    had = old is not None and _has_keys(old, constraints)
    has = new is not None and _has_keys(new, constraints)
    if old is None or new is None or had != has:
        return had or has
    return has and (any(labels(old).get(c.key) != labels(new).get(c.key) for c in constraints)
                    or old.get('spec', {}).get('taints') != new.get('spec', {}).get('taints'))


def _has_keys(node: Object, constraints: list[Constraint]) -> bool:
    return all(constraint.key in labels(node) for constraint in constraints)


def _counted(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """isSchedulableAfterPodChange: a pod that a constraint counts came or went, or is counted now and was not."""
    changed = [obj for obj in (old, new) if obj is not None]
    if not all(is_own(pod, obj) or (is_placed(obj) and obj['metadata']['namespace'] == pod.namespace)
               for obj in changed):
        return False
    constraints = _constraints(pod, 'DoNotSchedule')
    if own_tolerations(pod, old, new) and any(constraint.honor_taints for constraint in constraints):
        return True
    return any(len({constraint.selector.matches(labels(obj)) for obj in changed}) == 2 if len(changed) == 2
               else constraint.selector.matches(labels(changed[0])) for constraint in constraints)
