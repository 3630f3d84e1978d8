"""The client's own validation of a List, for which the server has none: a List is no kind of its OpenAPI schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.objects import Object
from tutor.apimachinery.schema import Definition, Field

_PRIMITIVES = {schema.BOOLEAN: ('boolean', (bool,)), schema.INT32: ('integer', (int, float)),
               schema.INT64: ('integer', (int, float)), schema.NUMBER: ('number', (int, float))}
INVALID = 'invalid object to validate'


def list_problems(document: Object) -> list[str]:
    """SchemaValidation.validateList."""
    if not isinstance(document.get('items'), list):
        return [INVALID]
    found: list[str] = []
    for item in document['items']:
        problems = kind_problems(item)
        definition = None if problems else schema.for_object(item)
        found += problems or ([] if definition is None else list(_struct(item, definition, item['kind'])))
    return found


def kind_problems(document: Any) -> list[str]:
    """getObjectKind."""
    if not isinstance(document, dict):
        return [INVALID]
    problems = []
    for name in ('apiVersion', 'kind'):
        if document.get(name) is None:
            problems.append(f'{name} not set')
        elif not isinstance(document[name], str):
            problems.append(f"{name} isn't string type")
    if not problems and document['apiVersion'].count('/') > 1:
        problems.append(f"unexpected GroupVersion string: {document['apiVersion']}")
    return problems


def _struct(value: Object, definition: Definition, path: str) -> Iterator[str]:
    """mapItem.VisitKind."""
    for name in sorted(value):
        if value[name] is None:
            continue
        field = definition.fields.get(name)
        if field is not None:
            yield from _value(value[name], field, f'{path}.{name}', f'{definition.name}.{name}')
        elif not definition.open:
            yield f'ValidationError({path}): unknown field "{name}" in {definition.name}'
    for name in definition.required:
        if value.get(name) is None:
            yield f'ValidationError({path}): missing required field "{name}" in {definition.name}'


def _value(value: Any, field: Field, path: str, where: str) -> Iterator[str]:
    """What a value is held against; `where` is the path of the field in the schema."""
    if value is None:
        yield f'unknown object type "nil" in {path}'
    elif field.type == schema.STRUCT:
        definition = field.definition
        if definition is None:
            return
        yield from (_struct(value, definition, path) if isinstance(value, dict)
                    else _wrong(value, 'map', path, definition.name))
    elif field.type in (schema.LIST, schema.MAP) and field.items is not None:
        yield from _many(value, field, field.items, path, where)
    elif field.type in (schema.ANY, schema.OBJECT):
        return
    else:
        yield from _primitive(value, field.type, path, where)


def _many(value: Any, field: Field, items: Field, path: str, where: str) -> Iterator[str]:
    expected, kind = ('array', list) if field.type == schema.LIST else ('map', dict)
    if not isinstance(value, kind):
        yield from _wrong(value, expected, path, where)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _value(item, items, f'{path}[{index}]', where)
    else:
        for name in sorted(value):
            yield from _value(value[name], items, f'{path}.{name}', where)


def _primitive(value: Any, kind: str, path: str, where: str) -> Iterator[str]:
    """baseItem.VisitPrimitive: whatever is neither list nor map passes as a string."""
    expected, types = _PRIMITIVES.get(kind, ('string', (str, bool, int, float)))
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        yield from _wrong(value, expected, path, _REFERENCES.get(kind, where))


def _wrong(value: Any, expected: str, path: str, where: str) -> Iterator[str]:
    actual = {dict: 'map', list: 'array', str: 'string', bool: 'boolean', float: 'number'}.get(type(value), 'integer')
    yield f'ValidationError({path}): invalid type for {where}: got "{actual}", expected "{expected}"'


_META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
_REFERENCES = {schema.QUANTITY: 'io.k8s.apimachinery.pkg.api.resource.Quantity', schema.TIME: f'{_META}.Time',
               schema.MICRO_TIME: f'{_META}.MicroTime',
               schema.INT_OR_STRING: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'}
