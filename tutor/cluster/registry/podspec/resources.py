"""Resource requirements of containers (ValidateContainerResourceRequirements)."""

from __future__ import annotations

from tutor.apimachinery import field, names, quantity
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.pod_resources import is_extended, is_native

_CONTAINER = frozenset({'cpu', 'memory', 'ephemeral-storage'})
_OBJECTS = frozenset({'pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps',
                      'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'})
_STANDARD = _CONTAINER | _OBJECTS | {'storage', 'requests.storage'} | {
    f'{kind}.{name}' for kind in ('requests', 'limits') for name in _CONTAINER}
_INTEGER = _OBJECTS


POD_LEVEL = ('cpu', 'memory')
_RESIZE_POLICIES = ('NotRequired', 'RestartContainer')


def validate(resources: Object, path: str, found: list[FieldError], claims: frozenset[str] = frozenset(),
             pod_level: bool = False) -> None:
    """validateResourceRequirements; `claims` are the names of the pod's resource claims."""
    limits, requests = resources.get('limits') or {}, resources.get('requests') or {}
    for name in sorted(limits):
        _resource(name, limits[name], f'{path}.limits[{name}]', pod_level, found)
    for name in sorted(requests):
        amount = requests[name]
        _resource(name, amount, f'{path}.requests[{name}]', pod_level, found)
        limit = limits.get(name)
        if limit is None:
            if not overcommit_allowed(name):
                found.append(field.required(f'{path}.limits', 'Limit must be set for non overcommitable resources'))
        elif amount != limit:
            _below_limit(name, amount, limit, path, found)
    given = limits.keys() | requests.keys()
    if not given & {'cpu', 'memory'} and any(_huge_page(name) for name in given):
        found.append(field.forbidden(path, 'HugePages require cpu or memory'))
    if resources.get('claims'):
        _claims(resources['claims'], claims, f'{path}.claims', found)


def _below_limit(name: str, amount: str, limit: str, path: str, found: list[FieldError]) -> None:
    asked, most = quantity.parse(amount), quantity.parse(limit)
    if asked != most and not overcommit_allowed(name):
        found.append(field.invalid(f'{path}.requests', amount, f'must be equal to {name} limit of {limit}'))
    elif most < asked:
        found.append(field.invalid(f'{path}.requests', amount,
                                   f'must be less than or equal to {name} limit of {limit}'))


def _claims(given: list[Object], known: frozenset[str], path: str, found: list[FieldError]) -> None:
    """validateResourceClaimNames."""
    seen: set[str] = set()
    for index, claim in enumerate(given):
        here, name, request = f'{path}[{index}]', claim.get('name', ''), claim.get('request', '')
        if not name:
            found.append(field.required(here))
            continue
        key = f'{name}/{request}' if request else name
        if name in seen:
            found.append(field.duplicate(here, name))
        elif key in seen or (not request and any(other.startswith(f'{name}/') for other in seen)):
            found.append(field.duplicate(here, key))
        seen.add(key)
        if name not in known:
            missing = field.not_found(here, name)
            shown = f': {", ".join(sorted(known))}' if known else ' which is empty'
            missing.detail = f'must be one of the names in pod.spec.resourceClaims{shown}'
            found.append(missing)


def validate_resize_policies(policies: list[Object], restart_policy: str, path: str, found: list[FieldError]) -> None:
    """validateResizePolicy."""
    seen: set[str] = set()
    for index, policy in enumerate(policies):
        name, restart = policy.get('resourceName', ''), policy.get('restartPolicy', '')
        if name in seen:
            found.append(field.duplicate(f'{path}[{index}]', name))
        seen.add(name)
        for value, allowed in ((name, POD_LEVEL), (restart, _RESIZE_POLICIES)):
            if not value:
                found.append(field.required(path))
            elif value not in allowed:
                found.append(field.not_supported(path, value, allowed))
        if restart_policy == 'Never' and restart != 'NotRequired':
            found.append(field.invalid(path, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'"))


def _resource(name: str, amount: str, path: str, pod_level: bool, found: list[FieldError]) -> None:
    if pod_level:
        _pod_level_name(name, path, found)
    elif name not in _CONTAINER:
        container_name(name, path, found)
    validate_amount(name, amount, path, found)
    if _huge_page(name) and not _divisible(name, amount):
        found.append(field.invalid(path, amount, f'{amount} is not positive integer multiple of {name}'))


def _pod_level_name(name: str, path: str, found: list[FieldError]) -> None:
    """validatePodResourceName."""
    before = len(found)
    validate_name(name, path, found)
    if len(found) == before and name not in POD_LEVEL and not _huge_page(name):
        found.append(field.not_supported(path, name, (*POD_LEVEL, 'hugepages-')))


def _huge_page(name: str) -> bool:
    return name.startswith('hugepages-')


def _divisible(name: str, amount: str) -> bool:
    """IsHugePageResourceValueDivisible."""
    try:
        page = quantity.parse(name.removeprefix('hugepages-'))
    except ValueError:
        return False
    return page.sign > 0 and quantity.value(amount) % page.ceil() == 0


def validate_amount(name: str, amount: str, path: str, found: list[FieldError]) -> None:
    """ValidateResourceQuantityValue."""
    if amount[:1] == '-':
        found.append(field.invalid(path, amount, 'must be greater than or equal to 0'))
    if (name in _INTEGER or is_extended(name)) and quantity.milli_value(amount) % 1000:
        found.append(field.invalid(path, amount, 'must be an integer'))


def validate_name(name: str, path: str, found: list[FieldError]) -> None:
    """validateResourceName."""
    if errors := names.is_qualified_name(name):
        found += [field.invalid(path, name, text) for text in errors]
    elif '/' not in name and name not in _STANDARD and not name.startswith(('hugepages-', 'requests.hugepages-')):
        found.append(field.invalid(path, name, 'must be a standard resource type or fully qualified'))


def container_name(name: str, path: str, found: list[FieldError]) -> None:
    """validateContainerResourceName."""
    validate_name(name, path, found)
    if '/' not in name:
        if name not in _CONTAINER and not _huge_page(name):
            found.append(field.invalid(path, name, 'must be a standard resource for containers'))
    elif not is_native(name) and not is_extended(name):
        found.append(field.invalid(path, name, "doesn't follow extended resource name standard"))


def overcommit_allowed(name: str) -> bool:
    """helper.IsOvercommitAllowed: whether what is asked for may be less than the limit."""
    return is_native(name) and not name.startswith('hugepages-')
