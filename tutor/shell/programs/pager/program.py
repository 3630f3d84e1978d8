"""less and more: a screen at a time where somebody sits at a terminal, all at once elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from tutor.shell.keys import Keys
from tutor.shell.process import IO, Context
from tutor.shell.programs.inputs import Opened, open_all
from tutor.shell.programs.options import parse
from tutor.shell.programs.pager.less import Less
from tutor.shell.programs.pager.more import More
from tutor.shell.programs.pager.page import Page
from tutor.shell.programs.pager.text import Text
from tutor.shell.tty import mode
from tutor.shell.vfs import normalize

LETTERS = 'NSRFXiIeEnqsMmgrKfd'
LONG = {'raw-control-chars': 'R', 'RAW-CONTROL-CHARS': 'R', 'line-numbers': 'n', 'LINE-NUMBERS': 'N',
        'chop-long-lines': 'S', 'quit-if-one-screen': 'F', 'no-init': 'X', 'ignore-case': 'i', 'IGNORE-CASE': 'I'}


async def pager(argv: list[str], io: IO, ctx: Context) -> int:
    """less|more [-NSRFXI] [+LINE | +F | +/PATTERN] [FILE…]"""
    name = argv[0].rpartition('/')[2]
    first = next((word[1:] for word in argv[1:] if word.startswith('+')), '')
    given = [word for word in ctx.env.get('LESS', '').split() if name == 'less']
    given = [word if word.startswith('-') else f'-{word}' for word in given]
    options = parse([argv[0], *given, *(word for word in argv[1:] if not word.startswith('+'))], ctx, LETTERS, LONG)
    if not options.args and io.stdin.isatty:
        io.stderr.write('Missing filename ("less --help" for help)\n' if name == 'less'
                        else 'more: bad usage\nTry \'more --help\' for more information.\n')
        return 1
    inputs = open_all(options.args, io, ctx, '{path}: {reason}').named(name)
    terminal = ctx.terminal if io.stdout.isatty and ctx.terminal is not None and ctx.terminal.reader else None
    if terminal is None:
        await _print(inputs, 'N' in options, io)
        return int(inputs.failed)
    page = Page(io, ctx, 'S' in options, 'N' in options, name == 'more' or bool({'R', 'r'} & {
        letter for letter, _ in options.given}))
    path = options.args[0] if len(options.args) == 1 else ''
    with mode(terminal, lines=False, echo=False, interrupts=False):
        if name == 'more':
            lines = [line.rstrip('\n') async for line in inputs.lines()]
            await More(lines, page, Keys(terminal.reader), bool(options.args)).show()
        else:
            await _less(inputs.lines(), page, path, first, 'F' in options, ctx,
                        ignores_case=bool({'i', 'I'} & {letter for letter, _ in options.given}))
    return int(inputs.failed)


async def _less(lines: AsyncIterator[str], page: Page, path: str, first: str, may_only_print: bool, ctx: Context,
                ignores_case: bool) -> None:
    text = Text(lines, ctx.simulation)
    try:
        if may_only_print and await _fits(text, page):
            page.write(page.drawn(text.lines, 0, len(text.lines)))
            return
        less = Less(text, page, Keys(_typed(first, ctx.terminal.reader)), ctx.simulation, path,
                    reread=_rereading(path, ctx) if path not in ('', '-') else None)
        less.ignores_case = ignores_case
        await _conversed(less, ctx)
    finally:
        text.close()


async def page_through(lines: AsyncIterator[str], prompt: Callable[[Less], str], io: IO, ctx: Context) -> None:
    """Show a text as programs do that start `less` themselves, such as man; without a terminal it is only printed."""
    if ctx.terminal is None or not io.stdout.isatty:
        async for line in lines:
            io.stdout.write(line)
        return
    text = Text(lines, ctx.simulation)
    try:
        with mode(ctx.terminal, lines=False, echo=False, interrupts=False):
            await _conversed(Less(text, Page(io, ctx), Keys(ctx.terminal.reader), ctx.simulation, prompt=prompt), ctx)
    finally:
        text.close()


async def _conversed(less: Less, ctx: Context) -> None:
    """Show it; while it is stopped the screen is as it was before."""
    process = ctx.host.processes.get(ctx.pid)

    def stop() -> None:
        less.leave()
        if process is not None:
            process.stop('TSTP')

    ctx.signals.update(TSTP=stop, CONT=less.come_back)
    try:
        await less.show()
    finally:
        ctx.signals.pop('TSTP')
        ctx.signals.pop('CONT')


async def _fits(text: Text, page: Page) -> bool:
    """Whether all of it is on one screen (-F)."""
    while not text.want(page.room + 1):
        await text.changed.wait()
    return text.ended and page.end_of(text.lines, 0, page.room) == len(text.lines)


class _Typed:
    """A keyboard on which something was typed already: what +COMMAND says."""

    def __init__(self, keys: str, reader: Any) -> None:
        self._keys, self._reader = keys.encode(), reader

    async def read(self, size: int = -1) -> bytes:
        keys, self._keys = self._keys, b''
        return keys or await self._reader.read(size)


def _typed(first: str, reader: Any) -> Any:
    if not first:
        return reader
    return _Typed(f'{first}\n' if first.startswith(('/', '?')) else f'{first}g' if first.isdigit() else first, reader)


def _rereading(path: str, ctx: Context) -> Callable[[], list[str]]:
    def lines() -> list[str]:
        try:
            return ctx.files.read_text(normalize(path, ctx.cwd)).splitlines()
        except OSError:
            return []
    return lines


async def _print(inputs: Opened, numbered: bool, io: IO) -> None:
    number = 0
    async for line in inputs.lines():
        number += 1
        io.stdout.write(f'{number:7d} {line}' if numbered else line)
        await io.stdout.drain()
