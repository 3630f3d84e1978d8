"""StorageClasses."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec.warnings import NODE_LABELS
from tutor.cluster.registry.storage.volume import UNSET
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

DEFAULTS = ('storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class')
_POLICIES = ('Delete', 'Retain')
_MOST_PARAMETERS = 512
_PARAMETERS_SIZE = 256 * 1024
_BINDING = ('Immediate', 'WaitForFirstConsumer')


class StorageClassStrategy(Kind):
    columns = columns('Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age')

    def default(self, obj: Object) -> None:
        obj.setdefault('reclaimPolicy', 'Delete')
        obj.setdefault('volumeBindingMode', 'Immediate')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateStorageClass."""
        found = provisioner(obj.get('provisioner', ''), 'provisioner')
        found += parameters(obj.get('parameters') or {}, 'parameters')
        for name, allowed in (('reclaimPolicy', _POLICIES), ('volumeBindingMode', _BINDING)):
            if obj[name] not in allowed:
                found.append(field.not_supported(name, obj[name], allowed))
        return found + _topologies(obj.get('allowedTopologies') or [])

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateStorageClassUpdate."""
        found: list[FieldError] = []
        for name in ('parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'):
            found += metadata.immutable(new.get(name) or None, old.get(name) or None, name)
        return found

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """GetWarningsForStorageClass."""
        return [f'allowedTopologies[{index}].matchLabelExpressions[{number}].key: {NODE_LABELS[expression["key"]]}'
                for index, term in enumerate(obj.get('allowedTopologies') or ())
                for number, expression in enumerate(term.get('matchLabelExpressions') or ())
                if expression.get('key') in NODE_LABELS]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        annotations = obj['metadata'].get('annotations') or {}
        name = obj['metadata']['name']
        if any(annotations.get(key) == 'true' for key in DEFAULTS):
            name += ' (default)'
        return [name, obj.get('provisioner', ''), obj.get('reclaimPolicy') or 'Delete',
                obj.get('volumeBindingMode') or UNSET, 'true' if obj.get('allowVolumeExpansion') else 'false',
                age(obj, simulation)]


def provisioner(name: str, path: str) -> list[FieldError]:
    """validateProvisioner."""
    if not name:
        return [field.required(path)]
    return field.invalid_each(path, name, names.is_qualified_name(name.lower()))


def parameters(given: dict[str, str], path: str, needed: bool = False) -> list[FieldError]:
    """validateParameters; `needed`: there must be some."""
    found: list[FieldError] = []
    if len(given) > _MOST_PARAMETERS:
        found.append(field.too_long(path, _MOST_PARAMETERS))
        return found
    if '' in given:
        found.append(field.invalid(path, '', 'field can not be empty.'))
    if sum(len(key) + len(value) for key, value in given.items()) > _PARAMETERS_SIZE:
        found.append(field.too_long(path, _PARAMETERS_SIZE))
    if needed and not given:
        found.append(field.required(path, 'must contain at least one key/value pair'))
    return found


def _topologies(terms: list[Object]) -> list[FieldError]:
    """validateAllowedTopologies. As upstream, each is compared with as many empty ones as there are terms, too."""
    found: list[FieldError] = []
    seen: list[dict[str, set[str]]] = [{} for _ in terms]
    for index, term in enumerate(terms):
        path = f'allowedTopologies[{index}]'
        found += _topology(term, path)
        values: dict[str, set[str]] = {part.get('key', ''): {*(part.get('values') or ())}
                                       for part in term.get('matchLabelExpressions') or ()}
        found += [field.duplicate(f'{path}.matchLabelExpressions', '')] * seen.count(values)
        seen.append(values)
    return found


def _topology(term: Object, path: str) -> list[FieldError]:
    """ValidateTopologySelectorTerm."""
    found: list[FieldError] = []
    keys: set[str] = set()
    for index, requirement in enumerate(term.get('matchLabelExpressions') or ()):
        here = f'{path}.matchLabelExpressions[{index}]'
        key, values = requirement.get('key', ''), requirement.get('values') or []
        if not values:
            found.append(field.required(f'{here}.values'))
        found += [field.duplicate(f'{here}.values[{number}]', value) for number, value in enumerate(values)
                  if value in values[:number]]
        found += field.invalid_each(f'{here}.key', key, names.is_qualified_name(key))
        if key in keys:
            found.append(field.duplicate(f'{here}.key', key))
        keys.add(key)
    return found
