"""Resource requirements of containers (ValidateContainerResourceRequirements)."""

from __future__ import annotations

from tutor.apimachinery import field, names, quantity
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

_CONTAINER = frozenset({'cpu', 'memory', 'ephemeral-storage'})
_OBJECTS = frozenset({'pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps',
                      'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'})
_STANDARD = _CONTAINER | _OBJECTS | {'storage', 'requests.storage'} | {
    f'{kind}.{name}' for kind in ('requests', 'limits') for name in _CONTAINER}
_INTEGER = _OBJECTS


def validate(resources: Object, path: str, found: list[FieldError], claims: frozenset[str] = frozenset()) -> None:
    limits, requests = resources.get('limits') or {}, resources.get('requests') or {}
    for name in sorted(limits):
        _resource(name, limits[name], f'{path}.limits[{name}]', found)
    for name in sorted(requests):
        amount = requests[name]
        _resource(name, amount, f'{path}.requests[{name}]', found)
        limit = limits.get(name)
        if limit is None:
            if not _overcommit_allowed(name):
                found.append(field.required(f'{path}.limits', 'Limit must be set for non overcommitable resources'))
        elif amount != limit:
            _below_limit(name, amount, limit, path, found)
    for index, claim in enumerate(resources.get('claims') or ()):
        if claim.get('name') not in claims:
            found.append(field.not_found(f'{path}.claims[{index}].name', claim.get('name', '')))


def _below_limit(name: str, amount: str, limit: str, path: str, found: list[FieldError]) -> None:
    asked, most = quantity.parse(amount), quantity.parse(limit)
    if asked != most and not _overcommit_allowed(name):
        found.append(field.invalid(f'{path}.requests', amount, f'must be equal to {name} limit of {limit}'))
    elif most < asked:
        found.append(field.invalid(f'{path}.requests', amount,
                                   f'must be less than or equal to {name} limit of {limit}'))


def _resource(name: str, amount: str, path: str, found: list[FieldError]) -> None:
    if name not in _CONTAINER:
        _container_name(name, path, found)
    validate_amount(name, amount, path, found)


def validate_amount(name: str, amount: str, path: str, found: list[FieldError]) -> None:
    """ValidateResourceQuantityValue."""
    if amount[:1] == '-':
        found.append(field.invalid(path, amount, 'must be greater than or equal to 0'))
    if ('/' in name or name in _INTEGER) and quantity.milli_value(amount) % 1000:
        found.append(field.invalid(path, amount, 'must be an integer'))


def validate_name(name: str, path: str, found: list[FieldError]) -> None:
    """validateResourceName."""
    if errors := names.is_qualified_name(name):
        found += [field.invalid(path, name, text) for text in errors]
    elif '/' not in name and name not in _STANDARD and not name.startswith(('hugepages-', 'requests.hugepages-')):
        found.append(field.invalid(path, name, 'must be a standard resource type or fully qualified'))


def _container_name(name: str, path: str, found: list[FieldError]) -> None:
    """validateContainerResourceName."""
    validate_name(name, path, found)
    if '/' not in name:
        if name not in _CONTAINER and not name.startswith('hugepages-'):
            found.append(field.invalid(path, name, 'must be a standard resource for containers'))
    elif not _native(name) and (name.startswith('requests.') or names.is_qualified_name(f'requests.{name}')):
        found.append(field.invalid(path, name, "doesn't follow extended resource name standard"))


def _native(name: str) -> bool:
    return '/' not in name or 'kubernetes.io/' in name


def _overcommit_allowed(name: str) -> bool:
    return _native(name) and not name.startswith('hugepages-')
