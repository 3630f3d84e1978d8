"""more at a terminal: forward, and out at the end."""

from __future__ import annotations

import re

from tutor.shell.keys import BACKSPACE, ENTER, ESCAPE, INTERRUPT, PAGE_DOWN, Keys
from tutor.shell.programs.pager.page import CLEAR_LINE, Page, standout


class More:
    """All lines of a text, of which a window is shown after the other (util-linux' more)."""

    def __init__(self, lines: list[str], page: Page, keys: Keys, named: bool) -> None:
        self._lines, self._page, self._keys, self._named = lines, page, keys, named
        self._next = 0
        self._pattern = ''

    async def show(self) -> None:
        self._forward(self._page.room)
        while self._next < len(self._lines):
            share = f'({self._next * 100 // len(self._lines)}%)' if self._named else ''
            self._page.write(standout(f'--More--{share}'))
            key = await self._keys.next()
            self._page.write(CLEAR_LINE)
            if key in ('', 'q', 'Q', INTERRUPT):
                return
            await self._act(key)

    async def _act(self, key: str) -> None:
        room = self._page.room
        if key in (' ', 'z', 'f', PAGE_DOWN):
            self._forward(room)
        elif key in ENTER:
            self._forward(1)
        elif key in ('d', '\x04'):
            self._forward(11)
        elif key == 's':
            self._next += 1
        elif key in ('b', '\x02'):
            self._next = max(self._next - 2 * room, 0)
            self._page.write('...back 1 page\n')
            self._forward(room)
        elif key in ('/', 'n'):
            await self._search(again=key == 'n')
        elif key in ('=',):
            self._page.write(f'{self._next}\n')
        elif key in ('h', '?'):
            self._page.write('space  next window    RETURN  next line    d  11 lines    b  back    /PATTERN  search    '
                             'n  search again    q  quit\n')

    def _forward(self, rows: int) -> None:
        end = self._page.end_of(self._lines, self._next, rows)
        self._page.write(self._page.drawn(self._lines, self._next, end))
        self._next = end

    async def _search(self, again: bool) -> None:
        pattern = self._pattern if again else await self._asked()
        if not pattern:
            return
        self._pattern = pattern
        try:
            expression = re.compile(pattern)
        except re.error:
            expression = re.compile(re.escape(pattern))
        found = next((number for number in range(self._next, len(self._lines))
                      if expression.search(self._lines[number])), None)
        if found is None:
            self._page.write(standout('Pattern not found') + '\n')
            return
        self._page.write('...skipping\n')
        self._next = max(found - 2, 0)
        self._forward(self._page.room)

    async def _asked(self) -> str:
        pattern = ''
        while True:
            self._page.write(f'{CLEAR_LINE}/{pattern}')
            key = await self._keys.next()
            if key in ENTER or key in ('', ESCAPE, INTERRUPT):
                self._page.write(CLEAR_LINE)
                return pattern if key in ENTER else ''
            pattern = pattern[:-1] if key in BACKSPACE else pattern + key
