"""The order in which Go writes the fields of its structs as JSON: as they are declared, while maps are sorted.

What a command has decoded into Kubernetes' own types (`create deployment -o json`, `set image`, `rollout`) is printed
so; what came as it was from a server or a file (`get`, `label`, `apply`) has its keys sorted. `go_structs.txt` has a
line for each struct whose fields are not declared in the order of the alphabet, `go_zeros.txt` one for each struct of
a workload with fields that are written when they are not set, too (no omitempty).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from tutor.apimachinery.schema import LIST, MAP, STRUCT, Definition, Field, for_object

_FIRST = ('kind', 'apiVersion', 'metadata')
"""TypeMeta and ObjectMeta or ListMeta, with which every object and list begins."""

_OWN = ('meta.k8s.io/', 'apidiscovery.k8s.io/')
"""Groups whose objects an API server makes itself, in their order."""


@cache
def _orders() -> dict[str, tuple[str, ...]]:
    lines = Path(__file__).with_suffix('.txt').read_text(encoding='utf-8').splitlines()
    return {name: tuple(fields) for name, *fields in (line.split(' ') for line in lines)}


def as_served(body: dict[str, Any]) -> dict[str, Any]:
    """An answer of an API server, its keys as that writes them; items of a list of a built-in kind say no kind of
    their own. What is no object of a kind is left as it is."""
    if not (body.get('kind') and body.get('apiVersion')) or body['apiVersion'].startswith(_OWN):
        return body
    found = in_struct_order(body)
    if isinstance(found.get('items'), list) and for_object(body) is not None:
        found['items'] = [{name: value for name, value in item.items() if name not in ('kind', 'apiVersion')}
                          for item in found['items']]
    return found


@cache
def _zeros() -> dict[str, dict[str, Any]]:
    lines = Path(__file__).with_name('go_zeros.txt').read_text(encoding='utf-8').splitlines()
    return {name: {field: json.loads(value) for field, _, value in (item.partition('=') for item in fields)}
            for name, *fields in (line.split(' ') for line in lines)}


def with_zero_values(obj: dict[str, Any]) -> dict[str, Any]:
    """A copy of an object from a file as it is once Go has decoded it into a struct: what a struct always writes is
    there."""
    definition = for_object(obj)
    return obj if definition is None else _filled(obj, definition)


def _filled(value: dict[str, Any], definition: Definition) -> dict[str, Any]:
    zeros = _zeros().get('.'.join(definition.name.rsplit('.', 3)[1:]), {})
    return {key: _filled_value(item, definition.fields.get(key)) for key, item in {**zeros, **value}.items()}


def _filled_value(value: Any, field: Field | None) -> Any:
    if field is not None and field.type == STRUCT and isinstance(value, dict) and field.definition is not None:
        return _filled(value, field.definition)
    if field is not None and field.type == LIST and isinstance(value, list):
        return [_filled_value(item, field.items) for item in value]
    return value


def in_struct_order(obj: dict[str, Any]) -> dict[str, Any]:
    """A copy of an object or list whose keys stand as Go prints them."""
    definition = for_object(obj)
    return _struct(obj, definition) if definition is not None else _sorted(obj)


def _struct(value: dict[str, Any], definition: Definition) -> dict[str, Any]:
    usual = _FIRST if definition.kinds else ()
    order = _orders().get('.'.join(definition.name.rsplit('.', 3)[1:]), usual)
    known = [key for key in order if key in value]
    return {key: _value(value[key], definition.fields.get(key))
            for key in (*known, *(key for key in sorted(value) if key not in known))}


def _value(value: Any, field: Field | None) -> Any:
    if field is None:
        return _sorted(value)
    if field.type == STRUCT and isinstance(value, dict):
        return _struct(value, field.definition) if field.definition is not None else _sorted(value)
    if field.type == LIST and isinstance(value, list):
        return [_value(item, field.items) for item in value]
    if field.type == MAP and isinstance(value, dict):
        return {key: _value(value[key], field.items) for key in sorted(value)}
    return _sorted(value)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
