"""fold, expand, unexpand."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.inputs import CHUNK, open_all, text
from tutor.shell.programs.options import parse


async def fold(argv: list[str], io: IO, ctx: Context) -> int:
    """fold [-s] [-w WIDTH] [FILE…]"""
    options = parse(argv, ctx, 'sbw:', {'spaces': 's', 'width': 'w', 'bytes': 'b'})
    if not options.get('w', '80').isdigit() or not int(options.get('w', '80')):
        raise Complaint(f"invalid number of columns: ‘{options.get('w')}’")
    width = int(options.get('w', '80'))
    inputs = open_all(options.args, io, ctx).named(argv[0])
    for _, reader in inputs.readers():
        rest = ''
        while data := await reader.read(CHUNK):
            *lines, rest = (rest + text(data)).split('\n')
            for line in lines:
                io.stdout.write(_fold(line, width, 's' in options, io) + '\n')
            rest = _fold(rest, width, 's' in options, io)
            await io.stdout.drain()
        io.stdout.write(rest)
    return int(inputs.failed)


def _fold(rest: str, width: int, at_blanks: bool, io: IO) -> str:
    """Write all full lines; what is left of it."""
    while len(rest) > width:
        cut = width
        if at_blanks and (blank := rest.rfind(' ', 0, width)) >= 0:
            cut = blank + 1
        io.stdout.write(rest[:cut] + '\n')
        rest = rest[cut:]
    return rest


async def expand(argv: list[str], io: IO, ctx: Context) -> int:
    """expand|unexpand [-t WIDTH] [FILE…]"""
    options = parse(argv, ctx, 'it:a', {'tabs': 't', 'initial': 'i', 'all': 'a'})
    width = int(options.get('t', '8')) if options.get('t', '8').isdigit() else 8
    inputs = open_all(options.args, io, ctx).named(argv[0])
    async for line in inputs.lines():
        if argv[0].endswith('unexpand'):
            indent = re.match(' *', line)
            count = len(indent[0]) if indent else 0
            io.stdout.write('\t' * (count // width) + ' ' * (count % width) + line[count:])
        else:
            io.stdout.write(line.expandtabs(width))
    return int(inputs.failed)
