"""split."""

from __future__ import annotations

import re
import string
from itertools import product

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_reader
from tutor.shell.programs.options import parse
from tutor.shell.vfs import normalize

UNITS = {'': 1, 'b': 512, 'k': 1024, 'K': 1024, 'M': 1024**2, 'm': 1024**2}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """split [-l LINES] [-b BYTES] [-d] [-a LENGTH] [FILE [PREFIX]]"""
    options = parse(argv, ctx, 'l:b:da:', {'lines': 'l', 'bytes': 'b', 'numeric-suffixes': 'd', 'suffix-length': 'a',
                                           'additional-suffix': '='})
    path = options.args[0] if options.args else '-'
    prefix = options.args[1] if len(options.args) > 1 else 'x'
    try:
        data = await open_reader(path, io, ctx).read()
    except OSError as problem:
        raise Complaint(f"cannot open '{path}' for reading: {reason(problem)}") from None
    width = int(options.get('a', '2')) if options.get('a', '2') in '12345' else 2
    names = product(string.digits if 'd' in options else string.ascii_lowercase, repeat=width)
    for piece in _pieces(data, options.get('l', '1000'), options.get('b')):
        suffix = next(names, None)
        if suffix is None:
            raise Complaint('output file suffixes exhausted')
        ctx.files.write(normalize(prefix + ''.join(suffix) + options.get('additional-suffix'), ctx.cwd), piece)
    return 0


def _pieces(data: bytes, lines: str, size: str) -> list[bytes]:
    if size:
        match = re.fullmatch(r'(\d+)([bkKmM]?)', size)
        if match is None or not int(match[1]):
            raise Complaint(f"invalid number of bytes: ‘{size}’", busybox=f"invalid number '{size}'")
        step = int(match[1]) * UNITS[match[2]]
        return [data[start:start + step] for start in range(0, len(data), step)]
    if not lines.isdigit() or not int(lines):
        raise Complaint(f"invalid number of lines: ‘{lines}’", busybox=f"invalid number '{lines}'")
    found = data.splitlines(keepends=True)
    return [b''.join(found[start:start + int(lines)]) for start in range(0, len(found), int(lines))]
