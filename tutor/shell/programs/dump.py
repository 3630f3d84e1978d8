"""od, xxd, hexdump, strings."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_all, open_reader
from tutor.shell.programs.options import parse

NAMES = {0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r'}
FORMS = {'x1': (1, 'x', 2), 'x2': (2, 'x', 4), 'x4': (4, 'x', 8), 'x': (4, 'x', 8), 'o1': (1, 'o', 3),
         'o2': (2, 'o', 6),
         'o': (2, 'o', 6), 'd1': (1, 'd', 4), 'd2': (2, 'd', 6), 'd': (4, 'd', 11), 'u1': (1, 'd', 3),
         'u2': (2, 'd', 5),
         'x1z': (1, 'x', 2)}


async def od(argv: list[str], io: IO, ctx: Context) -> int:
    """od [-A d|o|x|n] [-t x1|c|…] [-cxbv] [-N BYTES] [-j BYTES] [FILE…]"""
    options = parse(argv, ctx, 'A:t:cxbdovN:j:w:',
                    {'address-radix': 'A', 'format': 't', 'read-bytes': 'N', 'skip-bytes': 'j'})
    form = options.get('t') or {'c': 'c', 'x': 'x2', 'b': 'o1', 'd': 'u2'}.get(options.last('cxbd'), 'o2')
    if form not in FORMS and form not in ('c', 'a'):
        raise Complaint(f"invalid character '{form[:1]}' in type string '{form}'")
    inputs = open_all(options.args, io, ctx).named(argv[0])
    data = await inputs.data()
    skip = int(options.get('j', '0')) if options.get('j', '0').isdigit() else 0
    data = data[skip:]
    if options.get('N').isdigit():
        data = data[:int(options.get('N'))]
    radix = options.get('A', 'o')
    previous, repeated = b'', False
    for start in range(0, len(data), 16):
        row = data[start:start + 16]
        if row == previous and len(row) == 16 and 'v' not in options:
            if not repeated:
                io.stdout.write('*\n')
            repeated = True
            continue
        previous, repeated = row, False
        io.stdout.write(f'{_address(start + skip, radix)}{_row(row, form)}\n')
    if radix != 'n':
        io.stdout.write(_address(len(data) + skip, radix) + '\n')
    return int(inputs.failed)


def _address(place: int, radix: str) -> str:
    return {'o': f'{place:07o}', 'd': f'{place:07d}', 'x': f'{place:06x}', 'n': ''}.get(radix, f'{place:07o}')


def _row(row: bytes, form: str) -> str:
    if form in ('c', 'a'):
        return ''.join(f'{NAMES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"{byte:03o}"):>4}' for byte in row)
    size, letter, width = FORMS[form]
    padded = row + b'\0' * (-len(row) % size)
    cells = [int.from_bytes(padded[place:place + size], 'little') for place in range(0, len(padded), size)]
    if letter == 'd':
        return ''.join(f' {cell:>{width}}' for cell in cells)
    return ''.join(f' {cell:0{width}{letter}}' for cell in cells)


async def xxd(argv: list[str], io: IO, ctx: Context) -> int:
    """xxd [-r] [-p] [-l LENGTH] [-c COLUMNS] [FILE]"""
    options = parse(argv, ctx, 'rpul:c:s:g:b')
    path = options.args[0] if options.args else '-'
    try:
        data = await open_reader(path, io, ctx).read()
    except OSError as problem:
        raise Complaint(f'{path}: {reason(problem)}', 2) from None
    if 'r' in options:
        io.stdout.write(_reversed(data.decode('latin-1'), 'p' in options))
        return 0
    if options.get('l').isdigit():
        data = data[:int(options.get('l'))]
    columns = int(options.get('c')) if options.get('c').isdigit() else 0
    columns = columns or (30 if 'p' in options else 16)
    for start in range(0, len(data), columns):
        row = data[start:start + columns]
        if 'p' in options:
            io.stdout.write(row.hex() + '\n')
            continue
        pairs = ' '.join(row[place:place + 2].hex() for place in range(0, len(row), 2))
        io.stdout.write(f'{start:08x}: {pairs:<{columns * 2 + (columns - 1) // 2}}  {_shown(row)}\n')
    return 0


def _reversed(text: str, plain: bool) -> bytes:
    if plain:
        digits = re.sub(r'[^0-9a-fA-F]', '', text)
    else:
        digits = ''.join(re.sub(r'[^0-9a-fA-F]', '', line.partition(': ')[2].split('  ')[0])
                         for line in text.splitlines())
    return bytes.fromhex(digits[:len(digits) // 2 * 2])


def _shown(row: bytes) -> str:
    return ''.join(chr(byte) if 32 <= byte < 127 else '.' for byte in row)


async def hexdump(argv: list[str], io: IO, ctx: Context) -> int:
    """hexdump [-C] [-n LENGTH] [FILE…]"""
    options = parse(argv, ctx, 'Cn:vs:xbcd')
    inputs = open_all(options.args, io, ctx).named(argv[0])
    data = await inputs.data()
    if options.get('n').isdigit():
        data = data[:int(options.get('n'))]
    for start in range(0, len(data), 16):
        row = data[start:start + 16]
        if 'C' in options:
            halves = '  '.join(f'{row[place:place + 8].hex(" "):<23}' for place in (0, 8))
            io.stdout.write(f'{start:08x}  {halves}  |{_shown(row)}|\n')
        else:
            padded = row + b'\0' * (len(row) % 2)
            io.stdout.write(f'{start:07x} ' + ' '.join(f'{padded[place + 1]:02x}{padded[place]:02x}'
                                                       for place in range(0, len(padded), 2)) + '\n')
    if data:
        io.stdout.write(f'{len(data):08x}\n' if 'C' in options else f'{len(data):07x}\n')
    return int(inputs.failed)


async def strings(argv: list[str], io: IO, ctx: Context) -> int:
    """strings [-n LENGTH] [FILE…]"""
    options = parse(argv, ctx, 'an:t:')
    least = int(options.get('n')) if options.get('n').isdigit() else 4
    inputs = open_all(options.args, io, ctx, "'{path}': No such file").named(argv[0])
    for found in re.findall(rb'[\t\x20-\x7e]{%d,}' % least, await inputs.data()):
        io.stdout.write(found + b'\n')
    return int(inputs.failed)
