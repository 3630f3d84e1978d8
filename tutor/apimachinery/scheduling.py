"""Taints, tolerations and node affinity: what may run where (component-helpers/scheduling/corev1)."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.apimachinery.objects import Object

NO_SCHEDULE = 'NoSchedule'
PREFER_NO_SCHEDULE = 'PreferNoSchedule'
NO_EXECUTE = 'NoExecute'
OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'


def tolerates(toleration: Object, taint: Object) -> bool:
    """Toleration.ToleratesTaint."""
    if toleration.get('effect') and toleration['effect'] != taint['effect']:
        return False
    if toleration.get('key') and toleration['key'] != taint['key']:
        return False
    operator = toleration.get('operator') or 'Equal'
    if operator == 'Exists':
        return True
    return operator == 'Equal' and toleration.get('value', '') == taint.get('value', '')


def tolerated(taint: Object, tolerations: Iterable[Object]) -> bool:
    """TolerationsTolerateTaint."""
    return any(tolerates(toleration, taint) for toleration in tolerations)


def untolerated(taints: Iterable[Object], tolerations: Iterable[Object], effects: Iterable[str]) -> Object | None:
    """FindMatchingUntoleratedTaint: the first taint with one of these effects that is not tolerated."""
    for taint in taints:
        if taint['effect'] in effects and not tolerated(taint, tolerations):
            return taint
    return None


def matches_node(pod: Object, node: Object) -> bool:
    """nodeaffinity.GetRequiredNodeAffinity(pod).Match: nodeSelector and the required terms of node affinity."""
    spec = pod['spec']
    labels = node['metadata'].get('labels') or {}
    selector = spec.get('nodeSelector')
    if selector and not selector.items() <= labels.items():
        return False
    required = ((spec.get('affinity') or {}).get('nodeAffinity') or {}).get(
        'requiredDuringSchedulingIgnoredDuringExecution')
    return required is None or matches_terms(required, node)


def matches_terms(selector: Object, node: Object) -> bool:
    """NodeSelector: any of its terms, none matches nothing."""
    return any(matches_term(term, node) for term in selector.get('nodeSelectorTerms') or ())


def matches_term(term: Object, node: Object) -> bool:
    expressions, fields = term.get('matchExpressions') or (), term.get('matchFields') or ()
    if not expressions and not fields:
        return False
    labels = node['metadata'].get('labels') or {}
    return all(_holds(item, labels) for item in expressions) and all(
        _holds(item, {'metadata.name': node['metadata']['name']}) for item in fields)


def _holds(requirement: Object, labels: Object) -> bool:
    key, operator, values = requirement['key'], requirement['operator'], requirement.get('values') or ()
    value = labels.get(key)
    if operator == 'In':
        return value is not None and value in values
    if operator == 'NotIn':
        return value is None or value not in values
    if operator == 'Exists':
        return value is not None
    if operator == 'DoesNotExist':
        return value is None
    return _compares(operator, value, values)


def _compares(operator: str, value: str | None, values: Iterable[str]) -> bool:
    try:
        number, bound = int(value or ''), int(next(iter(values)))
    except (ValueError, StopIteration):
        return False
    return number > bound if operator == 'Gt' else number < bound if operator == 'Lt' else False


def tolerations(pod: Object) -> list[Object]:
    return pod['spec'].get('tolerations') or []


def taints(node: Object) -> list[Object]:
    return node.get('spec', {}).get('taints') or []


def is_out_of_service(node: Object) -> bool:
    """Whether somebody vouches for that a node which does not answer is really off."""
    return any(taint['key'] == OUT_OF_SERVICE for taint in taints(node))
