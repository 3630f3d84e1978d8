"""cut."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.inputs import chomp, open_all
from tutor.shell.programs.options import Options, parse

LONG = {'bytes': 'b', 'characters': 'c', 'fields': 'f', 'delimiter': 'd', 'only-delimited': 's',
        'output-delimiter': '=', 'complement': ''}
TRY = "\nTry 'cut --help' for more information."


class Ranges:
    """`1,3-5,7-`: which positions, counted from 1, are chosen."""

    def __init__(self, spec: str, complement: bool, fields: bool) -> None:
        self._complement = complement
        self._spans: list[tuple[int, float]] = []
        what = 'field' if fields else 'byte/character'
        for part in re.split(r'[, ]', spec):
            match = re.fullmatch(r'(\d*)(-?)(\d*)', part)
            if match is None:
                raise Complaint(f"invalid {what} {'value' if fields else 'position'} ‘{part}’" + TRY)
            if not match[1] and not match[3]:
                raise Complaint(('invalid range with no endpoint: -' if match[2] else
                                 'fields are numbered from 1' if fields else
                                 'byte/character positions are numbered from 1') + TRY)
            if match[1] == '0' or (match[3] == '0' and not match[1]):
                raise Complaint(('fields are numbered from 1' if fields else
                                 'byte/character positions are numbered from 1') + TRY)
            low = int(match[1] or 1)
            high = float(match[3]) if match[3] else float('inf') if match[2] else low
            if high < low:
                raise Complaint('invalid decreasing range' + TRY)
            self._spans.append((low, high))

    def __contains__(self, place: int) -> bool:
        return any(low <= place <= high for low, high in self._spans) is not self._complement


async def cut(argv: list[str], io: IO, ctx: Context) -> int:
    """cut -b|-c|-f LIST [-d DELIMITER] [-s] [--complement] [FILE…]"""
    options = parse(argv, ctx, 'b:c:f:d:sn', LONG)
    kind = options.last('bcf')
    if not kind:
        raise Complaint('you must specify a list of bytes, characters, or fields' + TRY,
                        busybox='expected a list of bytes, characters, or fields')
    if len({name for name, _ in options.given if name in 'bcf'}) > 1:
        raise Complaint('only one type of list may be specified' + TRY)
    delimiter = options.get('d', '\t')
    if len(delimiter) != 1:
        if delimiter:
            raise Complaint('the delimiter must be a single character' + TRY)
        delimiter = '\0'
    if kind != 'f' and ('d' in options or 's' in options):
        raise Complaint(('an input delimiter may be specified only' if 'd' in options else
                         'suppressing non-delimited lines makes sense\n\tonly') + ' when operating on fields' + TRY)
    ranges = Ranges(options.get(kind), 'complement' in options, kind == 'f')
    inputs = open_all(options.args, io, ctx).named(argv[0])
    async for line in inputs.lines():
        shown = _line(chomp(line), kind, ranges, delimiter, options)
        if shown is not None:
            io.stdout.write(shown + '\n')
            await io.stdout.drain()
    return int(inputs.failed)


def _line(line: str, kind: str, ranges: Ranges, delimiter: str, options: Options) -> str | None:
    joined = options.get('output-delimiter', delimiter if kind == 'f' else '')
    if kind == 'f':
        if delimiter not in line:
            return None if 's' in options else line
        return joined.join(part for place, part in enumerate(line.split(delimiter), 1) if place in ranges)
    data = line.encode('utf-8', 'surrogateescape')
    kept = bytes(byte for place, byte in enumerate(data, 1) if place in ranges)
    return kept.decode('utf-8', 'surrogateescape')
