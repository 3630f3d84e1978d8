"""StorageClasses."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.storage.volume import UNSET
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

DEFAULTS = ('storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class')
_POLICIES = ('Delete', 'Retain')
_BINDING = ('Immediate', 'WaitForFirstConsumer')


class StorageClassStrategy(Kind):
    columns = columns('Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age')

    def default(self, obj: Object) -> None:
        obj.setdefault('reclaimPolicy', 'Delete')
        obj.setdefault('volumeBindingMode', 'Immediate')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateStorageClass."""
        provisioner = obj.get('provisioner', '')
        found: list[FieldError] = []
        if not provisioner:
            found.append(field.required('provisioner'))
        else:
            found += [field.invalid('provisioner', provisioner, text)
                      for text in names.is_qualified_name(provisioner.lower())]
        if obj['reclaimPolicy'] not in _POLICIES:
            found.append(field.not_supported('reclaimPolicy', obj['reclaimPolicy'], _POLICIES))
        if obj['volumeBindingMode'] not in _BINDING:
            found.append(field.not_supported('volumeBindingMode', obj['volumeBindingMode'], _BINDING))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        found = self.check(new, context)
        if (new.get('parameters') or {}) != (old.get('parameters') or {}):
            found.append(field.forbidden('parameters', 'updates to parameters are forbidden.'))
        for name in ('provisioner', 'reclaimPolicy', 'volumeBindingMode'):
            found += metadata.immutable(new.get(name), old.get(name), name)
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        annotations = obj['metadata'].get('annotations') or {}
        name = obj['metadata']['name']
        if any(annotations.get(key) == 'true' for key in DEFAULTS):
            name += ' (default)'
        return [name, obj.get('provisioner', ''), obj.get('reclaimPolicy') or 'Delete',
                obj.get('volumeBindingMode') or UNSET, 'true' if obj.get('allowVolumeExpansion') else 'false',
                age(obj, simulation)]
