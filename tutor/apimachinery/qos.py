"""Quality of service classes (ComputePodQOS)."""

from __future__ import annotations

from tutor.apimachinery import quantity
from tutor.apimachinery.objects import Object

_COMPUTE = ('cpu', 'memory')


def qos_class(spec: Object) -> str:
    """BestEffort without any request or limit, Guaranteed where all containers have equal ones, else Burstable."""
    if spec.get('resources'):
        return _class([spec['resources']])
    containers = [*(spec.get('containers') or ()), *(spec.get('initContainers') or ())]
    return _class([item.get('resources') or {} for item in containers])


def _class(resources: list[Object]) -> str:
    any_given, guaranteed = False, True
    for item in resources:
        requests, limits = item.get('requests') or {}, item.get('limits') or {}
        given = [name for name in _COMPUTE if _positive(requests.get(name)) or _positive(limits.get(name))]
        any_given = any_given or bool(given)
        if any(not _positive(limits.get(name)) or not _same(requests.get(name), limits[name]) for name in _COMPUTE):
            guaranteed = False
    if not any_given:
        return 'BestEffort'
    return 'Guaranteed' if guaranteed else 'Burstable'


def _positive(amount: str | None) -> bool:
    return amount is not None and amount != '0'


def _same(request: str | None, limit: str) -> bool:
    return request == limit or (request is not None and quantity.parse(request) == quantity.parse(limit))
