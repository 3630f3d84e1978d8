"""What the server says of a strategically patched object with a value of a wrong type (runtime.FromUnstructured)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import conversion, schema
from tutor.apimachinery.schema import Definition, Field


def conversion_error(obj: dict[str, Any], definition: Definition, old: dict[str, Any]) -> str:
    """The first complaint, '' if every value is of its type: what is the old object's own is known to be."""
    fresh = {key: value for key, value in obj.items() if old.get(key) is not value}
    return '' if conversion.clean(definition.name)(fresh) else _struct(fresh, definition)


def _struct(value: Any, definition: Definition) -> str:
    if not isinstance(value, dict):
        return f'cannot restore struct from: {_kind(value)}'
    for name in sorted(value):
        field = definition.fields.get(name)
        if field is not None and value[name] is not None and (problem := _value(value[name], field)):
            return problem
    return ''


def _value(value: Any, field: Field) -> str:
    if value is None or field.type in (schema.ANY, schema.OBJECT):
        return ''
    if field.type == schema.BYTES:
        return _bytes(value)
    if field.type == schema.STRUCT:
        definition = field.definition
        assert definition is not None
        return _struct(value, definition)
    if field.type in (schema.LIST, schema.MAP):
        return _container(value, field)
    if field.type in (schema.QUANTITY, schema.TIME, schema.MICRO_TIME, schema.INT_OR_STRING):
        return _custom(value, field)
    return _scalar(value, field)


def _container(value: Any, field: Field) -> str:
    wanted, name = (list, 'slice') if field.type == schema.LIST else (dict, 'map')
    if not isinstance(value, wanted):
        return f'cannot restore {name} from {_kind(value)}'
    assert field.items is not None
    for item in value.values() if isinstance(value, dict) else value:
        if problem := _value(item, field.items):
            return problem
    return ''


def _bytes(value: Any) -> str:
    """sliceFromUnstructured: bytes come as text."""
    if not isinstance(value, str):
        return '' if isinstance(value, list) else f'cannot restore slice from {_kind(value)}'
    try:
        conversion.go_base64(value)
    except conversion.DecodeError as error:
        return f'error decoding from json: {error}'
    return ''


def _custom(value: Any, field: Field) -> str:
    walk = conversion.Walk()
    try:
        walk.scalar(value, field, '')
    except conversion.DecodeError as error:
        return str(error)
    return f'json: cannot unmarshal {_kind(value)} into Go value of type int32' if walk.error else ''


def _scalar(value: Any, field: Field) -> str:
    wanted = conversion.go_type(field)
    kind = _kind(value)
    if wanted == 'string' and kind != 'string':
        return 'cannot convert int64 to string' if kind == 'int64' else 'unrecognized type: string'
    if wanted == 'bool' and kind != 'bool':
        return 'unrecognized type: bool'
    if wanted in ('int32', 'int64', 'float64') and kind not in ('int64', 'float64'):
        return f'unrecognized type: {wanted}'
    if wanted in ('int32', 'int64') and kind == 'float64' and not float(value).is_integer():
        return f'cannot convert float64 to {wanted}'
    return ''


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return 'bool'
    if isinstance(value, int):
        return 'int64'
    return {float: 'float64', str: 'string', list: 'slice', dict: 'map'}.get(type(value), 'invalid')
