"""Protobuf's wire format: field numbers with values, and nothing of what they mean."""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
CUT_OFF = 'unexpected EOF'


def records(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field numbers with their values: a number for a varint, else bytes. Raises ValueError for what is malformed."""
    position = 0
    while position < len(data):
        tag, position = varint(data, position)
        wire = tag & 7
        if wire == VARINT:
            value, position = varint(data, position)
            yield tag >> 3, value
            continue
        if wire == BYTES:
            size, position = varint(data, position)
        else:
            size = {FIXED64: 8, FIXED32: 4}.get(wire, -1)
        if size < 0 or position + size > len(data):
            raise ValueError(CUT_OFF)
        yield tag >> 3, data[position:position + size]
        position += size


def varint(data: bytes, position: int) -> tuple[int, int]:
    """An unsigned number, and where it ends."""
    value = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & ((1 << 64) - 1), position
        shift += 7
    raise ValueError(CUT_OFF)


def signed(value: int | bytes) -> int:
    """An int32 or int64."""
    if not isinstance(value, int):
        raise ValueError('proto: wrong wireType')
    return value - (1 << 64) if value >> 63 else value


def content(value: int | bytes) -> bytes:
    """What a string, bytes or a message consist of."""
    if isinstance(value, int):
        raise ValueError('proto: wrong wireType')
    return value


def text(value: int | bytes) -> str:
    return content(value).decode('utf-8', 'replace')


def double(value: int | bytes) -> float:
    try:
        return struct.unpack('<d', content(value))[0]
    except struct.error:
        raise ValueError('proto: wrong wireType') from None


def hollow(value: int | bytes) -> bool:
    """Whether a field says nothing: Go writes fields that are no pointers even when they are empty."""
    if not value or isinstance(value, int):
        return not value
    try:
        return all(hollow(inner) for _, inner in records(value))
    except ValueError:
        return False


def record(number: int, value: int | bytes) -> bytes:
    """A field with its value: a varint for a number, else bytes with their length."""
    if isinstance(value, int):
        return unsigned(number << 3 | VARINT) + unsigned(value)
    return unsigned(number << 3 | BYTES) + unsigned(len(value)) + value


def unsigned(value: int) -> bytes:
    """A varint; negative numbers in two's complement, as int64 has them."""
    value &= (1 << 64) - 1
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def fixed64(number: int, value: float) -> bytes:
    return unsigned(number << 3 | FIXED64) + struct.pack('<d', value)
