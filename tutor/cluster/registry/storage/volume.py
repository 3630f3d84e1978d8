"""What PersistentVolumes and their claims share."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names, quantity
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import label_selectors

MODES = {'ReadWriteOnce': 'RWO', 'ReadOnlyMany': 'ROX', 'ReadWriteMany': 'RWX', 'ReadWriteOncePod': 'RWOP'}
UNSET = '<unset>'


def access_modes(modes: list[str] | None) -> str:
    """GetAccessModesAsString: in a fixed order."""
    return ','.join(short for name, short in MODES.items() if name in (modes or ()))


def validate_modes(modes: list[str] | None, path: str, required: str) -> list[FieldError]:
    found: list[FieldError] = []
    if not modes:
        found.append(field.required(path, required))
    for mode in modes or ():
        if mode not in MODES:
            found.append(field.not_supported(path, mode, sorted(MODES)))
    known = {mode for mode in modes or () if mode in MODES}
    if 'ReadWriteOncePod' in known and len(known) > 1:
        found.append(field.forbidden(path, 'may not use ReadWriteOncePod with other access modes'))
    return found


def basic(amount: str, path: str) -> list[FieldError]:
    """validateBasicResource."""
    number = quantity.value(amount)
    return [] if number >= 0 else [field.invalid(path, number, 'must be a valid resource quantity')]


def positive(amount: str, path: str) -> list[FieldError]:
    """ValidatePositiveQuantityValue."""
    return [] if quantity.parse(amount).sign > 0 else [field.invalid(path, amount, 'must be greater than zero')]


def volume_mode(value: Any, path: str) -> list[FieldError]:
    if value is None or value in ('Block', 'Filesystem'):
        return []
    return [field.not_supported(path, value, ('Block', 'Filesystem'))]


def class_name(value: str | None, path: str) -> list[FieldError]:
    """ValidateClassName, for a class that is named."""
    return field.invalid_each(path, value, names.is_dns1123_subdomain(value)) if value else []


def driver_name(name: str, path: str, found: list[FieldError]) -> None:
    """ValidateCSIDriverName."""
    if not name:
        found.append(field.required(path))
    if len(name) > 63:
        found.append(field.too_long(path, 63))
    found += field.invalid_each(path, name, names.is_dns1123_subdomain(name.lower()))


def validate_claim(spec: Object, path: str) -> list[FieldError]:
    """ValidatePersistentVolumeClaimSpec, for claims and for templates of claims."""
    modes = spec.get('accessModes')
    found: list[FieldError] = [] if modes else [field.required(f'{path}.accessModes',
                                                               'at least 1 access mode is required')]
    found += label_selectors.validate(spec.get('selector'), f'{path}.selector')
    if modes:
        found += validate_modes(modes, f'{path}.accessModes', '')
    storage = ((spec.get('resources') or {}).get('requests') or {}).get('storage')
    if storage is None:
        found.append(field.required(f'{path}.resources[storage]'))
    else:
        found += positive(storage, f'{path}.resources[storage]')
    found += class_name(spec.get('storageClassName'), f'{path}.storageClassName')
    found += volume_mode(spec.get('volumeMode'), f'{path}.volumeMode')
    found += _data_sources(spec, path)
    return found + class_name(spec.get('volumeAttributesClassName'), f'{path}.volumeAttributesClassName')


def _data_sources(spec: Object, path: str) -> list[FieldError]:
    """Where a new volume gets its data from: a snapshot, another claim, or a kind that a populator knows."""
    found: list[FieldError] = []
    for name in ('dataSource', 'dataSourceRef'):
        if name in spec:
            found += _data_source(spec[name], f'{path}.{name}')
    source, reference = spec.get('dataSource'), spec.get('dataSourceRef')
    if reference and reference.get('namespace'):
        found += field.invalid_each(f'{path}.dataSourceRef.namespace', reference['namespace'],
                                    names.is_dns1123_label(reference['namespace']))
        if source is not None:
            found.append(field.invalid(path, f'{path}.dataSource',
                                       'may not be specified when dataSourceRef.namespace is specified'))
    elif source and reference and any(source.get(name) != reference.get(name) for name in ('apiGroup', 'kind', 'name')):
        found.append(field.invalid(path, f'{path}.dataSource', 'must match dataSourceRef'))
    return found


def _data_source(source: Object, path: str) -> list[FieldError]:
    """validateDataSource, validateDataSourceRef."""
    found = [field.required(f'{path}.{name}') for name in ('name', 'kind') if not source.get(name)]
    group = source.get('apiGroup') or ''
    if not group and source.get('kind') != 'PersistentVolumeClaim':
        found.append(field.invalid(path, source.get('kind', ''), "must be 'PersistentVolumeClaim' when referencing the "
                                                                 'default apiGroup'))
    return found + (field.invalid_each(f'{path}.apiGroup', group, names.is_dns1123_subdomain(group)) if group else [])
