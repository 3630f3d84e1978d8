"""What PersistentVolumes and their claims share."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, quantity
from tutor.apimachinery.field import FieldError

MODES = {'ReadWriteOnce': 'RWO', 'ReadOnlyMany': 'ROX', 'ReadWriteMany': 'RWX', 'ReadWriteOncePod': 'RWOP'}
UNSET = '<unset>'
CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'


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
    if 'ReadWriteOncePod' in (modes or ()) and len(modes or ()) > 1:
        found.append(field.forbidden(path, 'may not use ReadWriteOncePod with other access modes'))
    return found


def positive(amount: str, path: str) -> list[FieldError]:
    """ValidatePositiveQuantityValue."""
    return [] if quantity.parse(amount).sign > 0 else [field.invalid(path, amount, 'must be greater than zero')]


def volume_mode(value: Any, path: str) -> list[FieldError]:
    if value is None or value in ('Block', 'Filesystem'):
        return []
    return [field.not_supported(path, value, ('Block', 'Filesystem'))]
