"""Pruning and defaulting by a structural schema (apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting})."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object, deep_copy

ROOT = frozenset({'apiVersion', 'kind', 'metadata'})
PRESERVE = 'x-kubernetes-preserve-unknown-fields'
EMBEDDED = 'x-kubernetes-embedded-resource'


def prune(value: Any, schema: Object | None, path: str = '', root: bool = True) -> list[str]:
    """Take away what the schema does not know, in place; the paths of what went."""
    found: list[str] = []
    _prune(value, schema or {}, path, root, found)
    return found


def _prune(value: Any, schema: Object, path: str, root: bool, found: list[str]) -> None:
    if isinstance(value, list):
        for index, item in enumerate(value):
            _prune(item, schema.get('items') or {}, f'{path}[{index}]', False, found)
    elif isinstance(value, dict):
        _prune_object(value, schema, path, root or bool(schema.get(EMBEDDED)), found)


def _prune_object(value: Object, schema: Object, path: str, root: bool, found: list[str]) -> None:
    properties = schema.get('properties') or {}
    others = schema.get('additionalProperties')
    for key in list(value):
        here = f'{path}.{key}' if path else key
        if root and key in ROOT:
            continue
        if key in properties:
            _prune(value[key], properties[key], here, False, found)
        elif isinstance(others, dict):
            _prune(value[key], others, here, False, found)
        elif not others and not schema.get(PRESERVE):
            del value[key]
            found.append(here)


def default(value: Any, schema: Object | None) -> None:
    """Fill in the schema's defaults, in place; nulls that are not allowed make way for them."""
    if not schema:
        return
    if isinstance(value, list):
        for item in value:
            default(item, schema.get('items'))
    elif isinstance(value, dict):
        _default_object(value, schema)


def _default_object(value: Object, schema: Object) -> None:
    properties = schema.get('properties') or {}
    for key, field in properties.items():
        if 'default' in field and (key not in value or (value[key] is None and not field.get('nullable'))):
            value[key] = deep_copy(field['default'])
        if key in value:
            default(value[key], field)
    others = schema.get('additionalProperties')
    if isinstance(others, dict):
        for key in value:
            if key not in properties:
                if value[key] is None and 'default' in others and not others.get('nullable'):
                    value[key] = deep_copy(others['default'])
                default(value[key], others)
