"""less and more: a screen at a time where somebody sits at a terminal, all at once elsewhere.

The terminal gives whole lines, so a key is typed with Enter after it; Enter alone turns the page.
"""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.inputs import Opened, open_all
from tutor.shell.programs.options import parse
from tutor.shell.programs.screen import size, visible_width
from tutor.shell.terminal import Terminal

CLEAR_LINE = '\r\x1b[K'
HELP = ('Enter  next page    b  page back    j  next line    /TEXT  search    n  search again\n'
        'g  beginning        G  end          q  quit\n')
FORWARD, BACK, QUIT = ('', ' ', 'f', 'd', 'z'), ('b', 'u', 'w'), ('q', 'Q', ':q', 'ZZ')


async def pager(argv: list[str], io: IO, ctx: Context) -> int:
    """less|more [-N] [FILE…]"""
    options = parse([word for word in argv if not word.startswith('+')], ctx, 'NSRFXiIeEnqsMmgrK',
                    {'raw-control-chars': 'R'})
    name = argv[0].rpartition('/')[2]
    if not options.args and io.stdin.isatty:
        io.stderr.write('Missing filename ("less --help" for help)\n' if name == 'less'
                        else 'more: bad usage\nTry \'more --help\' for more information.\n')
        return 1
    inputs = open_all(options.args, io, ctx, '{path}: {reason}').named(name)
    terminal = ctx.terminal if io.stdout.isatty else None
    if terminal is None:
        await _print(inputs, 'N' in options, io)
    else:
        lines = [line.rstrip('\n') async for line in inputs.lines()]
        if 'N' in options:
            lines = [f'{number:7d} {line}' for number, line in enumerate(lines, 1)]
        await _Pages(lines, name, options.args[0] if options.args else '', io, ctx, terminal).show()
    return int(inputs.failed)


async def _print(inputs: Opened, numbered: bool, io: IO) -> None:
    number = 0
    async for line in inputs.lines():
        number += 1
        io.stdout.write(f'{number:7d} {line}' if numbered else line)
        await io.stdout.drain()


class _Pages:
    """The lines of a text, and the one that the next page begins with."""

    def __init__(self, lines: list[str], name: str, path: str, io: IO, ctx: Context, terminal: Terminal) -> None:
        self._lines, self._name, self._path = lines, name, path
        self._io, self._ctx, self._terminal = io, ctx, terminal
        self._next = 0
        self._pattern = ''

    async def show(self) -> None:
        """Page until the end (of more), or until the person quits. What fits on one screen is only printed."""
        whole = self._page(0, self._room()) == len(self._lines)
        self._forward(self._room())
        while not whole and not (self._name == 'more' and self._next >= len(self._lines)):
            self._io.stdout.write(self._prompt())
            line = await self._terminal.reader.readline()
            self._io.stdout.write(CLEAR_LINE)
            key = line.decode('utf-8', 'replace').rstrip('\n')
            if not line or key in QUIT:
                return
            self._act(key)

    def _room(self) -> int:
        return max(size(self._io.stdout, self._ctx)[1] - 1, 2)

    def _page(self, start: int, rows: int) -> int:
        """Where a page that begins with a line ends: long lines take several rows."""
        columns = size(self._io.stdout, self._ctx)[0]
        end = start
        while end < len(self._lines):
            rows -= max(-(-visible_width(self._lines[end]) // columns), 1)
            if rows < 0 and end > start:
                break
            end += 1
        return end

    def _forward(self, rows: int) -> None:
        end = self._page(self._next, rows)
        self._io.stdout.write(''.join(f'{line}\n' for line in self._lines[self._next:end]))
        self._next = end

    def _prompt(self) -> str:
        if self._name == 'more':
            share = f'({self._next * 100 // max(len(self._lines), 1)}%)' if self._path else ''
            return f'\x1b[7m--More--{share}\x1b[0m'
        if self._next >= len(self._lines):
            return '\x1b[7m(END)\x1b[0m'
        return f'\x1b[7m{self._path}\x1b[0m' if self._path and self._next <= self._room() else ':'

    def _act(self, key: str) -> None:
        if key in FORWARD:
            self._forward(self._room())
        elif key in BACK:
            self._go(self._next - 2 * self._room())
        elif key in ('j', 'e') or key.isdigit():
            self._forward(int(key) if key.isdigit() else 1)
        elif key in ('g', '<'):
            self._go(0)
        elif key in ('G', '>'):
            self._go(len(self._lines) - self._room())
        elif key == 'h':
            self._io.stdout.write(HELP)
        elif key.startswith('/') or key == 'n':
            self._search(key[1:] or self._pattern)

    def _go(self, line: int) -> None:
        self._next = max(line, 0)
        self._forward(self._room())

    def _search(self, pattern: str) -> None:
        self._pattern = pattern
        try:
            expression = re.compile(pattern)
        except re.error:
            expression = re.compile(re.escape(pattern))
        found = next((number for number in range(max(self._next - self._room() + 1, 0), len(self._lines))
                      if pattern and expression.search(self._lines[number])), None)
        if found is None:
            self._io.stdout.write('\x1b[7mPattern not found\x1b[0m\n')
        else:
            self._go(found)
