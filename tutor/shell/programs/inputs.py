"""Reading what a program is given: files by name, '-' for standard input, line by line."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Iterable

from tutor.cluster.simulation import Reader
from tutor.shell.access import READ, allowed
from tutor.shell.budget import LONGEST_TURN
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import reason
from tutor.shell.streams import FileWriter, NullWriter, file_reader
from tutor.shell.vfs import Device, Directory, File, normalize

CHUNK = 64 * 1024
BUDGET = 32 * 1024 * 1024
"""How much endless output a program may make before it is ended."""


def text(data: bytes) -> str:
    """Bytes as text; what is not UTF-8 survives unchanged when it is written again."""
    return data.decode('utf-8', 'surrogateescape')


def open_reader(path: str, io: IO, ctx: Context) -> Reader:
    """A reader of a file, or of standard input for '-'; raises OSError."""
    if path == '-':
        return io.stdin
    node = ctx.files.node(normalize(path, ctx.cwd))
    if isinstance(node, Directory):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not allowed(node, ctx, READ):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)
    if isinstance(node, Device) and node.kind in ('stdin', 'tty'):
        return io.stdin
    assert isinstance(node, (File, Device))
    return file_reader(node, ctx.simulation)


def open_all(paths: Iterable[str], io: IO, ctx: Context, problem: str = '{path}: {reason}',
             unread: str = '') -> Opened:
    """Readers for all paths (standard input when there are none); what cannot be opened is said as `problem`, a
    directory as `unread`: it can be opened, but not read."""
    return Opened(list(paths) or ['-'], io, ctx, problem, unread or problem)


class Opened:
    """The inputs of a program, opened one after the other. `failed` tells whether one could not be."""

    def __init__(self, paths: list[str], io: IO, ctx: Context, problem: str, unread: str) -> None:
        self.paths = paths
        self.failed = False
        self._io = io
        self._ctx = ctx
        self._problem = problem
        self._unread = unread
        self._name = ''

    def named(self, name: str) -> Opened:
        """Give the name that begins the messages."""
        self._name = name.rpartition('/')[2]
        return self

    def readers(self) -> Iterable[tuple[str, Reader]]:
        for path in self.paths:
            try:
                reader = open_reader(path, self._io, self._ctx)
            except OSError as problem:
                self.complain(path, problem)
                continue
            yield path, reader

    def complain(self, path: str, problem: OSError) -> None:
        self.failed = True
        said = self._unread if isinstance(problem, IsADirectoryError) else self._problem
        self._io.stderr.write(f'{self._name}: {said.format(path=path, reason=reason(problem))}\n')

    async def lines(self) -> AsyncIterator[str]:
        """All lines of all inputs, with their newlines."""
        for _, reader in self.readers():
            async for line in lines(reader):
                yield line

    async def data(self) -> bytes:
        """All of all inputs."""
        return b''.join([await reader.read() for _, reader in self.readers()])


async def lines(reader: Reader) -> AsyncIterator[str]:
    """Lines with their newlines."""
    while line := await reader.readline():
        yield line.decode('utf-8', 'surrogateescape')


def chomp(line: str) -> str:
    return line[:-1] if line.endswith('\n') else line


class Pace:
    """Slows endless output down, so that others run and virtual time passes, and ends it beyond the budget; the
    disk is what ends it when it goes into a file."""

    def __init__(self, io: IO, ctx: Context, budget: int = BUDGET) -> None:
        self._io = io
        self._ctx = ctx
        self._left = budget
        self._chunk = 0
        self._turn = 0.5

    async def wrote(self, size: int) -> bool:
        """Say that so much was written; False when it was too much altogether."""
        if isinstance(self._io.stdout, FileWriter):
            return True
        self._chunk += size
        if self._ctx.host.endless and isinstance(self._io.stdout, NullWriter):
            await self._spin()
        elif self._chunk >= CHUNK:
            self._left -= self._chunk
            self._chunk = 0
            await self._io.stdout.drain()
            await self._ctx.simulation.sleep(0.001)
        return self._left > 0

    async def _spin(self) -> None:
        """Nobody gets what is written: the process only computes, however long it is let."""
        self._ctx.host.burn(self._ctx.pid, 1.0)
        self._turn = min(self._turn * 2, LONGEST_TURN)
        await self._ctx.simulation.sleep(self._turn)
