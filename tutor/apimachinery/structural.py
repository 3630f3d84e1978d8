"""The shape of a custom resource: the structural schema of its definition as fields, as those of built-in kinds are."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.schema import Definition, Field

META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
_OPEN = 'x-kubernetes-preserve-unknown-fields'
_SCALARS = {'string': schema.STRING, 'boolean': schema.BOOLEAN, 'integer': schema.INT64, 'number': schema.NUMBER}


def definition(structural: dict[str, Any] | None, kind: str) -> Definition:
    """The type of whole objects; without a schema everything but the metadata is unknown."""
    fields = {name: Field(name, schema.STRING) for name in ('apiVersion', 'kind')}
    fields['metadata'] = Field('metadata', schema.STRUCT, ref=META)
    for name, value in ((structural or {}).get('properties') or {}).items():
        fields.setdefault(name, _field(name, value))
    return Definition(kind, (), '', fields, open=structural is None or bool(structural.get(_OPEN)))


def _field(name: str, value: dict[str, Any]) -> Field:
    """One schema; what it does not say, or says of any value, is ANY."""
    if value.get('x-kubernetes-int-or-string'):
        return Field(name, schema.INT_OR_STRING)
    kind = value.get('type')
    if kind == 'array':
        return Field(name, schema.LIST, items=_field('', value.get('items') or {}),
                     list_type=value.get('x-kubernetes-list-type') or 'atomic',
                     map_keys=tuple(value.get('x-kubernetes-list-map-keys') or ()))
    if kind == 'object':
        return _object(name, value)
    return Field(name, _SCALARS.get(kind or '', schema.ANY))


def _object(name: str, value: dict[str, Any]) -> Field:
    atomic = value.get('x-kubernetes-map-type') or ''
    values = value.get('additionalProperties')
    if isinstance(values, dict):
        return Field(name, schema.MAP, items=_field('', values), map_type=atomic)
    properties = value.get('properties')
    if value.get('x-kubernetes-embedded-resource'):
        return Field(name, schema.STRUCT, inline=definition(value, name), map_type=atomic)
    if not properties:
        return Field(name, schema.ANY, map_type=atomic)
    found = Definition(name, (), '', {key: _field(key, inner) for key, inner in properties.items()},
                       open=bool(value.get(_OPEN)))
    return Field(name, schema.STRUCT, inline=found, map_type=atomic)
