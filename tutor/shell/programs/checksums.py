"""md5sum and its sisters, cksum."""

from __future__ import annotations

import hashlib

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import reason
from tutor.shell.programs.inputs import open_all, open_reader
from tutor.shell.programs.options import parse


async def digest(argv: list[str], io: IO, ctx: Context) -> int:
    """md5sum|sha1sum|sha256sum|sha512sum [-c] [FILE…]"""
    name = argv[0].rpartition('/')[2].removesuffix('sum')
    options = parse(argv, ctx, 'bctw', {'check': 'c', 'binary': 'b', 'text': 't', 'quiet': '', 'status': '', 'tag': ''})
    if 'c' in options:
        return await _check(name, options.args, io, ctx)
    problem, unread = ("can't open '{path}': {reason}", "can't read '{path}': {reason}") \
        if ctx.host.userland == 'busybox' else ('{path}: {reason}', '')
    inputs = open_all(options.args, io, ctx, problem, unread).named(argv[0])
    for path, reader in inputs.readers():
        io.stdout.write(f'{hashlib.new(name, await reader.read(), usedforsecurity=False).hexdigest()}  {path}\n')
    return int(inputs.failed)


async def _check(name: str, paths: list[str], io: IO, ctx: Context) -> int:
    wrong = 0
    inputs = open_all(paths, io, ctx).named(f'{name}sum')
    async for line in inputs.lines():
        expected, _, path = line.rstrip('\n').partition('  ')
        try:
            data = await open_reader(path, io, ctx).read()
        except OSError as problem:
            io.stderr.write(f'{name}sum: {path}: {reason(problem)}\n')
            io.stdout.write(f'{path}: FAILED open or read\n')
            wrong += 1
            continue
        good = hashlib.new(name, data, usedforsecurity=False).hexdigest() == expected
        io.stdout.write(f'{path}: {"OK" if good else "FAILED"}\n')
        wrong += not good
    if wrong:
        io.stderr.write(f'{name}sum: WARNING: {wrong} computed checksum{"s" if wrong > 1 else ""} did NOT match\n')
    return int(bool(wrong) or inputs.failed)


async def cksum(argv: list[str], io: IO, ctx: Context) -> int:
    """cksum [FILE…]"""
    options = parse(argv, ctx, '')
    inputs = open_all(options.args, io, ctx).named(argv[0])
    for path, reader in inputs.readers():
        data = await reader.read()
        io.stdout.write(f'{_crc(data)} {len(data)}{"" if path == "-" else " " + path}\n')
    return int(inputs.failed)


def _crc(data: bytes) -> int:
    """POSIX's CRC: the length follows the data, least byte first."""
    length, tail = len(data), bytearray()
    while length:
        tail.append(length & 255)
        length >>= 8
    crc = 0
    for byte in data + bytes(tail):
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc ^ 0xFFFFFFFF
