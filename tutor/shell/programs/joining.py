"""paste, comm."""

from __future__ import annotations

from itertools import zip_longest

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_reader, text
from tutor.shell.programs.options import missing_operand, parse

ESCAPES = {'\\n': '\n', '\\t': '\t', '\\0': '', '\\\\': '\\'}


async def _lines(path: str, io: IO, ctx: Context) -> list[str]:
    try:
        data = text(await open_reader(path, io, ctx).read())
    except OSError as problem:
        raise Complaint(f'{path}: {reason(problem)}') from None
    return data.removesuffix('\n').split('\n') if data else []


async def paste(argv: list[str], io: IO, ctx: Context) -> int:
    """paste [-s] [-d LIST] [FILE…]"""
    options = parse(argv, ctx, 'sd:z', {'serial': 's', 'delimiters': 'd'})
    delimiters = _delimiters(options.get('d', '\t'))
    if 's' in options:
        for path in options.args or ['-']:
            io.stdout.write(_joined(await _lines(path, io, ctx), delimiters) + '\n')
        return 0
    paths = options.args or ['-']
    standard = await _lines('-', io, ctx) if '-' in paths else []
    columns: list[list[str]] = []
    dashes = paths.count('-')
    seen = 0
    for path in paths:
        if path == '-':
            columns.append(standard[seen::dashes])
            seen += 1
        else:
            columns.append(await _lines(path, io, ctx))
    for row in zip_longest(*columns, fillvalue=''):
        io.stdout.write(_joined(list(row), delimiters) + '\n')
    return 0


def _delimiters(spec: str) -> list[str]:
    found, place = [], 0
    while place < len(spec):
        pair = spec[place:place + 2]
        found.append(ESCAPES.get(pair, spec[place]))
        place += 2 if pair in ESCAPES else 1
    return found or ['']


def _joined(cells: list[str], delimiters: list[str]) -> str:
    return ''.join(cell + (delimiters[place % len(delimiters)] if place < len(cells) - 1 else '')
                   for place, cell in enumerate(cells))


async def comm(argv: list[str], io: IO, ctx: Context) -> int:
    """comm [-123] FILE1 FILE2"""
    options = parse(argv, ctx, '123z', {'output-delimiter': '=', 'check-order': '', 'nocheck-order': ''})
    if len(options.args) != 2:
        raise missing_operand(argv, ctx, 'missing operand' if not options.args else
                              f"missing operand after ‘{options.args[-1]}’" if len(options.args) < 2 else
                              f"extra operand ‘{options.args[2]}’")
    left, right = [await _lines(path, io, ctx) for path in options.args]
    separator = options.get('output-delimiter', '\t')
    indent = {'1': '', '2': '' if '1' in options else separator}
    indent['3'] = indent['2'] + ('' if '2' in options else separator)
    one = other = 0
    while one < len(left) or other < len(right):
        if other >= len(right) or (one < len(left) and left[one] < right[other]):
            column, line, one = '1', left[one], one + 1
        elif one >= len(left) or right[other] < left[one]:
            column, line, other = '2', right[other], other + 1
        else:
            column, line, one, other = '3', left[one], one + 1, other + 1
        if column not in options:
            io.stdout.write(f'{indent[column]}{line}\n')
    return 0
