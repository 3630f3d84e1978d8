"""The server's side of a SPDY connection, whose streams all begin with the client."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Protocol

from tutor.server.spdy import frames
from tutor.server.spdy.frames import BadFrame, Control, Data, FrameReader
from tutor.server.spdy.headers import HeaderReader, HeaderWriter

SYN_HEAD = 10
"""Bytes before the header block of a SYN_STREAM: stream, associated stream, priority, slot."""
CHUNK = 32 * 1024
"""Bytes of a stream in one frame."""
MOST_STREAMS = 1000
"""Streams that one client may have open at a time."""


class Receiver(Protocol):
    """Takes what the client sends on one stream."""

    def opened(self, stream: Stream) -> None:
        """The client knows that its stream is taken: from now on it may be sent to."""
    def data(self, stream: Stream, data: bytes) -> None: ...
    def finished(self, stream: Stream) -> None:
        """The client sends nothing more; it may still read."""
    def reset(self, stream: Stream) -> None:
        """The client has given the stream up."""


class Refused(Exception):
    """Raised by who is asked to take a new stream, and does not."""


class Stream:
    """One stream: `send` and `finish` towards the client, what comes from it goes to its receiver."""

    def __init__(self, connection: Connection, number: int, headers: Mapping[str, str]) -> None:
        self.headers = headers
        self._connection = connection
        self._number = number
        self.heard_last = self.sent_last = False

    def send(self, data: bytes) -> None:
        if not self.sent_last:
            for start in range(0, len(data), CHUNK):
                self._connection.write(Data(self._number, data[start:start + CHUNK]))

    def finish(self) -> None:
        """Close this side."""
        if not self.sent_last:
            self.sent_last = True
            self._connection.write(Data(self._number, b'', True))
            self._connection.forget(self._number)


class Connection:
    """`accept` is given each new stream and returns its receiver, or raises Refused; `write_bytes` sends."""

    def __init__(self, write_bytes: Callable[[bytes], None], accept: Callable[[Stream], Receiver]) -> None:
        self._write_bytes = write_bytes
        self._accept = accept
        self._frames = FrameReader()
        self._headers_in, self._headers_out = HeaderReader(), HeaderWriter()
        self._streams: dict[int, tuple[Stream, Receiver]] = {}
        self._last = 0

    def receive(self, data: bytes) -> None:
        """Take bytes from the client. Raises BadFrame, BadHeaders: then the connection is to be closed."""
        for frame in self._frames.feed(data):
            if isinstance(frame, Data):
                self._data(frame)
            elif frame.kind == frames.SYN_STREAM:
                self._open(frame)
            elif frame.kind == frames.RST_STREAM:
                self._reset(frame.number() & 0x7FFFFFFF)
            elif frame.kind == frames.PING and frame.number() % 2:
                self.write(Control(frames.PING, frame.payload[:4]))
            elif frame.kind == frames.HEADERS:  # read, because the next block builds on it
                self._headers_in.read(frame.payload[4:])

    def write(self, frame: frames.Frame) -> None:
        self._write_bytes(frames.encode(frame))

    def forget(self, number: int) -> None:
        """Drop a stream that both sides have closed."""
        stream, _ = self._streams.get(number, (None, None))
        if stream is not None and stream.heard_last and stream.sent_last:
            del self._streams[number]

    def _open(self, frame: Control) -> None:
        number = frame.number() & 0x7FFFFFFF
        headers = self._headers_in.read(frame.payload[SYN_HEAD:])
        if not number % 2 or number <= self._last:
            raise BadFrame(f'{number} cannot be a new stream')
        self._last = number
        stream = Stream(self, number, headers)
        try:
            if len(self._streams) >= MOST_STREAMS:
                raise Refused('too many streams')
            receiver = self._accept(stream)
        except Refused:
            self.write(Control(frames.RST_STREAM, struct.pack('>II', number, frames.CANCEL)))
            return
        self._streams[number] = stream, receiver
        self.write(Control(frames.SYN_REPLY, struct.pack('>I', number) + self._headers_out.write({})))
        receiver.opened(stream)
        if frame.last:
            self._finished(number)

    def _data(self, frame: Data) -> None:
        stream, receiver = self._streams.get(frame.stream, (None, None))
        if stream is None or receiver is None or stream.heard_last:
            return
        if frame.payload:
            receiver.data(stream, frame.payload)
        if frame.last:
            self._finished(frame.stream)

    def _finished(self, number: int) -> None:
        stream, receiver = self._streams[number]
        stream.heard_last = True
        receiver.finished(stream)
        self.forget(number)

    def _reset(self, number: int) -> None:
        stream, receiver = self._streams.pop(number, (None, None))
        if stream is not None and receiver is not None:
            stream.heard_last = stream.sent_last = True
            receiver.reset(stream)
