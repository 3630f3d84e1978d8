"""Nodes as the scheduler sees them: what is on each and what is left, kept up to date pod by pod."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.pod_resources import DEFAULT_CPU, DEFAULT_MEMORY, pod_requests
from tutor.apimachinery.quantity import Quantity
from tutor.apimachinery.scheduling import NO_EXECUTE, NO_SCHEDULE, PREFER_NO_SCHEDULE, taints
from tutor.apimachinery.selectors import Selector, from_label_selector

_BASIC = ('cpu', 'memory', 'ephemeral-storage')
_DEFAULT_MILLI = int(DEFAULT_CPU * 1000)


def ceil(amount: Any) -> int:
    return amount if isinstance(amount, int) else -(-amount.numerator // amount.denominator)


@lru_cache(maxsize=4096)
def _kept_once(group: tuple[str, frozenset[tuple[str, str]]]) -> tuple[str, frozenset[tuple[str, str]]]:
    """One object for all pods of a workload, of which there may be thousands."""
    return group


class Term:
    """One term of pod affinity or anti-affinity, with its selectors ready."""

    __slots__ = ('namespace_selector', 'namespaces', 'selector', 'topology_key', 'weight')

    def __init__(self, term: Object, pod: Object, weight: int = 0) -> None:
        labels = pod['metadata'].get('labels') or {}
        self.selector = _merged_selector(term, labels)
        self.topology_key: str = term['topologyKey']
        self.weight = weight
        given, by_label = term.get('namespaces'), term.get('namespaceSelector')
        self.namespaces = frozenset(given or (() if by_label is not None else (pod['metadata']['namespace'],)))
        self.namespace_selector: Selector | None = from_label_selector(by_label) if by_label is not None else None

    def matches(self, pod: PodInfo, namespace_labels: Any) -> bool:
        """AffinityTerm.Matches; `namespace_labels(name)` gives the labels of a namespace."""
        if pod.namespace not in self.namespaces:
            by_label = self.namespace_selector
            if by_label is None or not by_label.matches(namespace_labels(pod.namespace)):
                return False
        return self.selector.matches(pod.labels)


def _merged_selector(term: Object, labels: Object) -> Selector:
    """The selector with what matchLabelKeys and mismatchLabelKeys take from the pod's own labels."""
    given = term.get('labelSelector')
    keys, other = term.get('matchLabelKeys') or (), term.get('mismatchLabelKeys') or ()
    if given is None or not (keys or other):
        return from_label_selector(given)
    known = {entry.get('key') for entry in given.get('matchExpressions') or ()}
    more = [{'key': key, 'operator': operator, 'values': [labels[key]]}
            for names, operator in ((keys, 'In'), (other, 'NotIn')) for key in names
            if key in labels and key not in known]
    return from_label_selector({**given, 'matchExpressions': [*(given.get('matchExpressions') or ()), *more]})


class PodInfo:
    """A pod with what the plugins ask of it worked out once."""

    def __init__(self, pod: Object) -> None:
        meta, spec = pod['metadata'], pod['spec']
        self.pod = pod
        self.uid: str = meta['uid']
        self.namespace: str = meta['namespace']
        self.name: str = meta['name']
        self.key = f'{self.namespace}/{self.name}'
        self.labels: dict[str, str] = meta.get('labels') or {}
        self.priority: int = spec.get('priority') or 0
        self.spec = spec
        self._sum_up(pod)
        affinity = spec.get('affinity') or {}
        self.has_affinity = bool(affinity.get('podAffinity') or affinity.get('podAntiAffinity'))
        self.has_required_anti = bool((affinity.get('podAntiAffinity') or {}).get(
            'requiredDuringSchedulingIgnoredDuringExecution'))
        self.ports: tuple[tuple[str, str, int], ...] = host_ports(spec)
        self.terminating = 'deletionTimestamp' in meta

    def _sum_up(self, pod: Object) -> None:
        asked = pod_requests(pod)
        self.best_effort = not asked.get('cpu') and not asked.get('memory')
        self.milli_cpu = ceil(asked.get('cpu', 0) * 1000) if asked else 0
        self.memory = ceil(asked.get('memory', 0)) if asked else 0
        self.storage = ceil(asked.get('ephemeral-storage', 0)) if asked else 0
        self.scalars = {name: ceil(amount) for name, amount in asked.items() if name not in _BASIC and amount}
        if asked:
            assumed = pod_requests(pod, non_zero=True)
            self.assumed_milli_cpu = ceil(assumed.get('cpu', 0) * 1000)
            self.assumed_memory = ceil(assumed.get('memory', 0))
        else:
            count = len(pod['spec'].get('containers') or ())
            self.assumed_milli_cpu, self.assumed_memory = count * _DEFAULT_MILLI, count * DEFAULT_MEMORY

    @cached_property
    def labels_key(self) -> tuple[str, frozenset[tuple[str, str]]]:
        """Namespace and labels: pods with equal ones are counted together."""
        return _kept_once((self.namespace, frozenset(self.labels.items())))

    @cached_property
    def required_affinity(self) -> list[Term]:
        return self._required('podAffinity')

    @cached_property
    def required_anti_affinity(self) -> list[Term]:
        return self._required('podAntiAffinity')

    @cached_property
    def preferred_affinity(self) -> list[Term]:
        return self._preferred('podAffinity')

    @cached_property
    def preferred_anti_affinity(self) -> list[Term]:
        return self._preferred('podAntiAffinity')

    def _required(self, which: str) -> list[Term]:
        terms = ((self.spec.get('affinity') or {}).get(which) or {}).get(
            'requiredDuringSchedulingIgnoredDuringExecution')
        return [Term(term, self.pod) for term in terms or ()]

    def _preferred(self, which: str) -> list[Term]:
        terms = ((self.spec.get('affinity') or {}).get(which) or {}).get(
            'preferredDuringSchedulingIgnoredDuringExecution')
        return [Term(term['podAffinityTerm'], self.pod, term['weight']) for term in terms or ()]


def host_ports(spec: Object) -> tuple[tuple[str, str, int], ...]:
    found = []
    for container in spec.get('containers') or ():
        for port in container.get('ports') or ():
            if port.get('hostPort'):
                found.append((port.get('hostIP') or '0.0.0.0', port.get('protocol') or 'TCP', port['hostPort']))
    return tuple(found)


class NodeInfo:
    """A node, the pods on it, and the sums over them."""

    __slots__ = (
        'affinity_pods', 'anti_affinity_pods', 'assumed_memory', 'assumed_milli_cpu', 'cpu', 'hard_taints', 'images',
        'label_counts', 'labels', 'max_pods', 'memory', 'name', 'node', 'pods', 'ports', 'scalars', 'soft_taints',
        'storage', 'unschedulable', 'used_cpu', 'used_memory', 'used_scalars', 'used_storage')

    def __init__(self, name: str) -> None:
        self.name = name
        self.node: Object | None = None
        self.labels: dict[str, str] = {}
        self.hard_taints: tuple[Object, ...] = ()
        self.soft_taints: tuple[Object, ...] = ()
        self.unschedulable = False
        self.images: dict[str, int] = {}
        self.cpu = self.memory = self.storage = self.max_pods = 0
        self.scalars: dict[str, int] = {}
        self.pods: dict[str, PodInfo] = {}
        self.affinity_pods: dict[str, PodInfo] = {}
        self.anti_affinity_pods: dict[str, PodInfo] = {}
        self.used_cpu = self.used_memory = self.used_storage = 0
        self.assumed_milli_cpu = self.assumed_memory = 0
        self.used_scalars: dict[str, int] = {}
        self.ports: dict[tuple[str, str, int], int] = {}
        self.label_counts: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}

    def set_node(self, node: Object) -> None:
        self.node = node
        self.labels = node['metadata'].get('labels') or {}
        found = taints(node)
        self.hard_taints = tuple(t for t in found if t['effect'] in (NO_SCHEDULE, NO_EXECUTE))
        self.soft_taints = tuple(t for t in found if t['effect'] == PREFER_NO_SCHEDULE)
        self.unschedulable = bool(node.get('spec', {}).get('unschedulable'))
        room = {name: Quantity.parse(text) for name, text in (node.get('status', {}).get('allocatable') or {}).items()}
        zero = Quantity(0)
        self.cpu = room.get('cpu', zero).milli()
        self.memory = room.get('memory', zero).ceil()
        self.storage = room.get('ephemeral-storage', zero).ceil()
        self.max_pods = room.get('pods', zero).ceil()
        self.scalars = {name: amount.ceil() for name, amount in room.items() if name not in (*_BASIC, 'pods')}
        self.images = {name: image.get('sizeBytes', 0) for image in node.get('status', {}).get('images') or ()
                       for name in image.get('names') or ()}

    def add(self, pod: PodInfo) -> None:
        self._count(pod, 1)
        self.pods[pod.uid] = pod
        if pod.has_affinity:
            self.affinity_pods[pod.uid] = pod
            if pod.has_required_anti:
                self.anti_affinity_pods[pod.uid] = pod

    def remove(self, pod: PodInfo) -> None:
        if self.pods.pop(pod.uid, None) is None:
            return
        self._count(pod, -1)
        self.affinity_pods.pop(pod.uid, None)
        self.anti_affinity_pods.pop(pod.uid, None)

    def _count(self, pod: PodInfo, sign: int) -> None:
        self.used_cpu += sign * pod.milli_cpu
        self.used_memory += sign * pod.memory
        self.used_storage += sign * pod.storage
        self.assumed_milli_cpu += sign * pod.assumed_milli_cpu
        self.assumed_memory += sign * pod.assumed_memory
        for name, amount in pod.scalars.items():
            self.used_scalars[name] = self.used_scalars.get(name, 0) + sign * amount
        for port in pod.ports:
            _bump(self.ports, port, sign)
        if not pod.terminating:
            _bump(self.label_counts, pod.labels_key, sign)

    def without(self, pods: list[PodInfo]) -> NodeInfo:
        """A copy from which these pods have gone, for thinking about preemption."""
        copy = NodeInfo(self.name)
        for field in NodeInfo.__slots__:
            value = getattr(self, field)
            setattr(copy, field, dict(value) if isinstance(value, dict) else value)
        for pod in pods:
            copy.remove(pod)
        return copy


def _bump(counts: dict[Any, int], key: Any, by: int) -> None:
    count = counts.get(key, 0) + by
    if count:
        counts[key] = count
    else:
        counts.pop(key, None)
