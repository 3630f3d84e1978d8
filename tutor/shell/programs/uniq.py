"""uniq."""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import chomp, lines, open_reader
from tutor.shell.programs.options import Options, parse
from tutor.shell.streams import Capture
from tutor.shell.vfs import normalize

LONG = {'count': 'c', 'repeated': 'd', 'unique': 'u', 'ignore-case': 'i', 'skip-fields': 'f', 'skip-chars': 's',
        'check-chars': 'w', 'all-repeated': 'D'}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """uniq [-cdui] [-f FIELDS] [-s CHARS] [-w CHARS] [INPUT [OUTPUT]]"""
    options = parse(argv, ctx, 'cduiDf:s:w:', LONG)
    key = _key(options)
    path, *target = options.args[:2] or ['-']
    try:
        reader = open_reader(path, io, ctx)
    except OSError as problem:
        raise Complaint(f'{path}: {reason(problem)}') from None
    kept = Capture()
    output = kept if target else io.stdout
    group: list[str] = []
    async for raw in lines(reader):
        line = chomp(raw)
        if group and key(group[0]) != key(line):
            output.write(_shown(group, options))
            await output.drain()
            group = []
        group.append(line)
    if group:
        output.write(_shown(group, options))
    if target:
        ctx.files.write(normalize(target[0], ctx.cwd), kept.data())
    return 0


def _key(options: Options) -> Callable[[str], str]:
    """What two lines are compared by."""
    skip_fields, skip_chars, width = (_number(options, letter) for letter in 'fsw')

    def key(line: str) -> str:
        for _ in range(skip_fields):
            line = re.sub(r'^\s*\S+', '', line)
        line = line[skip_chars:]
        line = line[:width] if width else line
        return line.lower() if 'i' in options else line
    return key


def _shown(group: list[str], options: Options) -> str:
    if 'D' in options:
        return ''.join(line + '\n' for line in group) if len(group) > 1 else ''
    if ('d' in options and len(group) == 1) or ('u' in options and len(group) > 1):
        return ''
    return (f'{len(group):7d} ' if 'c' in options else '') + group[0] + '\n'


def _number(options: Options, letter: str) -> int:
    value = options.get(letter, '0')
    if not value.isdigit():
        what = {'f': 'fields to skip', 's': 'bytes to skip', 'w': 'bytes to compare'}[letter]
        raise Complaint(f'{value}: invalid number of {what}')
    return int(value)
