"""Bodies in protobuf: typed Go clients send them unasked, and do not fall back to JSON.

The fields of a message are those of the generated.proto files of k8s.io/api, by number. A message that has no table
here is refused with UnsupportedMediaType by the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MEDIA = 'application/vnd.kubernetes.protobuf'
MAGIC = b'k8s\x00'

STRING, NUMBER, BOOLEAN, STRINGS, MAP, BYTES_MAP = 'string', 'number', 'boolean', 'strings', 'map', 'bytes map'
Fields = Mapping[int, tuple[str, Any]]

OWNER: Fields = {1: ('kind', STRING), 3: ('name', STRING), 4: ('uid', STRING), 5: ('apiVersion', STRING),
                 6: ('controller', BOOLEAN), 7: ('blockOwnerDeletion', BOOLEAN)}
META: Fields = {
    1: ('name', STRING), 2: ('generateName', STRING), 3: ('namespace', STRING), 5: ('uid', STRING),
    6: ('resourceVersion', STRING), 11: ('labels', MAP), 12: ('annotations', MAP), 13: ('ownerReferences', [OWNER]),
    14: ('finalizers', STRINGS)}
PRECONDITIONS: Fields = {1: ('uid', STRING), 2: ('resourceVersion', STRING)}
DELETE_OPTIONS: Fields = {
    1: ('gracePeriodSeconds', NUMBER), 2: ('preconditions', PRECONDITIONS), 3: ('orphanDependents', BOOLEAN),
    4: ('propagationPolicy', STRING), 5: ('dryRun', STRINGS)}
RESOURCE: Fields = {
    1: ('namespace', STRING), 2: ('verb', STRING), 3: ('group', STRING), 4: ('version', STRING),
    5: ('resource', STRING), 6: ('subresource', STRING), 7: ('name', STRING)}
PATH: Fields = {1: ('path', STRING), 2: ('verb', STRING)}
ACCESS: Fields = {1: ('resourceAttributes', RESOURCE), 2: ('nonResourceAttributes', PATH)}
PORT: Fields = {1: ('name', STRING), 3: ('containerPort', NUMBER), 4: ('protocol', STRING)}
CONTAINER: Fields = {1: ('name', STRING), 2: ('image', STRING), 3: ('command', STRINGS), 4: ('args', STRINGS),
                     6: ('ports', [PORT])}
TEMPLATE: Fields = {1: ('metadata', META), 2: ('spec', {2: ('containers', [CONTAINER])})}
DEPLOYMENT: Fields = {1: ('replicas', NUMBER), 2: ('selector', {1: ('matchLabels', MAP)}), 3: ('template', TEMPLATE)}
MESSAGES: Mapping[str, Fields] = {
    'DeleteOptions': DELETE_OPTIONS,
    'Deployment': {1: ('metadata', META), 2: ('spec', DEPLOYMENT)},
    'Eviction': {1: ('metadata', META), 2: ('deleteOptions', DELETE_OPTIONS)},
    'SelfSubjectAccessReview': {1: ('metadata', META), 2: ('spec', ACCESS)},
    'SelfSubjectRulesReview': {1: ('metadata', META), 2: ('spec', {1: ('namespace', STRING)})},
    'SelfSubjectReview': {1: ('metadata', META)},
    'TokenRequest': {1: ('metadata', META), 2: ('spec', {1: ('audiences', STRINGS), 4: ('expirationSeconds', NUMBER)})},
    'ConfigMap': {1: ('metadata', META), 2: ('data', MAP), 3: ('binaryData', BYTES_MAP), 4: ('immutable', BOOLEAN)},
    'Secret': {1: ('metadata', META), 2: ('data', BYTES_MAP), 3: ('type', STRING), 4: ('stringData', MAP),
               5: ('immutable', BOOLEAN)},
    'Namespace': {1: ('metadata', META)},
    'ServiceAccount': {1: ('metadata', META)},
}


class UnknownMessage(Exception):
    """A kind that has no table of fields, or a field that is not in it: nothing is dropped in silence."""


def decode(body: bytes) -> dict[str, Any]:
    """The object in a body (runtime.Unknown around the message). Raises ValueError, UnknownMessage."""
    if not body.startswith(MAGIC):
        raise ValueError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
    envelope = dict(_records(body[len(MAGIC):]))
    about, raw = dict(_records(_bytes(envelope.get(1, b'')))), _bytes(envelope.get(2, b''))
    kind = _text(about.get(2, b''))
    if kind not in MESSAGES:
        raise UnknownMessage(kind)
    return {'kind': kind, 'apiVersion': _text(about.get(1, b'')), **_message(raw, MESSAGES[kind])}


def _message(data: bytes, fields: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, value in _records(data):
        if number not in fields:
            if not _hollow(value):
                raise UnknownMessage(f'field {number}')
            continue
        name, kind = fields[number]
        if kind == STRINGS:
            found.setdefault(name, []).append(_text(value))
        elif kind in (MAP, BYTES_MAP):
            key, item = _entry(value, kind)
            found.setdefault(name, {})[key] = item
        elif isinstance(kind, list):
            found.setdefault(name, []).append(_message(_bytes(value), kind[0]))
        else:
            found[name] = _single(value, kind)
    return {name: value for name, value in found.items() if value != ''}


def _hollow(value: int | bytes) -> bool:
    """Whether a field says nothing: Go writes fields that are no pointers even when they are empty."""
    if not value or isinstance(value, int):
        return not value
    try:
        return all(_hollow(inner) for _, inner in _records(value))
    except ValueError:
        return False


def _single(value: int | bytes, kind: Any) -> Any:
    if kind == STRING:
        return _text(value)
    if kind in (NUMBER, BOOLEAN):
        if not isinstance(value, int):
            raise ValueError('proto: wrong wireType')
        signed = value - (1 << 64) if value >> 63 else value
        return bool(value) if kind == BOOLEAN else signed
    return _message(_bytes(value), kind)


def _entry(value: int | bytes, kind: str) -> tuple[str, str]:
    """One key with its value; bytes as JSON has them, in base64."""
    import base64
    parts = dict(_records(_bytes(value)))
    raw = _bytes(parts.get(2, b''))
    return _text(parts.get(1, b'')), base64.b64encode(raw).decode() if kind == BYTES_MAP else _text(raw)


def _records(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field numbers with their values; raises ValueError for data that is cut off or malformed."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        wire = tag & 7
        if wire == 0:
            value, position = _varint(data, position)
            yield tag >> 3, value
            continue
        if wire == 2:
            size, position = _varint(data, position)
        else:
            size = {1: 8, 5: 4}.get(wire, -1)
        if size < 0 or position + size > len(data):
            raise ValueError('unexpected EOF')
        yield tag >> 3, data[position:position + size]
        position += size


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & ((1 << 64) - 1), position
        shift += 7
    raise ValueError('unexpected EOF')


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError('proto: wrong wireType')
    return value


def _text(value: int | bytes) -> str:
    return _bytes(value).decode('utf-8', 'replace')
