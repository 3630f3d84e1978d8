"""OpenAPI v2 as protobuf (gnostic's OpenAPIv2.proto), which Go programs ask for because it is faster to read.

Each message is a table of its fields: their number, and what they hold. What OpenAPI v2 does not have is left out, as
the document in JSON has more than it; extensions go as YAML, of which JSON is a part.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from tutor.apimachinery.protobuf.wire import fixed64, record

MEDIA = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
NAMES = (MEDIA, 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf')

Writer = Callable[[int, Any], bytes]
"""Makes of a field's number and its value what goes over the wire."""


def _text(number: int, value: str) -> bytes:
    return record(number, value.encode())


def _flag(number: int, value: bool) -> bytes:
    return record(number, int(value))


def _texts(number: int, value: list[str]) -> bytes:
    return b''.join(_text(number, item) for item in value)


def _any(number: int, value: Any) -> bytes:
    return record(number, _text(2, json.dumps(value, ensure_ascii=False)))


def _anys(number: int, value: list[Any]) -> bytes:
    return b''.join(_any(number, item) for item in value)


def _types(number: int, value: str | list[str]) -> bytes:
    """TypeItem."""
    return record(number, _texts(1, [value] if isinstance(value, str) else value))


def _items(number: int, value: Any) -> bytes:
    """ItemsItem."""
    return record(number, _list('Schema')(1, value if isinstance(value, list) else [value]))


def _additional(number: int, value: Any) -> bytes:
    """AdditionalPropertiesItem: a schema, or whether there may be any."""
    return record(number, _flag(2, value) if isinstance(value, bool) else _one('Schema')(1, value))


def _one(message: str) -> Writer:
    return lambda number, value: record(number, encode(value, message))


def _list(message: str) -> Writer:
    return lambda number, value: b''.join(record(number, encode(item, message)) for item in value)


def _named(message: str) -> Writer:
    """A map, as a message of which each field is a name and a value."""
    return lambda number, value: record(number, _entries(1, value, _one(message)))


def _entries(number: int, value: dict[str, Any], write: Writer) -> bytes:
    return b''.join(record(number, _text(1, name) + write(2, item)) for name, item in value.items())


def _paths(number: int, value: dict[str, Any]) -> bytes:
    return record(number, _entries(2, value, _one('PathItem')))


def _responses(number: int, value: dict[str, Any]) -> bytes:
    def response(place: int, item: Any) -> bytes:
        return record(place, _one('Response')(1, item))
    return record(number, _entries(1, value, response))


def _schema_item(number: int, value: Any) -> bytes:
    return record(number, _one('Schema')(1, value))


def _parameters(number: int, value: list[dict[str, Any]]) -> bytes:
    """ParametersItem around Parameter around NonBodyParameter around one of a query."""
    return b''.join(record(number, record(1, record(2, _one('QueryParameter')(3, item)))) for item in value)


@cache
def _messages() -> dict[str, tuple[dict[str, tuple[int, Writer]], int]]:
    """For each message its fields, and the number under which its extensions go."""
    return {
        'Document': ({'swagger': (1, _text), 'info': (2, _one('Info')), 'paths': (8, _paths),
                      'definitions': (9, _named('Schema'))}, 16),
        'Info': ({'title': (1, _text), 'version': (2, _text)}, 7),
        'PathItem': ({'get': (2, _one('Operation')), 'put': (3, _one('Operation')), 'post': (4, _one('Operation')),
                      'delete': (5, _one('Operation')), 'patch': (8, _one('Operation'))}, 10),
        'Operation': ({'parameters': (8, _parameters), 'responses': (9, _responses)}, 13),
        'Response': ({'description': (1, _text), 'schema': (2, _schema_item)}, 5),
        'QueryParameter': ({'in': (2, _text), 'name': (4, _text), 'type': (6, _text), 'uniqueItems': (20, _flag)}, 23),
        'Schema': ({
            '$ref': (1, _text), 'format': (2, _text), 'title': (3, _text), 'description': (4, _text),
            'default': (5, _any), 'multipleOf': (6, fixed64), 'maximum': (7, fixed64), 'exclusiveMaximum': (8, _flag),
            'minimum': (9, fixed64), 'exclusiveMinimum': (10, _flag), 'maxLength': (11, record),
            'minLength': (12, record), 'pattern': (13, _text), 'maxItems': (14, record), 'minItems': (15, record),
            'uniqueItems': (16, _flag), 'maxProperties': (17, record), 'minProperties': (18, record),
            'required': (19, _texts), 'enum': (20, _anys), 'additionalProperties': (21, _additional),
            'type': (22, _types), 'items': (23, _items), 'allOf': (24, _list('Schema')),
            'properties': (25, _named('Schema')), 'example': (30, _any)}, 31)}


def encode(value: dict[str, Any], message: str = 'Document') -> bytes:
    """A document, or a part of it, as one of the messages."""
    fields, extensions = _messages()[message]
    found = [write(number, value[name]) for name, (number, write) in fields.items() if name in value]
    more = {name: item for name, item in value.items() if name.startswith('x-')}
    return b''.join(found) + _entries(extensions, more, _any)
