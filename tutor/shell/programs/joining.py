"""paste, comm, join."""

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


async def join(argv: list[str], io: IO, ctx: Context) -> int:
    """join [-1 N] [-2 N] [-j N] [-t CHAR] [-a N] [-v N] [-e TEXT] [-o LIST] FILE1 FILE2"""
    options = parse(argv, ctx, '1:2:j:t:a:v:e:o:i', {'ignore-case': 'i', 'header': '', 'nocheck-order': '',
                                                     'check-order': ''})
    if len(options.args) < 2:
        raise missing_operand(argv, ctx)
    keys = [int(options.get(name) or options.get('j') or 1) - 1 for name in ('1', '2')]
    separator = options.get('t') if 't' in options else None
    sides = [[_cells(line, separator) for line in await _lines(path, io, ctx)] for path in options.args[:2]]
    form = _Joined(keys, separator, options.get('e', ''), options.get('o'), sides)
    shown = {int(value) for name in ('a', 'v') for value in options.all(name)}
    for left, right in _matched(sides, keys, 'i' in options):
        if left is not None and right is not None:
            if 'v' not in options:
                io.stdout.write(form.line(left, right))
        elif (1 if right is None else 2) in shown:
            io.stdout.write(form.line(left, right))
    return 0


def _cells(line: str, separator: str | None) -> list[str]:
    return line.split(separator) if separator else line.split()


def _matched(sides: list[list[list[str]]], keys: list[int],
             folded: bool) -> list[tuple[list[str] | None, list[str] | None]]:
    """Rows of both files side by side, in the order of their keys; None for one that has no partner."""
    def key(row: list[str], side: int) -> str:
        value = row[keys[side]] if keys[side] < len(row) else ''
        return value.lower() if folded else value

    left, right = sides
    found: list[tuple[list[str] | None, list[str] | None]] = []
    first = second = 0
    while first < len(left) or second < len(right):
        if second >= len(right) or (first < len(left) and key(left[first], 0) < key(right[second], 1)):
            found.append((left[first], None))
            first += 1
        elif first >= len(left) or key(right[second], 1) < key(left[first], 0):
            found.append((None, right[second]))
            second += 1
        else:
            shared = key(left[first], 0)
            end = second
            while end < len(right) and key(right[end], 1) == shared:
                end += 1
            while first < len(left) and key(left[first], 0) == shared:
                found += [(left[first], row) for row in right[second:end]]
                first += 1
            second = end
    return found


class _Joined:
    """How a line of join is written: the key, the other cells of both, or what -o lists."""

    def __init__(self, keys: list[int], separator: str | None, empty: str, wanted: str,
                 sides: list[list[list[str]]]) -> None:
        self._keys, self._glue, self._empty = keys, separator or ' ', empty
        self._wanted = wanted.replace(',', ' ').split()
        if self._wanted == ['auto']:
            self._wanted = ['0', *(f'{side + 1}.{place + 1}' for side in (0, 1)
                                   for place in range(len(sides[side][0]) if sides[side] else 0)
                                   if place != keys[side])]

    def line(self, left: list[str] | None, right: list[str] | None) -> str:
        rows = (left, right)
        if self._wanted:
            return self._glue.join(self._cell(word, rows) for word in self._wanted) + '\n'
        cells = [self._cell('0', rows)]
        for row, key in zip(rows, self._keys, strict=True):
            cells += [cell for place, cell in enumerate(row or ()) if place != key]
        return self._glue.join(cells) + '\n'

    def _cell(self, word: str, rows: tuple[list[str] | None, list[str] | None]) -> str:
        if word == '0':
            side = 0 if rows[0] is not None else 1
            place = self._keys[side]
        else:
            number, _, column = word.partition('.')
            side, place = int(number) - 1, int(column or 1) - 1
        row = rows[side] or []
        return (row[place] if place < len(row) else '') or self._empty
