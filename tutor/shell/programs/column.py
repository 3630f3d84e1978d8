"""column."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.inputs import open_all, text
from tutor.shell.programs.options import parse
from tutor.shell.programs.screen import size, visible_width

LONG = {'table': 't', 'separator': 's', 'output-separator': 'o', 'output-width': 'c', 'fillrows': 'x',
        'table-columns': 'N'}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """column [-t] [-s SEPARATORS] [-o SEPARATOR] [-c WIDTH] [-N NAMES] [FILE…]"""
    options = parse(argv, ctx, 'ts:o:c:xN:e', LONG)
    inputs = open_all(options.args, io, ctx).named(argv[0])
    rows = [line for line in text(await inputs.data()).splitlines() if line.strip()]
    if 't' in options:
        separators = options.get('s')
        cells = [re.split(f'[{re.escape(separators)}]', row) if separators else row.split() for row in rows]
        if 'N' in options:
            cells.insert(0, options.get('N').split(','))
        _table(cells, options.get('o', '  '), io)
    elif rows:
        width = int(options.get('c')) if options.get('c').isdigit() else size(io.stdout, ctx)[0]
        _fill(rows, width, 'x' in options, io)
    return int(inputs.failed)


def _table(rows: list[list[str]], separator: str, io: IO) -> None:
    count = max((len(row) for row in rows), default=0)
    widths = [max((visible_width(row[place]) for row in rows if place < len(row)), default=0) for place in range(count)]
    for row in rows:
        cells = [cell + ' ' * (widths[place] - visible_width(cell)) for place, cell in enumerate(row[:-1])]
        io.stdout.write(separator.join([*cells, *row[-1:]]) + '\n')


def _fill(rows: list[str], width: int, across: bool, io: IO) -> None:
    longest = (max(visible_width(row) for row in rows) // 8 + 1) * 8
    columns = max(width // longest, 1)
    lines = -(-len(rows) // columns)
    for line in range(lines):
        chosen = rows[line * columns:(line + 1) * columns] if across else rows[line::lines]
        shown = ''.join(cell + '\t' * -(-(longest - visible_width(cell)) // 8) for cell in chosen[:-1]) + chosen[-1]
        io.stdout.write(shown + '\n')
