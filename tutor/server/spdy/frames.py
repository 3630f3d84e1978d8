"""The frames of SPDY/3.1, as bytes and as what they say."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

VERSION = 3
CONTROL = 0x8000
FIN = 0x01
HEAD = 8
SYN_STREAM, SYN_REPLY, RST_STREAM, SETTINGS, PING, GOAWAY, HEADERS, WINDOW_UPDATE = 1, 2, 3, 4, 6, 7, 8, 9
PROTOCOL_ERROR, CANCEL = 1, 5
LARGEST = 4 * 1024 * 1024
"""Bytes of payload that one frame may have; Go's writers stay far below."""


class BadFrame(ValueError):
    """What came is not SPDY/3.1."""


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes of a stream; `last` closes the sender's side of it."""

    stream: int
    payload: bytes
    last: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """Any other frame: its type, its flags and its payload as sent."""

    kind: int
    payload: bytes
    flags: int = 0

    @property
    def last(self) -> bool:
        return bool(self.flags & FIN)

    def number(self) -> int:
        """What most payloads begin with: a stream (31 bits), or the id of a ping. Raises BadFrame."""
        if len(self.payload) < 4:
            raise BadFrame('a frame is too short')
        return struct.unpack_from('>I', self.payload)[0]


Frame = Data | Control


def encode(frame: Frame) -> bytes:
    """The bytes of a frame."""
    if isinstance(frame, Data):
        head = struct.pack('>II', frame.stream, (FIN if frame.last else 0) << 24 | len(frame.payload))
    else:
        head = struct.pack('>HHI', CONTROL | VERSION, frame.kind, frame.flags << 24 | len(frame.payload))
    return head + frame.payload


class FrameReader:
    """Finds the frames in bytes that come in pieces of any size."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete now. Raises BadFrame."""
        self._buffer += data
        while len(self._buffer) >= HEAD:
            first, second = struct.unpack_from('>II', self._buffer)
            flags, size = second >> 24, second & 0xFFFFFF
            if size > LARGEST:
                raise BadFrame('a frame is too large')
            if len(self._buffer) < HEAD + size:
                return
            payload = bytes(self._buffer[HEAD:HEAD + size])
            del self._buffer[:HEAD + size]
            yield _frame(first, flags, payload)


def _frame(first: int, flags: int, payload: bytes) -> Frame:
    if not first >> 31:
        return Data(first, payload, bool(flags & FIN))
    if first >> 16 != CONTROL | VERSION:
        raise BadFrame('only version 3 of SPDY is spoken here')
    return Control(first & 0xFFFF, payload, flags)
