"""Whether a schema is structural: every value has one type, said outside of what only validates it
(apiextensions-apiserver/pkg/apiserver/schema/validation.go)."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.custom import validation

ROOT, ITEM, FIELD = 'at the root', 'for specified array items', 'for specified object fields'
PRESERVE, EMBEDDED, INT_OR_STRING = (
    'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string')
METADATA = ({}, {'name'}, {'generateName'}, {'name', 'generateName'})
_ONLY_OUTSIDE = {'type': 'must be empty to be structural', 'additionalProperties': 'must be undefined to be structural',
                 'default': 'must be undefined to be structural', 'title': 'must be empty to be structural',
                 'description': 'must be empty to be structural', 'nullable': 'must be false to be structural',
                 PRESERVE: 'must be false to be structural', EMBEDDED: 'must be false to be structural',
                 INT_OR_STRING: 'must be false to be structural'}
"""What nested validations cannot say."""


def validate(schema: Object, path: str) -> list[FieldError]:
    """ValidateStructural; the defaults are looked at only when all else is right."""
    found = [*_invariants(schema, ROOT, path), *_completeness(schema, path)]
    return sorted(found, key=str) or list(_defaults(schema, path))


def children(schema: Object, path: str) -> Iterator[tuple[Object, str, str]]:
    """The schemas that a schema is made of, with their paths and what they are of."""
    if isinstance(schema.get('additionalProperties'), dict):
        yield schema['additionalProperties'], f'{path}.additionalProperties', FIELD
    for name in sorted(schema.get('properties') or {}):
        yield schema['properties'][name], f'{path}.properties[{name}]', FIELD
    if isinstance(schema.get('items'), dict):
        yield schema['items'], f'{path}.items', ITEM


def nested(schema: Object, path: str) -> Iterator[tuple[Object, str]]:
    """The schemas that only validate what a schema describes."""
    for name in ('allOf', 'anyOf', 'oneOf'):
        for index, part in enumerate(schema.get(name) or ()):
            yield part, f'{path}.{name}[{index}]'
    if schema.get('not') is not None:
        yield schema['not'], f'{path}.not'


def _invariants(schema: Object, level: str, path: str) -> Iterator[FieldError]:
    kind = schema.get('type') or ''
    if kind == 'array' and schema.get('items') is None:
        yield field.required(f'{path}.items', 'must be specified')
    for child, where, what in children(schema, path):
        yield from _invariants(child, what, where)
    others = schema.get('additionalProperties') not in (None, False)
    if others and level == ROOT:
        yield field.forbidden(f'{path}.additionalProperties', 'must not be used at the root')
    for name in (PRESERVE, EMBEDDED):
        if schema.get(INT_OR_STRING) and schema.get(name):
            yield field.invalid(f'{path}.{name}', True, f'must be false if {INT_OR_STRING} is true')
    for part, where in nested(schema, path):
        yield from _nested(part, where, bool(schema.get(INT_OR_STRING)))
    yield from _kind(schema, kind, level, path)
    if schema.get(EMBEDDED) and others:
        yield field.forbidden(f'{path}.additionalProperties', f'must not be used if {EMBEDDED} is set')
    if level == ROOT or schema.get(EMBEDDED):
        yield from _resource(schema, level, path)
    if schema.get(EMBEDDED) and not schema.get(PRESERVE) and not schema.get('properties'):
        yield field.required(f'{path}.properties', f'must not be empty if {EMBEDDED} is true without {PRESERVE}')


def _kind(schema: Object, kind: str, level: str, path: str) -> Iterator[FieldError]:
    if schema.get(EMBEDDED) and kind != 'object':
        rule = f'must be object if {EMBEDDED} is true'
        yield field.invalid(f'{path}.type', kind, rule) if kind else field.required(f'{path}.type', rule)
    elif not kind and not schema.get(INT_OR_STRING) and not schema.get(PRESERVE):
        yield field.required(f'{path}.type', f'must not be empty {level}')
    if level == ROOT and kind not in ('', 'object'):
        yield field.invalid(f'{path}.type', kind, 'must be object at the root')


def _resource(schema: Object, level: str, path: str) -> Iterator[FieldError]:
    """What every object has is known already."""
    properties = schema.get('properties') or {}
    for name in ('kind', 'apiVersion'):
        if name in properties and properties[name].get('type') != 'string':
            yield field.invalid(f'{path}.properties[{name}].type', properties[name].get('type') or '', 'must be string')
    meta = properties.get('metadata')
    if meta is None:
        return
    if meta.get('type') != 'object':
        yield field.invalid(f'{path}.properties[metadata].type', meta.get('type') or '', 'must be object')
    known = set(meta.get('properties') or {}) in METADATA and set(meta) <= {'type', 'properties', 'default'}
    if level == ROOT and not known and (set(meta.get('properties') or {}) or set(meta) - {'type', 'default'}):
        yield field.forbidden(f'{path}.properties[metadata]', 'must not specify anything other than name and '
                              'generateName, but metadata is implicitly specified')


def _nested(schema: Object, path: str, any_type: bool) -> Iterator[FieldError]:
    """validateNestedValueValidation."""
    for name, rule in _ONLY_OUTSIDE.items():
        if schema.get(name) and not (name == 'type' and any_type):
            yield field.forbidden(f'{path}.{name}', rule)
    if 'metadata' in (schema.get('properties') or {}):
        yield field.forbidden(f'{path}.properties[metadata]', 'must not be specified in a nested context')
    for child, where, _ in children(schema, path):
        yield from _nested(child, where, False)
    for part, where in nested(schema, path):
        yield from _nested(part, where, any_type)


def _completeness(schema: Object, path: str) -> Iterator[FieldError]:
    """What is validated must be described."""
    for part, where in nested(schema, path):
        yield from _described(part, schema, path, where)
    for child, where, _ in children(schema, path):
        yield from _completeness(child, where)


def _described(part: Object, schema: Object, path: str, where: str) -> Iterator[FieldError]:
    for inner, below in nested(part, where):
        yield from _described(inner, schema, path, below)
    for child, below, _ in children(part, where):
        here = path + below.removeprefix(where)
        counterpart = next((found for found, place, _ in children(schema, path) if place == here), None)
        if counterpart is None:
            yield field.required(here, f'because it is defined in {below}')
        else:
            yield from _described(child, counterpart, here, below)


def _defaults(schema: Object, path: str) -> Iterator[FieldError]:
    if 'default' in schema:
        yield from validation.validate(schema['default'], schema, f'{path}.default')
    for child, where, _ in children(schema, path):
        yield from _defaults(child, where)
