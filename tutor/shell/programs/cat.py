"""cat, tac, rev."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.inputs import Pace, chomp, lines, open_all, text
from tutor.shell.programs.options import Options, parse

BLOCK = 1024 * 1024
LONG = {'number': 'n', 'number-nonblank': 'b', 'show-ends': 'E', 'show-tabs': 'T', 'show-all': 'A',
        'squeeze-blank': 's', 'show-nonprinting': 'v'}


async def cat(argv: list[str], io: IO, ctx: Context) -> int:
    """cat [-nbsAETv] [FILE…]"""
    options = parse(argv, ctx, 'nbsAEeTtuv', LONG)
    busybox = ctx.host.userland == 'busybox'
    problem = "can't open '{path}': {reason}" if busybox else '{path}: {reason}'
    inputs = open_all(options.args, io, ctx, problem, 'read error: {reason}' if busybox else problem).named(argv[0])
    show = _Show(options) if options.given else None
    pace = Pace(io, ctx)
    for _, reader in inputs.readers():
        if show is not None:
            async for line in lines(reader):
                io.stdout.write(show.line(line))
            continue
        while data := await reader.read(BLOCK):
            io.stdout.write(data)
            await io.stdout.drain()
            if not await pace.wrote(len(data)):
                return 1
    return int(inputs.failed)


class _Show:
    """The way that -n, -b, -s, -E, -T and -v change lines."""

    def __init__(self, options: Options) -> None:
        every = 'A' in options
        self._blank_too = 'n' in options and 'b' not in options
        self._numbers = 'n' in options or 'b' in options
        self._squeeze = 's' in options
        self._ends = every or 'E' in options or 'e' in options
        self._tabs = every or 'T' in options or 't' in options
        self._odd = every or any(letter in options for letter in 'vet')
        self._count = 0
        self._was_blank = False

    def line(self, line: str) -> str:
        body = chomp(line)
        if self._squeeze and not body and self._was_blank:
            return ''
        self._was_blank = not body
        if self._odd:
            body = ''.join(_visible(char) for char in body)
        if self._tabs:
            body = body.replace('\t', '^I')
        if self._ends and line.endswith('\n'):
            body += '$'
        if self._numbers and (line != '\n' or self._blank_too):
            self._count += 1
            body = f'{self._count:6d}\t{body}'
        return body + ('\n' if line.endswith('\n') else '')


def _visible(char: str) -> str:
    """A control character as ^X; a byte above 127 as M-…."""
    found = ''
    for byte in char.encode('utf-8', 'surrogateescape'):
        if byte >= 128:
            found, byte = found + 'M-', byte - 128
        if byte == 127:
            found += '^?'
        elif byte < 32 and char != '\t':
            found += '^' + chr(byte + 64)
        else:
            found += chr(byte)
    return found


async def tac(argv: list[str], io: IO, ctx: Context) -> int:
    """tac [FILE…]"""
    options = parse(argv, ctx, 'brs:')
    inputs = open_all(options.args, io, ctx, "failed to open '{path}' for reading: {reason}").named(argv[0])
    for _, reader in inputs.readers():
        io.stdout.write(''.join(reversed(text(await reader.read()).splitlines(keepends=True))))
    return int(inputs.failed)


async def rev(argv: list[str], io: IO, ctx: Context) -> int:
    """rev [FILE…]"""
    options = parse(argv, ctx, '')
    inputs = open_all(options.args, io, ctx, 'cannot open {path}: {reason}').named(argv[0])
    async for line in inputs.lines():
        io.stdout.write(chomp(line)[::-1] + ('\n' if line.endswith('\n') else ''))
    return int(inputs.failed)
