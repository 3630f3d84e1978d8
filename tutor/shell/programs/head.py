"""head."""

from __future__ import annotations

import re

from tutor.cluster.simulation import Reader
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.inputs import CHUNK, open_all
from tutor.shell.programs.options import numeric_option, parse

SUFFIXES = {'': 1, 'b': 512, 'kB': 1000, 'K': 1024, 'k': 1024, 'KB': 1000, 'MB': 1000**2, 'M': 1024**2, 'm': 1024**2,
            'GB': 1000**3, 'G': 1024**3}


def size(value: str, what: str) -> tuple[str, int]:
    """A count with its sign ('', '-' or '+'): `5`, `-3`, `+2`, `10k`. Raises Complaint."""
    match = re.fullmatch(r'([-+]?)(\d+)([a-zA-Z]*)', value)
    if match is None or match[3] not in SUFFIXES:
        raise Complaint(f'invalid number of {what}: ‘{value}’', busybox=f"invalid number '{value}'")
    return match[1], int(match[2]) * SUFFIXES[match[3]]


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """head [-n [-]LINES] [-c [-]BYTES] [-qv] [FILE…]"""
    options = parse(numeric_option(argv, 'n'), ctx, 'n:c:qvz',
                    {'lines': 'n', 'bytes': 'c', 'quiet': 'q', 'silent': 'q', 'verbose': 'v'})
    by_bytes = options.last('nc') == 'c'
    sign, count = size(options.get('c' if by_bytes else 'n', '10'), 'bytes' if by_bytes else 'lines')
    busybox = ctx.host.userland == 'busybox'
    problem = '{path}: {reason}' if busybox else "cannot open '{path}' for reading: {reason}"
    inputs = open_all(options.args, io, ctx, problem).named(argv[0])
    titles = 'v' in options or (len(inputs.paths) > 1 and 'q' not in options)
    first = True
    for path, reader in inputs.readers():
        if titles:
            name = 'standard input' if path == '-' else path
            io.stdout.write(f'{"" if first else chr(10)}==> {name} <==\n')
        first = False
        if by_bytes:
            await _bytes(reader, io, -count if sign == '-' else count, sign == '-')
        else:
            await _lines(reader, io, count, sign == '-')
    return int(inputs.failed)


async def _lines(reader: Reader, io: IO, count: int, but_last: bool) -> None:
    if but_last:
        found = (await reader.read()).splitlines(keepends=True)
        io.stdout.write(b''.join(found[:len(found) - count] if count else found))
        return
    for _ in range(count):
        line = await reader.readline()
        if not line:
            return
        io.stdout.write(line)
        await io.stdout.drain()


async def _bytes(reader: Reader, io: IO, count: int, but_last: bool) -> None:
    if but_last:
        data = await reader.read()
        io.stdout.write(data[:len(data) + count] if -count < len(data) else b'')
        return
    while count > 0 and (data := await reader.read(min(count, CHUNK))):
        io.stdout.write(data)
        await io.stdout.drain()
        count -= len(data)
