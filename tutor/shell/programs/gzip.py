"""gzip, gunzip, zcat."""

from __future__ import annotations

import zlib

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.options import parse
from tutor.shell.vfs import normalize

LONG = {'stdout': 'c', 'to-stdout': 'c', 'decompress': 'd', 'uncompress': 'd', 'keep': 'k', 'force': 'f',
        'verbose': 'v',
        'fast': '1', 'best': '9', 'quiet': 'q', 'test': 't', 'list': 'l', 'no-name': 'n'}
MAX_SIZE = 128 * 1024 * 1024


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """gzip [-cdkfv] [-1…-9] [FILE…]"""
    name = argv[0].rpartition('/')[2]
    options = parse(argv, ctx, 'cdkfvqtln123456789', LONG)
    unpacks = 'd' in options or name in ('gunzip', 'zcat') or 't' in options
    level = int(options.last('123456789') or 6)
    if not options.args or options.args == ['-']:
        if not unpacks and io.stdout.isatty and 'f' not in options:
            raise Complaint('compressed data not written to a terminal. Use -f to force compression.\n'
                            'For help, type: gzip -h')
        data = await io.stdin.read()
        io.stdout.write(unpacked(data, 'stdin') if unpacks else packed(data, level))
        return 0
    status = 0
    for path in options.args:
        status = max(status, _file(path, name, unpacks, level, options, io, ctx))
    return status


def _file(path: str, name: str, unpacks: bool, level: int, options, io: IO, ctx: Context) -> int:
    to_stdout = 'c' in options or name == 'zcat'
    whole = normalize(path, ctx.cwd)
    if unpacks and not ctx.files.exists(whole) and ctx.files.exists(whole + '.gz'):
        path, whole = path + '.gz', whole + '.gz'
    try:
        data = ctx.files.read(whole)
        if unpacks and not path.endswith(('.gz', '.tgz')) and not to_stdout:
            raise Complaint(f'{path}: unknown suffix -- ignored', 2)
        result = unpacked(data, path) if unpacks else packed(data, level)
        if 't' in options:
            return 0
        if to_stdout:
            io.stdout.write(result)
            return 0
        target = (whole[:-3] if whole.endswith('.gz') else whole[:-3] + 'tar') if unpacks else whole + '.gz'
        if ctx.files.exists(target) and 'f' not in options:
            raise Complaint(f'{target.rpartition("/")[2]} already exists;\tnot overwritten', 2)
        ctx.files.write(target, result)
        if 'k' not in options:
            ctx.files.remove(whole)
    except OSError as problem:
        io.stderr.write(f'{name}: {path}: {reason(problem)}\n')
        return 1
    return 0


def packed(data: bytes, level: int = 6) -> bytes:
    """The gzip form of bytes, without a time in it: the same bytes each time."""
    machine = zlib.compressobj(level, zlib.DEFLATED, -15)
    body = machine.compress(data) + machine.flush()
    return b'\x1f\x8b\x08\0\0\0\0\0\0\x03' + body + zlib.crc32(data).to_bytes(4, 'little') + \
        (len(data) & 0xFFFFFFFF).to_bytes(4, 'little')


def unpacked(data: bytes, name: str = 'stdin') -> bytes:
    """What was packed; raises Complaint for anything else, or for a bomb."""
    if not data.startswith(b'\x1f\x8b'):
        raise Complaint(f'{name}: not in gzip format' if data else f'{name}: unexpected end of file')
    machine = zlib.decompressobj(31)
    try:
        found = machine.decompress(data, MAX_SIZE)
    except zlib.error:
        raise Complaint(f'{name}: invalid compressed data--format violated') from None
    if machine.unconsumed_tail:
        raise Complaint(f'{name}: File too large')
    if not machine.eof:
        raise Complaint(f'{name}: unexpected end of file')
    return found
