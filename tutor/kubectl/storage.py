"""How kubectl shows storage classes and access modes (kubectl/pkg/util/storage)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'
DEFAULT_CLASS = ('storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class')
_MODES = (('ReadWriteOnce', 'RWO'), ('ReadOnlyMany', 'ROX'), ('ReadWriteMany', 'RWX'), ('ReadWriteOncePod', 'RWOP'))


def access_modes(modes: Sequence[str] | None) -> str:
    """GetAccessModesAsString: in a fixed order, each once."""
    return ','.join(short for mode, short in _MODES if mode in (modes or ()))


def claim_class(claim: Mapping[str, Any]) -> str:
    """GetPersistentVolumeClaimClass and GetPersistentVolumeClass: the old annotation goes before the field."""
    noted = (claim.get('metadata') or {}).get('annotations') or {}
    if CLASS_ANNOTATION in noted:
        return noted[CLASS_ANNOTATION]
    return (claim.get('spec') or {}).get('storageClassName') or ''


def is_default_class(storage_class: Mapping[str, Any]) -> bool:
    noted = (storage_class.get('metadata') or {}).get('annotations') or {}
    return any(noted.get(key) == 'true' for key in DEFAULT_CLASS)
