"""Byte streams between coroutines: bounded pipes, with the broken pipe that an early reader leaves behind."""

from __future__ import annotations

from typing import Protocol

from tutor.cluster.simulation.coroutines import Condition, Scheduler

CAPACITY = 64 * 1024


class BrokenPipe(Exception):
    """Written to a pipe whose reader has gone."""


class Writer(Protocol):
    """Where a program writes. `write` never waits; `drain` waits until the reader has caught up."""

    def write(self, data: str | bytes) -> None: ...
    async def drain(self) -> None: ...
    def close(self) -> None: ...
    @property
    def isatty(self) -> bool: ...


class Sink:
    """A Writer that takes all at once, and is no terminal."""

    isatty = False

    def write(self, data: str | bytes) -> None: ...
    async def drain(self) -> None: ...
    def close(self) -> None: ...


def encoded(data: str | bytes) -> bytes:
    """The bytes of a text, which may hold any: those that are no UTF-8 are in it as surrogates."""
    return data.encode('utf-8', 'surrogateescape') if isinstance(data, str) else data


class Reader(Protocol):
    """What a program reads from. Empty bytes mean the end."""

    async def read(self, size: int = -1) -> bytes: ...
    async def readline(self) -> bytes: ...
    def close(self) -> None: ...
    @property
    def isatty(self) -> bool: ...


class Pipe:
    """One bounded pipe; it is its own Reader and its own Writer (`close_read` and `close` end the two sides)."""

    def __init__(self, scheduler: Scheduler, capacity: int = CAPACITY) -> None:
        self._buffer = bytearray()
        self._changed = Condition(scheduler)
        self._capacity = capacity
        self.closed = False
        self.broken = False

    isatty = False

    def write(self, data: str | bytes) -> None:
        """Append; raises BrokenPipe when nobody will ever read it."""
        if self.broken or self.closed:
            raise BrokenPipe
        self._buffer += encoded(data)
        self._changed.notify()

    async def drain(self) -> None:
        """Wait while more than the capacity is unread; raises BrokenPipe when the reader goes away."""
        while len(self._buffer) > self._capacity and not self.broken and not self.closed:
            await self._changed.wait()
        if self.broken:
            raise BrokenPipe

    def close(self) -> None:
        """The writer's end: the reader gets what is left and then the end."""
        self.closed = True
        self._changed.notify()

    def close_read(self) -> None:
        """The reader's end: further writes raise BrokenPipe."""
        self.broken = True
        self._buffer.clear()
        self._changed.notify()

    async def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes as soon as there are any; all until the end for a negative size."""
        if size < 0:
            chunks = bytearray()
            while chunk := await self.read(self._capacity):
                chunks += chunk
            return bytes(chunks)
        while not self._buffer and not self.closed and not self.broken:
            await self._changed.wait()
        return self._take(min(size, len(self._buffer)))

    async def readline(self) -> bytes:
        """One line with its newline, the last one possibly without."""
        start, line = 0, b''
        while True:
            found = self._buffer.find(b'\n', start)
            if found >= 0:
                return line + self._take(found + 1)
            if self.closed or self.broken:
                return line + self._take(len(self._buffer))
            if len(self._buffer) > self._capacity:
                line += self._take(len(self._buffer))  # The writer waits for room.
            start = len(self._buffer)
            await self._changed.wait()

    def _take(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        if data:
            self._changed.notify()
        return data
