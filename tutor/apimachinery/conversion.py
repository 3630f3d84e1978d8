"""Decoding an object as the API server's strict JSON decoder does: types, unknown fields, canonical values.

Most objects are clean already, so a compiled predicate for each struct looks at them first; only what it does not pass
is walked, put right in place, and complained about.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC
from functools import cache, lru_cache
from typing import Any

from tutor.apimachinery import go_types, quantity, schema
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.gotime import RFC3339, RFC3339_MICRO, TimeError, parse_time
from tutor.apimachinery.resources import Resource
from tutor.apimachinery.schema import Definition, Field

MAX_STRICT_ERRORS = 100
Test = Callable[[Any], bool]


class DecodeError(ValueError):
    """The object cannot be decoded; the text is what Go's decoder says."""


def is_clean(obj: dict[str, Any], resource: Resource) -> bool:
    """Whether `check` would neither change the object nor complain."""
    test = _clean_kind(resource.group, resource.version, resource.kind)
    return test is None or test(obj)


def check(obj: dict[str, Any], resource: Resource) -> list[str]:
    """Decode an object of a resource in place (it must be private): unknown fields and nulls go, quantities become
    canonical. The complaints about unknown fields; raises DecodeError for a value of the wrong type."""
    if is_clean(obj, resource):
        return []
    found = schema.for_resource(resource)
    assert found is not None
    return decode(obj, found)


def decode(obj: dict[str, Any], definition: Definition) -> list[str]:
    """The same for any definition. Raises DecodeError."""
    test = clean(definition.name)
    if test(obj):
        return []
    walk = Walk()
    unclean = {name: value for name, value in obj.items() if not test({name: value})}
    names = tuple(unclean)
    walk.struct(unclean, definition, '', '')
    for name in names:
        if name in unclean:
            obj[name] = unclean[name]
        else:
            del obj[name]
    if walk.error:
        raise DecodeError(walk.error)
    return walk.unknown[:MAX_STRICT_ERRORS]


# -- the predicate: is there nothing to do? -----------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _clean_kind(group: str, version: str, kind: str) -> Test | None:
    found = schema.lookup(group, version, kind)
    return clean(found.name) if found is not None else None


@cache
def clean(name: str) -> Test:
    """A predicate for a struct: every field known, of its type, and written as it would be stored."""
    definition = schema.definition(name)
    assert definition is not None
    plain: dict[str, type] = {}
    others: dict[str, Test] = {}
    pointers = go_types.pointers().get(definition.short_name, frozenset())
    for field in definition.fields.values():
        keeps_zero = field.required or field.name in pointers
        if (definition.short_name, field.name) in _OF_SCHEMAS:
            others[field.name] = _is_schema
        elif field.type in _PLAIN and not keeps_zero:
            plain[field.name] = _PLAIN[field.type]
        elif keeps_null(definition, field):
            others[field.name] = _or_null(_SCALAR_TESTS[field.type])
        else:
            others[field.name] = _test(field, keeps_zero)
    expected, special, always = plain.get, others.get, zeros(name).keys()

    def test(value: Any) -> bool:
        if value.__class__ is not dict or not always <= value.keys():
            return False
        for key, item in value.items():
            if item.__class__ is expected(key) and item:
                continue
            check = special(key)
            if check is None or not check(item):
                return False
        return True
    return test


@cache
def zeros(name: str) -> dict[str, Any]:
    """The fields of a struct that Go writes even where nobody set them, with what it writes then: plain values that are
    no pointers and have no omitempty."""
    definition = schema.definition(name)
    assert definition is not None
    pointers = go_types.pointers().get(definition.short_name, frozenset())
    return {field.name: _zero(field) for field in definition.fields.values()
            if field.required and field.type in _ZEROS and field.name not in pointers}


def keeps_null(definition: Definition, field: Field) -> bool:
    """Whether a null stays: a time that is not a pointer is written as null while it is zero."""
    return field.type in (schema.TIME, schema.MICRO_TIME) and definition.short_name != 'ObjectMeta' and (
        field.name not in go_types.pointers().get(definition.short_name, frozenset()))


_ZEROS = frozenset({schema.STRING, schema.BOOLEAN, schema.INT32, schema.INT64})


def _is_schema(value: Any) -> bool:
    return clean(_PROPS)(value)


def _or_null(scalar: Test) -> Test:
    return lambda value: value is None or scalar(value)


_PLAIN: dict[str, type] = {schema.STRING: str, schema.BOOLEAN: bool}


def _test(field: Field, keeps_zero: bool) -> Test:
    if field.type == schema.STRUCT:
        return _lazy(field.ref)
    if field.type == schema.LIST:
        return _list_test(_item_test(field.items), field.required)
    if field.type == schema.MAP:
        return _map_test(_item_test(field.items), field.required)
    scalar = _SCALAR_TESTS[field.type]
    if keeps_zero or field.type in (schema.QUANTITY, schema.INT_OR_STRING, schema.ANY, schema.OBJECT):
        return scalar
    return lambda value: bool(value) and scalar(value)


def _item_test(field: Field | None) -> Test:
    assert field is not None
    return _test(field, True)


def _lazy(name: str) -> Test:
    """Structs refer to each other in circles (JSONSchemaProps), so they are compiled when first met."""
    found: list[Test] = []

    def test(value: Any) -> bool:
        if not found:
            found.append(clean(name))
        return found[0](value)
    return test


def _list_test(item_test: Test, may_be_empty: bool) -> Test:
    def test(value: Any) -> bool:
        if value.__class__ is not list or not (value or may_be_empty):
            return False
        return all(map(item_test, value))
    return test


def _map_test(item_test: Test, may_be_empty: bool) -> Test:
    def test(value: Any) -> bool:
        if value.__class__ is not dict or not (value or may_be_empty):
            return False
        return all(map(item_test, value.values()))
    return test


def _is_quantity(value: Any) -> bool:
    try:
        return value.__class__ is str and quantity.canonical(value) == value
    except quantity.QuantityError:
        return False


def _is_base64(value: Any) -> bool:
    if value.__class__ is not str or len(value) % 4 or '\n' in value:
        return False
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_SCALAR_TESTS: dict[str, Test] = {
    schema.STRING: lambda value: value.__class__ is str,
    schema.BOOLEAN: lambda value: value.__class__ is bool,
    schema.INT32: lambda value: value.__class__ is int and -0x80000000 <= value <= 0x7FFFFFFF,
    schema.INT64: lambda value: value.__class__ is int and -2**63 <= value < 2**63,
    schema.NUMBER: lambda value: value.__class__ is float or value.__class__ is int,
    schema.BYTES: _is_base64,
    schema.QUANTITY: _is_quantity,
    schema.TIME: lambda value: value.__class__ is str and _is_time(value) is not None,
    schema.MICRO_TIME: lambda value: value.__class__ is str and _is_micro_time(value) is not None,
    schema.INT_OR_STRING: lambda value: value.__class__ is str or (
        value.__class__ is int and -0x80000000 <= value <= 0x7FFFFFFF),
    schema.OBJECT: lambda value: value.__class__ is dict,
    schema.ANY: lambda value: True,
}
_is_time = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ').fullmatch
_is_micro_time = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z').fullmatch


# -- the walk: put it right, or say what is wrong -----------------------------------------------------------------

_DROP = object()


class Walk:
    """One slow decoding. `error` is the first wrong type (the decoder goes on after one); a wrong quantity, time or
    base64 text ends it at once, as types that decode themselves do."""

    def __init__(self) -> None:
        self.error = ''
        self.unknown: list[str] = []
        self.struct_name = ''

    def struct(self, value: Any, definition: Definition, path: str, go_path: str) -> Any:
        """Fields in the order a client's JSON has them: sorted."""
        pointers = go_types.pointers().get(definition.short_name, frozenset())
        for name in sorted(value):
            field = definition.fields.get(name)
            here = f'{path}.{name}' if path else name
            if field is None:
                self.unknown.append(f'unknown field {go_quote(here)}')
                del value[name]
                continue
            if value[name] is None and keeps_null(definition, field):
                continue
            self.struct_name = definition.short_name
            own = _OF_SCHEMAS.get((definition.short_name, name))
            found = own(value[name]) if own is not None and value[name] is not None else \
                self.value(value[name], field, here, f'{go_path}.{name}' if go_path else name)
            if found is _DROP or (not found and _is_zero(found, field) and not field.required
                                  and name not in pointers):
                del value[name]
            else:
                value[name] = found
        for name, zero in zeros(definition.name).items():
            value.setdefault(name, zero)
        return value

    def value(self, value: Any, field: Field, path: str, go_path: str) -> Any:
        if value is None:
            return None if field.type == schema.ANY else _DROP
        if field.type == schema.STRUCT:
            if value.__class__ is not dict:
                return self.wrong(value, field, go_path)
            definition = field.definition
            assert definition is not None
            return self.struct(value, definition, path, go_path)
        if field.type == schema.LIST:
            return self.list(value, field, path, go_path)
        if field.type == schema.MAP:
            return self.map(value, field, path, go_path)
        return self.scalar(value, field, go_path)

    def list(self, value: Any, field: Field, path: str, go_path: str) -> Any:
        if value.__class__ is not list:
            return self.wrong(value, field, go_path)
        assert field.items is not None
        owner, found = self.struct_name, []
        for index, item in enumerate(value):
            self.struct_name = owner
            item = self.value(item, field.items, f'{path}[{index}]', go_path)
            found.append(_zero(field.items) if item is _DROP else item)
        return found

    def map(self, value: Any, field: Field, path: str, go_path: str) -> Any:
        if value.__class__ is not dict:
            return self.wrong(value, field, go_path)
        assert field.items is not None
        owner, found = self.struct_name, {}
        for name, item in sorted(value.items()):
            self.struct_name = owner
            item = self.value(item, field.items, f'{path}.{name}', go_path)
            found[name] = _zero(field.items) if item is _DROP else item
        return {name: found[name] for name in value}

    def scalar(self, value: Any, field: Field, go_path: str) -> Any:
        kind = field.type
        if kind == schema.QUANTITY:
            return _quantity(value)
        if kind in (schema.TIME, schema.MICRO_TIME):
            return _time(value, kind)
        if kind == schema.BYTES and value.__class__ is str:
            return go_base64(value)
        if kind in (schema.INT32, schema.INT64) and value.__class__ is float and value.is_integer():
            # Go's JSON of a whole float has no fraction.
            value = int(value)
        if not _SCALAR_TESTS[kind](value):
            return self.wrong(value, field, go_path)
        return value

    def wrong(self, value: Any, field: Field, go_path: str) -> Any:
        """json.UnmarshalTypeError."""
        if not self.error:
            wanted = go_type(field, self.struct_name, go_path.rpartition('.')[2])
            numeric = field.type in (schema.INT32, schema.INT64, schema.INT_OR_STRING)
            self.error = (f'json: cannot unmarshal {_json_kind(value, numeric)} into Go struct field '
                          f'{self.struct_name}.{go_path} of type {wanted}')
        return _DROP


# -- parts of a JSON schema, which decode themselves and so keep their unknown fields to themselves ----------------

_PROPS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'


def _schema_or_array(value: Any) -> Any:
    """JSONSchemaPropsOrArray.UnmarshalJSON: what is neither is no schema at all."""
    if value.__class__ is list:
        return [_schema_part(item) for item in value]
    return _schema_part(value) if value.__class__ is dict else None


def _schema_or_bool(value: Any) -> Any:
    """JSONSchemaPropsOrBool.UnmarshalJSON."""
    if value.__class__ is dict:
        return _schema_part(value)
    if value.__class__ is bool:
        return value
    raise DecodeError('boolean or JSON schema expected')


def _schema_part(value: Any) -> Any:
    definition = schema.definition(_PROPS)
    assert definition is not None
    walk = Walk()
    if value.__class__ is not dict:
        raise DecodeError(f'json: cannot unmarshal {_json_kind(value, False)} into Go value of type v1.JSONSchemaProps')
    walk.struct(value, definition, '', '')
    if walk.error:
        raise DecodeError(walk.error)
    return value


_OF_SCHEMAS: dict[tuple[str, str], Callable[[Any], Any]] = {
    ('JSONSchemaProps', 'items'): _schema_or_array,
    ('JSONSchemaProps', 'additionalItems'): _schema_or_bool,
    ('JSONSchemaProps', 'additionalProperties'): _schema_or_bool,
}


def _is_zero(value: Any, field: Field) -> bool:
    """Whether `omitempty` leaves it out: not for structs, which are never empty to Go."""
    return field.type not in (schema.STRUCT, schema.ANY, schema.OBJECT, schema.INT_OR_STRING, schema.QUANTITY)


def _zero(field: Field) -> Any:
    """What a null becomes as an item of a list or map."""
    return {schema.STRING: '', schema.STRUCT: {}, schema.MAP: {}, schema.LIST: [], schema.BOOLEAN: False,
            schema.QUANTITY: '0', schema.BYTES: ''}.get(field.type, 0)


_GO_TYPES = {
    schema.STRING: 'string', schema.BOOLEAN: 'bool', schema.INT32: 'int32', schema.INT64: 'int64',
    schema.NUMBER: 'float64', schema.BYTES: '[]uint8', schema.QUANTITY: 'resource.Quantity',
    schema.TIME: 'string', schema.MICRO_TIME: 'string', schema.INT_OR_STRING: 'int32',
    schema.OBJECT: 'map[string]interface {}', schema.ANY: 'interface {}',
}


def go_type(field: Field, struct: str = '', name: str = '') -> str:
    """The Go type of a field, as messages name it."""
    if field.type == schema.STRUCT:
        return '.'.join(field.ref.rsplit('.', 2)[1:])
    if field.type == schema.LIST:
        assert field.items is not None
        return f'[]{go_type(field.items)}'
    if field.type == schema.MAP:
        assert field.items is not None
        return 'v1.ResourceList' if field.items.type == schema.QUANTITY else f'map[string]{go_type(field.items)}'
    if field.type == schema.STRING:
        return go_types.named_strings().get(f'{struct}.{name}', 'string')
    return _GO_TYPES[field.type]


def _json_kind(value: Any, numeric: bool) -> str:
    if isinstance(value, bool):
        return 'bool'
    if isinstance(value, (int, float)):
        return f'number {value}' if numeric else 'number'
    return {str: 'string', list: 'array', dict: 'object'}.get(type(value), 'value')


def _quantity(value: Any) -> Any:
    if isinstance(value, (dict, list, bool)):
        raise DecodeError(quantity.WRONG_FORMAT)
    try:
        return quantity.canonical(value)
    except quantity.QuantityError as error:
        raise DecodeError(str(error)) from None


def _time(value: Any, kind: str) -> str:
    if value.__class__ is not str:
        raise DecodeError(f'json: cannot unmarshal {_json_kind(value, False)} into Go value of type string')
    try:
        moment = parse_time(value, RFC3339 if kind == schema.TIME else RFC3339_MICRO).astimezone(UTC)
    except TimeError as error:
        raise DecodeError(str(error)) from None
    return moment.strftime('%Y-%m-%dT%H:%M:%SZ' if kind == schema.TIME else '%Y-%m-%dT%H:%M:%S.%fZ')


_BASE64 = frozenset('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')


def go_base64(value: str) -> str:
    """base64.StdEncoding.Decode and Encode: line breaks are ignored, everything else must be right."""
    text = value.replace('\n', '').replace('\r', '')
    if _is_base64(text):
        return text
    raise DecodeError(f'illegal base64 data at input byte {_corrupt_at(value)}')


def _corrupt_at(text: str) -> int:
    """Where Go's decoder stops: decodeQuantum."""
    quantum = 0
    for position, char in enumerate(text):
        if char in '\r\n':
            continue
        if char in _BASE64:
            quantum = (quantum + 1) % 4
        elif char != '=' or quantum < 2:
            return position
        else:
            padding = text[position:].replace('\n', '').replace('\r', '')
            wanted = '=' * (4 - quantum)
            if padding.startswith(wanted):
                return position + len(wanted)
            return len(text) if wanted.startswith(padding) else position + 1
    return len(text) - quantum


# -- objects for client-side checks -------------------------------------------------------------------------------

_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'


def metadata_error(obj: dict[str, Any], owner: str = 'PartialObjectMetadata') -> str:
    """What a client that reads only the metadata, into a struct of this name, says of it ('json: cannot unmarshal …'),
    '' if it is right."""
    from tutor.apimachinery.objects import deep_copy
    meta = obj.get('metadata')
    definition = schema.definition(_META)
    if meta is None or definition is None:
        return ''
    walk = Walk()
    walk.struct_name = owner
    try:
        walk.value(deep_copy(meta), Field('metadata', schema.STRUCT, ref=_META), 'metadata', 'metadata')
    except DecodeError as error:
        return str(error)
    return walk.error
