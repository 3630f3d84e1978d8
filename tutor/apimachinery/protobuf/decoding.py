"""Objects from protobuf: field numbers give names, the schema gives types."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.protobuf import wire
from tutor.apimachinery.protobuf.numbers import INLINE, fields_of
from tutor.apimachinery.schema import Field

MAGIC = b'k8s\x00'
DEPTH_LIMIT = 100

Value = int | bytes


class UnknownMessage(Exception):
    """A kind whose fields are not known here, or a field that is not: nothing is dropped in silence."""


def decode(body: bytes) -> dict[str, Any]:
    """The object in a body (runtime.Unknown around the message). Raises ValueError, UnknownMessage."""
    if not body.startswith(MAGIC):
        raise ValueError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
    envelope = dict(wire.records(body[len(MAGIC):]))
    about = dict(wire.records(wire.content(envelope.get(1, b''))))
    kind = {'kind': wire.text(about.get(2, b'')), 'apiVersion': wire.text(about.get(1, b''))}
    definition = schema.for_object(kind)
    if definition is None:
        raise UnknownMessage(kind['kind'])
    return {**_message(wire.content(envelope.get(2, b'')), definition.name, definition.fields, DEPTH_LIMIT), **kind}


def _message(data: bytes, message: str, fields: Mapping[str, Field], depth: int) -> dict[str, Any]:
    names = fields_of(message)
    if names is None:
        raise UnknownMessage(message)
    if not depth:
        raise ValueError('proto: exceeded max depth')
    found: dict[str, Any] = {}
    for number, value in wire.records(data):
        name = names.get(number, '')
        if name.startswith(INLINE):
            found.update(_message(wire.content(value), name[len(INLINE):], fields, depth - 1))
        elif name in fields:
            _add(found, name, value, fields[name], depth - 1)
        elif not wire.hollow(value):
            raise UnknownMessage(f'{message}: field {number}')
    return found


def _add(found: dict[str, Any], name: str, value: Value, field: Field, depth: int) -> None:
    """Put one occurrence of a field into an object: those of lists and maps come one by one."""
    if field.items is None:
        found[name] = _single(value, field, depth)
    elif field.type == schema.LIST:
        found.setdefault(name, []).append(_single(value, field.items, depth))
    else:
        entry = dict(wire.records(wire.content(value)))
        found.setdefault(name, {})[wire.text(entry.get(1, b''))] = _single(entry.get(2, b''), field.items, depth)


def _single(value: Value, field: Field, depth: int) -> Any:
    if field.type == schema.STRUCT:
        definition = field.definition
        assert definition is not None
        return _message(wire.content(value), definition.name, definition.fields, depth)
    if field.type == schema.LIST:  # in a map: a message around the list (ExtraValue)
        assert field.items is not None
        return [_single(item, field.items, depth) for _, item in wire.records(wire.content(value))]
    return READERS[field.type](value)


def _parts(value: Value) -> dict[int, Value]:
    """The fields of one of the small messages that JSON has as a plain value."""
    return dict(wire.records(wire.content(value)))


def _bytes(value: Value) -> str:
    return base64.b64encode(wire.content(value)).decode()


def _quantity(value: Value) -> str:
    return wire.text(_parts(value).get(1, b''))


def _moment(value: Value) -> datetime | None:
    """metav1.Time: nothing stands for the zero time."""
    parts = _parts(value)
    if not parts:
        return None
    try:
        moment = datetime.fromtimestamp(wire.signed(parts.get(1, 0)), UTC)
        return moment.replace(microsecond=wire.signed(parts.get(2, 0)) // 1000)
    except (OverflowError, OSError) as problem:
        raise ValueError(str(problem)) from None


def _time(value: Value) -> str | None:
    moment = _moment(value)
    return f'{moment:%Y-%m-%dT%H:%M:%SZ}' if moment is not None else None


def _micro_time(value: Value) -> str | None:
    moment = _moment(value)
    return f'{moment:%Y-%m-%dT%H:%M:%S.%fZ}' if moment is not None else None


def _int_or_string(value: Value) -> int | str:
    parts = _parts(value)
    return wire.text(parts.get(3, b'')) if parts.get(1) else wire.signed(parts.get(2, 0))


def _raw(value: Value) -> Any:
    """RawExtension and FieldsV1 hold JSON."""
    return json.loads(wire.content(_parts(value).get(1, b'null')))


READERS = {
    schema.STRING: wire.text, schema.BOOLEAN: lambda value: bool(wire.signed(value)), schema.INT32: wire.signed,
    schema.INT64: wire.signed, schema.NUMBER: wire.double, schema.BYTES: _bytes, schema.QUANTITY: _quantity,
    schema.TIME: _time, schema.MICRO_TIME: _micro_time, schema.INT_OR_STRING: _int_or_string, schema.OBJECT: _raw,
    schema.ANY: _raw}
