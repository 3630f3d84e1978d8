"""uniq."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import chomp, lines, open_reader
from tutor.shell.programs.options import Options, parse
from tutor.shell.vfs import normalize

LONG = {'count': 'c', 'repeated': 'd', 'unique': 'u', 'ignore-case': 'i', 'skip-fields': 'f', 'skip-chars': 's',
        'check-chars': 'w', 'all-repeated': 'D'}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """uniq [-cdui] [-f FIELDS] [-s CHARS] [-w CHARS] [INPUT [OUTPUT]]"""
    options = parse(argv, ctx, 'cduiDf:s:w:', LONG)
    skip_fields, skip_chars, width = (_number(options, letter) for letter in 'fsw')
    path = options.args[0] if options.args else '-'
    try:
        reader = open_reader(path, io, ctx)
    except OSError as problem:
        raise Complaint(f'{path}: {reason(problem)}') from None
    groups: list[list[str]] = []
    output: list[str] = []

    def key(line: str) -> str:
        for _ in range(skip_fields):
            line = re.sub(r'^\s*\S+', '', line)
        line = line[skip_chars:]
        line = line[:width] if width else line
        return line.lower() if 'i' in options else line

    def emit(group: list[str]) -> None:
        text = _shown(group, options, ctx)
        if len(options.args) > 1:
            output.append(text)
        else:
            io.stdout.write(text)

    async for raw in lines(reader):
        line = chomp(raw)
        if groups and key(groups[0][0]) == key(line):
            groups[0].append(line)
            continue
        if groups:
            emit(groups.pop())
            await io.stdout.drain()
        groups.append([line])
    if groups:
        emit(groups.pop())
    if len(options.args) > 1:
        ctx.files.write(normalize(options.args[1], ctx.cwd), ''.join(output))
    return 0


def _shown(group: list[str], options: Options, ctx: Context) -> str:
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
