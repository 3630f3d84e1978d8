"""The terminal as programs see it: its size, clear, less and more, stty."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, replace
from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.tty import SANE

SEQUENCE = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]')


IGNORED = ('ixon', '-ixon', 'ixoff', '-ixoff', 'icrnl', 'opost', 'onlcr', 'iutf8', 'echoe', 'echok', 'echoctl')
"""Settings of stty that this terminal always has, or that nothing here depends on."""
UNKNOWN = 0, 0
"""The size of a pseudo terminal that nobody has told its size."""


def window(stream: Any, ctx: Context) -> tuple[int, int]:
    """Columns and rows of the terminal that a stream is (TIOCGWINSZ)."""
    found = getattr(stream, 'window', UNKNOWN)
    return found if found != UNKNOWN or ctx.terminal is None else (ctx.terminal.columns, ctx.terminal.rows)


def size(stream: Any, ctx: Context) -> tuple[int, int]:
    """Columns and rows to write for: those of the terminal, else what the environment says, else usual ones."""
    columns, rows = window(stream, ctx)
    told = ctx.env.get('COLUMNS', '')
    return columns or (int(told) if told.isdigit() else 0) or 80, rows or 24


def visible_width(text: str) -> int:
    """Cells that a text takes; colours take none."""
    plain = SEQUENCE.sub('', text)
    if plain.isascii():
        return len(plain)
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in 'WF' else 1
               for char in plain)


async def clear(argv: list[str], io: IO, ctx: Context) -> int:
    """clear"""
    if ctx.host.userland == 'busybox':
        io.stdout.write('\x1b[H\x1b[J')
        return 0
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
    columns, rows = window(io.stdin, ctx)
    if argv[1:] == ['size']:
        io.stdout.write(f'{rows} {columns}\n')
    elif argv[1:] in ([], ['-a'], ['--all']):
        io.stdout.write(f'speed 38400 baud; rows {rows}; columns {columns};\n')
    else:
        return _set(argv[1:], io, ctx)
    return 0


FLAGS = {'icanon': ('lines',), 'echo': ('echo',), 'isig': ('interrupts', 'suspends')}


def _set(words: list[str], io: IO, ctx: Context) -> int:
    """Change the terminal's mode; what a simulated terminal does not have is refused."""
    terminal = getattr(io.stdin, 'terminal', ctx.terminal)
    changes: dict[str, bool] = {}
    for word in words:
        if word.removeprefix('-') in FLAGS:
            changes.update(dict.fromkeys(FLAGS[word.removeprefix('-')], not word.startswith('-')))
        elif word in ('sane', 'cooked', '-raw'):
            changes = asdict(SANE)
        elif word in ('raw', '-cooked'):
            changes.update(lines=False, interrupts=False, suspends=False)
        elif word in ('cbreak', '-cbreak'):
            changes['lines'] = word.startswith('-')
        elif word not in IGNORED:
            io.stderr.write(f"stty: invalid argument '{word}'\nTry 'stty --help' for more information.\n")
            return 1
    if terminal is not None:
        terminal.set_mode(replace(terminal.mode, **changes))
    return 0
