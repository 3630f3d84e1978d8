"""Resources of a pod as a whole (validatePodResources)."""

from __future__ import annotations

from tutor.apimachinery import field, quantity
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.usage import containers_total
from tutor.cluster.registry.podspec import resources


def validate(spec: Object, path: str, found: list[FieldError]) -> None:
    """`path` is that of the pod's resources."""
    given = spec['resources']
    if 'claims' in given:
        found.append(field.forbidden(f'{path}.claims', 'claims cannot be set for Resources at pod-level'))
    resources.validate(given, path, found, pod_level=True)
    _consistent(spec, path, found)


def _consistent(spec: Object, path: str, found: list[FieldError]) -> None:
    """validatePodResourceConsistency: containers cannot ask for more than their pod."""
    requests, limits = spec['resources'].get('requests') or {}, spec['resources'].get('limits') or {}
    for name, total in sorted(containers_total(spec, 'requests').items()):
        most = requests.get(name, '0')
        if quantity.parse(most) < total:
            found.append(field.invalid(f'{path}.requests[{name}]', most, 'must be greater than or equal to aggregate '
                                                                         f'container requests of {total}'))
    for index, container in enumerate(spec.get('containers') or ()):
        for name, limit in sorted(((container.get('resources') or {}).get('limits') or {}).items()):
            if name in limits and quantity.parse(limits[name]) < quantity.parse(limit):
                found.append(field.invalid(f'{path}.containers[{index}][{name}].limits', limit,
                                           f'must be less than or equal to pod limits of {limits[name]}'))
