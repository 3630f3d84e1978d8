"""The terminal as programs see it: its size, clear, less and more, stty."""

from __future__ import annotations

import re
import unicodedata

from tutor.shell.process import IO, Context

SEQUENCE = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]')


def size(ctx: Context) -> tuple[int, int]:
    """Columns and rows."""
    terminal = ctx.terminal
    if terminal is not None:
        return terminal.columns, terminal.rows
    columns = ctx.env.get('COLUMNS', '')
    return (int(columns) if columns.isdigit() and int(columns) else 80), 24


def visible_width(text: str) -> int:
    """Cells that a text takes; colours take none."""
    plain = SEQUENCE.sub('', text)
    if plain.isascii():
        return len(plain)
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in 'WF' else 1
               for char in plain)


async def clear(argv: list[str], io: IO, ctx: Context) -> int:
    """clear"""
    if ctx.terminal is None and not io.stdout.isatty and 'TERM' not in ctx.env:
        io.stderr.write('TERM environment variable not set.\n')
        return 1
    io.stdout.write('\x1b[H\x1b[2J\x1b[3J')
    return 0


async def stty(argv: list[str], io: IO, ctx: Context) -> int:
    """stty [size | -a | SETTING…]"""
    if not io.stdin.isatty:
        io.stderr.write("stty: 'standard input': Inappropriate ioctl for device\n")
        return 1
    columns, rows = size(ctx)
    if argv[1:] == ['size']:
        io.stdout.write(f'{rows} {columns}\n')
    elif argv[1:] in ([], ['-a'], ['--all']):
        io.stdout.write(f'speed 38400 baud; rows {rows}; columns {columns};\n')
    elif argv[1] in ('echo', '-echo') and ctx.terminal is not None:
        ctx.terminal.echo = argv[1] == 'echo'
    return 0
