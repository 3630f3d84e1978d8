"""What a ResourceClaim's status says: the devices that it has, and who may use them."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import conditions
from tutor.cluster.registry.core.internals import internal_form
from tutor.cluster.registry.podspec import scheduling
from tutor.cluster.registry.resource.requests import validate_reference
from tutor.cluster.registry.storage import volume

_MOST_USERS, _MOST_CONDITIONS, _LONGEST_POOL = 256, 8, 253


def validate(new: Object, old: Object) -> list[FieldError]:
    """validateResourceClaimStatusUpdate."""
    status, before = new.get('status') or {}, old.get('status') or {}
    users, allocation = status.get('reservedFor') or [], status.get('allocation')
    found = _users(users, 'status.reservedFor') + _devices(status.get('devices') or [], allocation)
    if users and allocation is None:
        found.append(field.forbidden('status.reservedFor', 'may not be specified when `allocated` is not set'))
    elif 'deletionTimestamp' in new['metadata'] and any(
            user not in (before.get('reservedFor') or ()) for user in users):
        found.append(field.forbidden('status.reservedFor', 'new entries may not be added while '
                                     '`deallocationRequested` or `deletionTimestamp` are set'))
    if allocation is None:
        return found
    if before.get('allocation') is None:
        return found + _allocation(allocation, new['spec'], 'status.allocation')
    return found if allocation == before['allocation'] else [*found, field.invalid(
        'status.allocation', internal_form(allocation, 'AllocationResult'), 'field is immutable')]


def _users(users: list[Object], path: str) -> list[FieldError]:
    """validateResourceClaimUserReference."""
    if len(users) > _MOST_USERS:
        return [field.too_many(path, len(users), _MOST_USERS)]
    found = [field.required(f'{path}[{index}].{name}') for index, user in enumerate(users)
             for name in ('resource', 'name', 'uid') if not user.get(name)]
    uids = [user.get('uid', '') for user in users]
    return found + [field.duplicate(f'{path}[{index}]', uid) for index, uid in enumerate(uids) if uid in uids[:index]]


def _mark(device: Object) -> str:
    """SharedDeviceID.String."""
    return '/'.join(device[name] for name in ('driver', 'pool', 'device', 'shareID') if device.get(name))


def _devices(devices: list[Object], allocation: Object | None) -> list[FieldError]:
    """validateDeviceStatus."""
    known = {_mark(item) for item in ((allocation or {}).get('devices') or {}).get('results') or ()}
    marks, found = [_mark(device) for device in devices], []
    for index, device in enumerate(devices):
        path, told = f'status.devices[{index}]', device.get('conditions') or []
        found += _place(device, path)
        if marks[index] not in known:
            found.append(field.invalid(path, field.Bare(marks[index]), 'must be an allocated device in the claim'))
        if len(told) > _MOST_CONDITIONS:
            found.append(field.too_many(f'{path}.conditions', len(told), _MOST_CONDITIONS))
        found += conditions.validate(told, f'{path}.conditions')
    return found + [field.duplicate(f'status.devices[{index}]', field.Bare(mark))
                    for index, mark in enumerate(marks) if mark in marks[:index]]


def _place(device: Object, path: str) -> list[FieldError]:
    """validateDriverName, validatePoolName, validateDeviceName."""
    found: list[FieldError] = []
    volume.driver_name(device.get('driver', ''), f'{path}.driver', found)
    pool, name = device.get('pool', ''), device.get('device', '')
    if not pool:
        found.append(field.required(f'{path}.pool'))
    elif len(pool) > _LONGEST_POOL:
        found.append(field.too_long(f'{path}.pool', _LONGEST_POOL))
    for part in pool.split('/') if pool else ():
        found += field.invalid_each(f'{path}.pool', part, names.is_dns1123_subdomain(part))
    return found + field.invalid_each(f'{path}.device', name, names.is_dns1123_label(name))


def _allocation(allocation: Object, spec: Object, path: str) -> list[FieldError]:
    """validateAllocationResult, of a new one."""
    devices, found = allocation.get('devices') or {}, []
    for index, result in enumerate(devices.get('results') or ()):
        here = f'{path}.devices.results[{index}]'
        found += validate_reference(result.get('request', ''), spec, f'{here}.request') + _place(result, here)
    if 'nodeSelector' in allocation:
        scheduling.node_selector(allocation['nodeSelector'], f'{path}.nodeSelector', found)
    return found
