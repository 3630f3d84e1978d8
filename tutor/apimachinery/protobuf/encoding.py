"""Objects as protobuf, the way back from `decoding`."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.protobuf.decoding import MAGIC
from tutor.apimachinery.protobuf.numbers import INLINE, fields_of
from tutor.apimachinery.protobuf.wire import fixed64, record
from tutor.apimachinery.resources import Resource
from tutor.apimachinery.schema import Definition, Field

META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
PARTIAL = Definition(f'{META}.PartialObjectMetadata', (), '', {
    'metadata': Field('metadata', schema.STRUCT, f'{META}.ObjectMeta')})
PARTIAL_LIST = Definition(f'{META}.PartialObjectMetadataList', (), '', {
    'metadata': Field('metadata', schema.STRUCT, f'{META}.ListMeta'),
    'items': Field('items', schema.LIST, items=Field('', schema.STRUCT, inline=PARTIAL))})
PARTS = {'PartialObjectMetadata': PARTIAL, 'PartialObjectMetadataList': PARTIAL_LIST}
"""Kinds that the schema does not have."""
TYPE = ('kind', 'apiVersion')
"""What stands in the envelope of an object, and in no message of one."""


class Unencodable(Exception):
    """A kind or a field that has no number here: nothing is dropped in silence."""


def has_message(resource: Resource) -> bool:
    """Whether objects of a resource have a message."""
    definition = schema.for_resource(resource)
    return definition is not None and fields_of(definition.name) is not None


def encode(obj: dict[str, Any]) -> bytes:
    """An object as a body (runtime.Unknown around the message). Raises Unencodable."""
    definition = PARTS.get(obj['kind']) or schema.for_object(obj)
    if definition is None:
        raise Unencodable(obj['kind'])
    about = record(1, obj['apiVersion'].encode()) + record(2, obj['kind'].encode())
    return MAGIC + record(1, about) + record(2, _message(obj, definition, definition.name))


def event(kind: str, body: bytes) -> bytes:
    """A frame of a watch: a WatchEvent around an object's body, after its length."""
    message = record(1, kind.encode()) + record(2, record(1, body))
    return struct.pack('>I', len(message)) + message


@cache
def _places(message: str) -> dict[str, tuple[int, str]]:
    """The number of each field, and the message around it if JSON has that inline."""
    found: dict[str, tuple[int, str]] = {}
    for number, name in (fields_of(message) or {}).items():
        if name.startswith(INLINE):
            found |= dict.fromkeys(_places(name[len(INLINE):]), (number, name[len(INLINE):]))
        else:
            found[name] = number, ''
    return found


def _message(obj: dict[str, Any], definition: Definition, message: str) -> bytes:
    places = _places(message)
    found: list[bytes] = []
    inline: dict[tuple[int, str], dict[str, Any]] = {}
    for name, value in obj.items():
        if value is None or (name in TYPE and name not in places):
            continue
        if name not in places or name not in definition.fields:
            raise Unencodable(f'{message}: {name}')
        number, around = places[name]
        if around:
            inline.setdefault((number, around), {})[name] = value
        else:
            found += _field(number, value, definition.fields[name])
    found += [record(number, _message(part, definition, around)) for (number, around), part in inline.items()]
    return b''.join(found)


def _field(number: int, value: Any, field: Field) -> Iterable[bytes]:
    """A field once, or for each item of a list or map."""
    if field.type == schema.NUMBER:
        return [fixed64(number, value)]
    if field.items is None:
        return [record(number, _single(value, field))]
    if field.type == schema.LIST:
        return [record(number, _single(item, field.items)) for item in value]
    return [record(number, record(1, key.encode()) + record(2, _single(item, field.items)))
            for key, item in value.items()]


def _single(value: Any, field: Field) -> int | bytes:
    if field.type == schema.STRUCT:
        definition = field.definition
        assert definition is not None
        return _message(value, definition, definition.name)
    if field.type == schema.LIST:  # in a map: a message around the list (ExtraValue)
        assert field.items is not None
        return b''.join(record(1, _single(item, field.items)) for item in value)
    return WRITERS[field.type](value)


def _moment(value: str) -> bytes:
    """metav1.Time, metav1.MicroTime: nothing stands for the zero time."""
    if not value:
        return b''
    moment = datetime.fromisoformat(value).astimezone(UTC)
    nanoseconds = moment.microsecond * 1000
    return record(1, int(moment.timestamp())) + (record(2, nanoseconds) if nanoseconds else b'')


def _int_or_string(value: int | str) -> bytes:
    return record(2, value) if isinstance(value, int) else record(1, 1) + record(3, value.encode())


def _raw(value: Any) -> bytes:
    """RawExtension and FieldsV1 hold JSON."""
    return record(1, json.dumps(value, separators=(',', ':'), ensure_ascii=False).encode())


WRITERS = {
    schema.STRING: lambda value: value.encode(), schema.BOOLEAN: int, schema.INT32: int, schema.INT64: int,
    schema.BYTES: base64.b64decode, schema.QUANTITY: lambda value: record(1, str(value).encode()),
    schema.TIME: _moment, schema.MICRO_TIME: _moment, schema.INT_OR_STRING: _int_or_string, schema.OBJECT: _raw,
    schema.ANY: _raw}
