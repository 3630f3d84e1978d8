"""dd: blocks of a file, of zeros, of what comes in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from tutor.cluster.simulation import Reader, Writer
from tutor.shell.access import open_write
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_reader
from tutor.shell.programs.ls import human
from tutor.shell.streams import FileWriter, device_writer
from tutor.shell.vfs import Device, normalize

UNITS = {'': 1, 'c': 1, 'w': 2, 'b': 512, 'k': 1024, 'K': 1024, 'M': 1024**2, 'G': 1024**3, 'kB': 1000, 'KB': 1000,
         'MB': 1000**2, 'GB': 1000**3}
NAMES = ('if', 'of', 'bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'conv', 'iflag', 'oflag', 'status')
PIECE = 1024 * 1024
SPEED = 2e9
"""Bytes per second."""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """dd [if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N] [conv=notrunc] [status=none]"""
    given = _operands(argv)
    busybox = ctx.host.userland == 'busybox'
    numbers = {name: _number(given[name], busybox) for name in ('bs', 'ibs', 'obs', 'count', 'skip', 'seek')
               if name in given}
    size = numbers.get('bs') or numbers.get('ibs') or 512
    reader, writer = _opened(given, numbers, busybox, io, ctx)
    if not ctx.host.allocate(ctx.pid, size):
        return 137
    began, copied = ctx.simulation.now, Copied()
    try:
        await _skip(reader, numbers.get('skip', 0), size)
        await _copy(reader, writer, size, numbers.get('count'), copied, ctx)
    except OSError as problem:
        copied.failed = True
        io.stderr.write(f"dd: error writing '{given.get('of', 'standard output')}': {reason(problem)}\n")
    if given.get('status') != 'none':
        io.stderr.write(copied.records())
        if given.get('status') != 'noxfer':
            io.stderr.write(_speed(copied.total, max(ctx.simulation.now - began, 1e-5), busybox))
    return int(copied.failed)


@dataclass(slots=True)
class Copied:
    """How many whole blocks, shorter ones and bytes there were, and whether writing ended it."""

    full: int = 0
    part: int = 0
    total: int = 0
    failed: bool = False

    def records(self) -> str:
        """What it says at the end: a block that could not be written was read."""
        return f'{self.full + self.failed}+{self.part} records in\n{self.full}+{self.part} records out\n'


def _operands(argv: list[str]) -> dict[str, str]:
    """Raises Complaint."""
    given: dict[str, str] = {}
    for word in argv[1:]:
        name, equals, value = word.partition('=')
        if not equals or name not in NAMES:
            raise Complaint(f"unrecognized operand ‘{word}’\nTry 'dd --help' for more information.")
        given[name] = value
    return given


def _opened(given: dict[str, str], numbers: dict[str, int], busybox: bool, io: IO,
            ctx: Context) -> tuple[Reader, Writer]:
    """What is read and what is written. Raises Complaint."""
    name = given.get('if', '-')
    try:
        reader = open_reader(name, io, ctx)
        name = given.get('of', '')
        block = numbers.get('bs') or numbers.get('obs') or 512
        return reader, _output(given, numbers.get('seek', 0) * block, io, ctx)
    except OSError as problem:
        doing = "can't open" if busybox else 'failed to open'
        raise Complaint(f"{doing} '{name}': {reason(problem)}") from None


async def _skip(reader: Reader, blocks: int, size: int) -> None:
    for _ in range(blocks):
        async for _ in _block(reader, size):
            pass


async def _copy(reader: Reader, writer: Writer, size: int, most: int | None, copied: Copied, ctx: Context) -> None:
    """Block by block, until the input ends or there were as many as asked for. Raises OSError."""
    while most is None or copied.full + copied.part < most:
        before = copied.total
        async for piece in _block(reader, size):
            writer.write(piece)
            copied.total += len(piece)
            await writer.drain()
        length = copied.total - before
        if not length:
            return
        copied.full += length == size
        copied.part += length < size
        await ctx.simulation.sleep(length / SPEED)


def _number(text: str, busybox: bool) -> int:
    match = re.fullmatch(r'(\d+)([a-zA-Z]*)', text)
    if match is None or match[2] not in UNITS:
        raise Complaint(f"invalid number '{text}'" if busybox else f'invalid number: ‘{text}’')
    return int(match[1]) * UNITS[match[2]]


def _output(given: dict[str, str], seek: int, io: IO, ctx: Context) -> Writer:
    """Where it writes to: what is there after `seek` stays only with conv=notrunc. Raises OSError."""
    if 'of' not in given:
        return io.stdout
    path = normalize(given['of'], ctx.cwd)
    node = open_write(path, bool(seek), ctx)
    if isinstance(node, Device):
        return device_writer(node, io)
    if seek:
        ctx.files.truncate(path, seek)
    return FileWriter(ctx.files, node)


async def _block(reader: Reader, size: int) -> AsyncIterator[bytes]:
    """So much in pieces, unless the input ends."""
    while size and (data := await reader.read(min(size, PIECE))):
        size -= len(data)
        yield data


def _speed(total: int, seconds: float, busybox: bool) -> str:
    rate = total / seconds
    if busybox:
        shown, speed = human(total), human(int(rate))
        return f'{total} bytes ({shown}B) copied, {seconds:.6f} seconds, {speed}B/s\n'
    unit = 'byte' if total == 1 else 'bytes'
    scaled = _decimal(total)
    about = f' ({scaled}, {_binary(total)})' if total >= 1024 else f' ({scaled})' if total >= 1000 else ''
    return f'{total} {unit}{about} copied, {seconds:.6g} s, {_decimal(rate)}/s\n'


def _decimal(value: float) -> str:
    return _scaled(value, 1000, ('B', 'kB', 'MB', 'GB', 'TB'))


def _binary(value: float) -> str:
    return _scaled(value, 1024, ('B', 'KiB', 'MiB', 'GiB', 'TiB'))


def _scaled(value: float, base: int, units: tuple[str, ...]) -> str:
    place = 0
    while value >= base and place < len(units) - 1:
        value, place = value / base, place + 1
    return f'{value:.1f} {units[place]}' if value < 10 and place else f'{value:.0f} {units[place]}'
