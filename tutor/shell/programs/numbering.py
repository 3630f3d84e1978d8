"""nl."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.inputs import chomp, open_all
from tutor.shell.programs.options import parse

LONG = {'body-numbering': 'b', 'number-width': 'w', 'number-separator': 's', 'starting-line-number': 'v',
        'line-increment': 'i', 'number-format': 'n'}


async def nl(argv: list[str], io: IO, ctx: Context) -> int:
    """nl [-b a|t|n|pREGEX] [-w WIDTH] [-s SEPARATOR] [-v FIRST] [-i STEP] [-n ln|rn|rz] [FILE…]"""
    options = parse(argv, ctx, 'b:w:s:v:i:n:', LONG)
    style, separator = options.get('b', 't'), options.get('s', '\t')
    width = int(options.get('w', '6')) if options.get('w', '6').isdigit() else 6
    number = int(options.get('v', '1')) if re.fullmatch(r'-?\d+', options.get('v', '1')) else 1
    step = int(options.get('i', '1')) if re.fullmatch(r'-?\d+', options.get('i', '1')) else 1
    inputs = open_all(options.args, io, ctx).named(argv[0])
    async for raw in inputs.lines():
        line = chomp(raw)
        counted = style == 'a' or (style == 't' and line != '') or \
            (style.startswith('p') and re.search(style[1:], line) is not None)
        if counted:
            shown = {'ln': f'{number:<{width}}', 'rz': f'{number:0{width}}'}.get(options.get('n'), f'{number:>{width}}')
            io.stdout.write(f'{shown}{separator}{line}\n')
            number += step
        else:
            io.stdout.write(' ' * (width + len(separator)) + line + '\n')
    return int(inputs.failed)
