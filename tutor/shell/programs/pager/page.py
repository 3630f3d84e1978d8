"""How lines fill a screen."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.shell.process import IO, Context
from tutor.shell.programs.screen import SEQUENCE, size, visible_width

CLEAR_LINE, CLEAR = '\r\x1b[K', '\x1b[H\x1b[2J'
TAB = 8


def standout(text: str) -> str:
    """Reverse video."""
    return f'\x1b[7m{text}\x1b[0m'


class Page:
    """The screen of a pager: its size, and what a line looks like on it."""

    def __init__(self, io: IO, ctx: Context, chops: bool = False, numbers: bool = False, raw: bool = True) -> None:
        self._io, self._ctx = io, ctx
        self.chops, self.numbers, self.raw = chops, numbers, raw
        self.pattern: re.Pattern[str] | None = None
        """What is highlighted."""

    @property
    def columns(self) -> int:
        return size(self._io.stdout, self._ctx)[0]

    @property
    def room(self) -> int:
        """Rows for the text: all but the prompt's."""
        return max(size(self._io.stdout, self._ctx)[1] - 1, 2)

    def write(self, text: str) -> None:
        self._io.stdout.write(text)

    def rows(self, line: str) -> int:
        """How many rows a line takes."""
        if self.chops:
            return 1
        width = visible_width(line.expandtabs(TAB)) + (8 if self.numbers else 0)
        return max(-(-width // self.columns), 1)

    def end_of(self, lines: Sequence[str], start: int, rows: int) -> int:
        """Where a page that begins with a line ends; a line that does not fit is shown if it is the only one."""
        end = start
        while end < len(lines):
            rows -= self.rows(lines[end])
            if rows < 0 and end > start:
                break
            end += 1
        return end

    def start_of(self, lines: Sequence[str], end: int, rows: int) -> int:
        """Where a page that ends before a line begins."""
        start = end
        while start > 0:
            rows -= self.rows(lines[start - 1])
            if rows < 0 and start < end:
                break
            start -= 1
        return start

    def drawn(self, lines: Sequence[str], start: int, end: int) -> str:
        return ''.join(self._drawn(lines[number], number + 1) + '\n' for number in range(start, min(end, len(lines))))

    def _drawn(self, line: str, number: int) -> str:
        text = line.expandtabs(TAB)
        if self.pattern is not None and not SEQUENCE.search(text):
            text = self.pattern.sub(lambda match: standout(match[0]) if match[0] else '', text)
        elif not self.raw:
            text = text.replace('\x1b', standout('ESC'))
        if self.numbers:
            text = f'{number:7d} {text}'
        return self._chopped(text) if self.chops and visible_width(text) > self.columns else text

    def _chopped(self, text: str) -> str:
        """The beginning of a line, with less's sign that there is more of it."""
        plain = SEQUENCE.sub('', text)
        while visible_width(plain) > self.columns - 1:
            plain = plain[:-1]
        return plain + standout('>')
