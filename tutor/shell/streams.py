"""Streams of a process that are not pipes: files, devices, and text kept in memory."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from tutor.cluster.simulation import BrokenPipe, Reader, Simulation, Sink, Writer, encoded
from tutor.shell.inodes import MOST_AT_ONCE, Device, File, failure
from tutor.shell.vfs import FileSystem

if TYPE_CHECKING:
    from tutor.shell.process import IO

CHUNK = 64 * 1024
PACE = 1024 * 1024
"""Endless devices let time pass after so many bytes."""
ZEROS = bytes(PACE)
MOST_ENDLESS = 32 * PACE
SPEEDS = {False: 2e9, True: 4e8}
"""Bytes per second of zeros, and of random bytes."""


class BytesReader:
    """Reads bytes that are all there already."""

    isatty = False

    def __init__(self, data: bytes = b'') -> None:
        self._data = data
        self._pos = 0

    async def read(self, size: int = -1) -> bytes:
        end = len(self._data) if size < 0 else self._pos + size
        chunk = self._data[self._pos:end]
        self._pos += len(chunk)
        return chunk

    async def readline(self) -> bytes:
        end = self._data.find(b'\n', self._pos)
        return await self.read(-1 if end < 0 else end + 1 - self._pos)

    def close(self) -> None:
        self._data = b''


class FileReader(BytesReader):
    """Reads a file as it is when it is opened."""

    def __init__(self, node: File) -> None:
        super().__init__(node.head())
        self._zeros = node.zeros

    async def read(self, size: int = -1) -> bytes:
        found = await super().read(size)
        if not self._zeros or len(found) == size:
            return found
        more = self._zeros if size < 0 else min(size - len(found), self._zeros)
        if more > MOST_AT_ONCE:
            raise failure(errno.ENOMEM, '')
        self._zeros -= more
        return found + _zeros(more)


class EndlessReader:
    """/dev/zero, or with `random` /dev/urandom: bytes without end, as fast as a kernel makes them."""

    isatty = False

    def __init__(self, simulation: Simulation, random: bool) -> None:
        self._simulation = simulation
        self._random = random
        self._ahead = b''
        self._made = 0

    async def read(self, size: int = -1) -> bytes:
        """So many bytes; who wants all of them gets MOST_ENDLESS."""
        wanted = min(size, MOST_ENDLESS) if size >= 0 else MOST_ENDLESS
        found, self._ahead = self._ahead[:wanted], self._ahead[wanted:]
        missing = wanted - len(found)
        if missing:
            found += self._simulation.identities.randbytes(missing) if self._random else _zeros(missing)
            self._made += missing
        if self._made >= PACE:
            await self._simulation.sleep(self._made / SPEEDS[self._random])
            self._made = 0
        return found

    async def readline(self) -> bytes:
        found = await self.read(CHUNK if self._random else -1)
        line, newline, rest = found.partition(b'\n')
        self._ahead = rest + self._ahead
        return line + newline

    def close(self) -> None: ...


def _zeros(count: int) -> bytes:
    return ZEROS if count == PACE else bytes(count)


def file_reader(node: File | Device, simulation: Simulation) -> Reader:
    """Reads a file as it is when it is opened, or a device."""
    if isinstance(node, File):
        return FileReader(node)
    if node.kind in ('zero', 'full', 'random', 'urandom'):
        return EndlessReader(simulation, node.kind.endswith('random'))
    return BytesReader()


class FileWriter(Sink):
    """Writes to an open file; a directory's budget may end it with ENOSPC."""

    def __init__(self, files: FileSystem, file: File) -> None:
        self._files = files
        self._file = file

    def write(self, data: str | bytes) -> None:
        self._files.append_to(self._file, encoded(data))


class NullWriter(Sink):
    """/dev/null, and a descriptor that was closed."""


class DeviceWriter(Sink):
    """Writes to a device that takes what is written, such as /proc/1/fd/1 or the end of a process substitution."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def write(self, data: str | bytes) -> None:
        self._device.write(encoded(data))


def device_writer(node: Device, io: IO) -> Writer:
    """Where writing to a device leads."""
    if node.kind in ('stdout', 'tty'):
        return io.stdout
    if node.kind == 'stderr':
        return io.stderr
    if node.kind in ('null', 'zero'):
        return NullWriter()
    return FullWriter() if node.kind == 'full' else DeviceWriter(node)


class FullWriter(Sink):
    """/dev/full."""

    def write(self, data: str | bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Capture(Sink):
    """Keeps what is written, up to a budget; beyond it `full` is set and the rest is dropped."""

    def __init__(self, budget: int = 64 * 1024 * 1024) -> None:
        self._data = bytearray()
        self._budget = budget
        self.full = False

    def write(self, data: str | bytes) -> None:
        if len(self._data) >= self._budget:
            self.full = True
            return
        self._data += encoded(data)

    def data(self) -> bytes:
        return bytes(self._data)

    def text(self) -> str:
        return self._data.decode('utf-8', 'replace')


async def pour(source: Reader, target: Writer, close: bool = False) -> None:
    """Bring everything from one stream to another until the first ends or nobody reads the second any more; with
    `close`, the second ends too."""
    try:
        while data := await source.read(CHUNK):
            target.write(data)
            await target.drain()
    except BrokenPipe:
        return
    finally:
        if close:
            target.close()
