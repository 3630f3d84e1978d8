"""less at a terminal: one key at a time."""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.cluster.simulation import Simulation, Task
from tutor.cluster.simulation.coroutines import wait_first
from tutor.shell.keys import BACKSPACE, DOWN, END, ENTER, ESCAPE, HOME, INTERRUPT, PAGE_DOWN, PAGE_UP, UP, Keys
from tutor.shell.programs.pager.page import CLEAR, CLEAR_LINE, Page, standout
from tutor.shell.programs.pager.text import EVERYTHING, Text

ENTER_SCREEN, LEAVE_SCREEN = '\x1b[?1049h', '\x1b[?1049l'
BELL = '\a'
PATIENCE = 0.05
"""Seconds without a further line after which the prompt appears below what there is."""
WAITING = 'Waiting for data... (interrupt to abort)'
FORWARD, BACK = (' ', 'f', '\x06', '\x16', PAGE_DOWN, 'z'), ('b', '\x02', PAGE_UP, '\x1bv', 'w')
LINE_FORWARD = ('j', 'e', '\x0e', '\x05', *DOWN, *ENTER)
LINE_BACK = ('k', 'y', '\x19', '\x10', *UP)
BEGINNING, LAST = ('g', '<', '\x1b<', *HOME), ('G', '>', '\x1b>', *END)
SWITCHES = {'N': ('numbers', 'Constantly display line numbers', "Don't use line numbers"),
            'S': ('chops', 'Chop long lines', 'Fold long lines')}
HELP = """\
                   SUMMARY OF LESS COMMANDS

  q  Q  ZZ                 Exit.
  e  j  ^N  ENTER  DOWN    Forward  one line   (or N lines).
  y  k  ^P  UP             Backward one line   (or N lines).
  f  ^F  SPACE  PageDown   Forward  one window (or N lines).
  b  ^B  PageUp            Backward one window (or N lines).
  d  ^D                    Forward  one half-window.
  u  ^U                    Backward one half-window.
  F                        Forward forever; like "tail -f".
  g  <  HOME               Go to first line in file (or line N).
  G  >  END                Go to last line in file (or line N).
  /pattern                 Search forward for a matching line.
  ?pattern                 Search backward for a matching line.
  n  N                     Repeat previous search; in reverse direction.
  -N  -S  -I               Toggle line numbers; chopping; case in searches.
  =  ^G                    Print current file name.
"""


class Less:
    """A text on the screen. `top` is the first line that is shown, `bottom` the one after the last."""

    def __init__(self, text: Text, page: Page, keys: Keys, simulation: Simulation, name: str = '',
                 prompt: Callable[[Less], str] | None = None, reread: Callable[[], list[str]] | None = None) -> None:
        self.text, self.page = text, page
        self.name = name
        self.top = self.bottom = 0
        self.ignores_case = False
        self._keys, self._simulation = keys, simulation
        self._own_prompt, self._reread = prompt, reread
        self._pending: Task[str] | None = None
        self._count = ''
        self._backwards = False
        self._message = ''
        self._moved = self._padded = False

    # -- the conversation ---------------------------------------------------------------------------------------

    async def show(self) -> None:
        """Until the person quits, or nobody types any more."""
        self.page.write(ENTER_SCREEN + CLEAR)
        try:
            while (key := await self._ask()) and await self._act(key):
                pass
        finally:
            if self._pending is not None:
                self._pending.cancel()
            self.leave()

    def leave(self) -> None:
        """The screen is as it was before."""
        self.page.write(CLEAR_LINE + LEAVE_SCREEN)

    def come_back(self) -> None:
        """After it was stopped: everything is drawn anew."""
        self.page.write(ENTER_SCREEN)
        self._repaint(self.top)
        self.page.write(self._prompt())

    async def _ask(self) -> str:
        """The prompt, and the key that is pressed; meanwhile the page fills with what is read."""
        key = self._next_key()
        prompted = False
        while not key.done:
            self._fill()
            if self._growing and not key.done and await self._simulation.within(PATIENCE, self.text.changed.wait()):
                continue
            if not key.done:
                self.page.write(CLEAR_LINE + self._prompt())
                prompted = True
            await wait_first(self._simulation, key, *((self.text.changed.wait(),) if self._growing else ()))
        if prompted:
            self.page.write(CLEAR_LINE)
        self._message = ''
        return self._taken(key)

    @property
    def _growing(self) -> bool:
        """Whether the page has room for lines that are still to be read."""
        return not self.text.ended and not self._full

    def _next_key(self) -> Task[str]:
        if self._pending is None:
            self._pending = self._simulation.spawn(self._keys.next(), 'less')
        return self._pending

    def _taken(self, key: Task[str]) -> str:
        self._pending = None
        return key.result()

    async def _until(self, count: int) -> None:
        """Read so many lines, unless a key is pressed before."""
        while not self.text.want(count):
            key = self._next_key()
            await wait_first(self._simulation, key, self.text.changed.wait())
            if key.done:
                return

    @property
    def _full(self) -> bool:
        return self.page.end_of(self.text.lines, self.top, self.page.room) < len(self.text.lines)

    @property
    def at_end(self) -> bool:
        return self.text.ended and self.bottom >= len(self.text.lines)

    def _fill(self) -> None:
        """Show what has been read and still has room."""
        self.text.want(self.top + self.page.room + 1)
        end = self.page.end_of(self.text.lines, self.top, self.page.room)
        if end > self.bottom:
            self.page.write(CLEAR_LINE + self.page.drawn(self.text.lines, self.bottom, end))
            self.bottom = end
        if self.text.ended and end == len(self.text.lines) and not self._padded:
            used = sum(self.page.rows(line) for line in self.text.lines[self.top:end])
            self.page.write(CLEAR_LINE + '~\n' * (self.page.room - used))
            self._padded = True

    def _prompt(self) -> str:
        if self._message:
            return standout(f'{self._message}  (press RETURN)')
        if self._count:
            return f':{self._count}'
        if self._own_prompt is not None:
            return standout(self._own_prompt(self))
        first = self.name if not self._moved else ''
        if self.at_end:
            return standout(f'{first} (END)'.strip())
        return standout(first) if first else ':'

    # -- commands -----------------------------------------------------------------------------------------------

    async def _act(self, key: str) -> bool:
        """Do what a key says; False when it says to quit."""
        if key.isdigit() and (self._count or key != '0'):
            self._count += key
            return True
        number, self._count = int(self._count or 0), ''
        if key in ('q', 'Q'):
            return False
        if key in (':', 'Z'):
            return await self._letter(key) not in ('q', 'Q', 'Z')
        if key in ('/', '?'):
            await self._search(key)
        elif key in ('n', 'N'):
            await self._again(self._backwards is (key == 'n'))
        elif key == '-':
            await self._switch()
        elif key == 'F':
            await self._follow()
        elif key in ('h', 'H'):
            await self._help()
        elif key in ('=', '\x07'):
            self._message = self._status()
        elif key in ('r', 'R', '\x0c'):
            self._repaint(self.top)
        else:
            await self._move(key, number)
        return True

    async def _move(self, key: str, number: int) -> None:
        room = self.page.room
        half = max(room // 2, 1)
        if key in FORWARD:
            await self._forward(number or room)
        elif key in BACK:
            self._back(number or room)
        elif key in LINE_FORWARD:
            await self._forward(number or 1)
        elif key in LINE_BACK:
            self._back(number or 1)
        elif key in ('d', '\x04'):
            await self._forward(number or half)
        elif key in ('u', '\x15'):
            self._back(number or half)
        elif key in BEGINNING:
            await self._until(number)
            self._repaint(max(min(number, len(self.text.lines)) - 1, 0))
        elif key in LAST:
            await self._until(number or EVERYTHING)
            self._repaint(number - 1 if 0 < number <= len(self.text.lines) else self._last_page())
        elif key not in (INTERRUPT, ESCAPE):
            self.page.write(BELL)

    async def _forward(self, lines: int) -> None:
        await self._until(self.bottom + lines)
        end = min(self.bottom + lines, len(self.text.lines))
        if end == self.bottom:
            self.page.write(BELL)
            return
        self._moved = self._padded = True
        self.page.write(self.page.drawn(self.text.lines, self.bottom, end))
        self.bottom = end
        self.top = self.page.start_of(self.text.lines, end, self.page.room)

    def _back(self, lines: int) -> None:
        if not self.top:
            self.page.write(BELL)
        else:
            self._repaint(max(self.top - lines, 0))

    def _last_page(self) -> int:
        return self.page.start_of(self.text.lines, len(self.text.lines), self.page.room)

    def _repaint(self, top: int) -> None:
        """The page that begins with a line."""
        self._moved = True
        self.top = self.bottom = top
        self._padded = False
        self.page.write(CLEAR)
        self._fill()

    async def _letter(self, shown: str) -> str:
        """The key after `:`, `Z` or `-`."""
        self.page.write(CLEAR_LINE + shown)
        key = await self._pressed()
        self.page.write(CLEAR_LINE)
        return key

    async def _pressed(self) -> str:
        task = self._next_key()
        await task
        return self._taken(task)

    async def _switch(self) -> None:
        key = await self._letter('-')
        if key in SWITCHES:
            name, on, off = SWITCHES[key]
            now = not getattr(self.page, name)
            setattr(self.page, name, now)
            self._message = on if now else off
            self._repaint(self.top)
        elif key in ('i', 'I'):
            self.ignores_case = not self.ignores_case
            self._message = 'Ignore case in searches' if self.ignores_case else 'Case is significant in searches'
        elif key not in (*ENTER, INTERRUPT, ESCAPE):
            self._message = f'There is no {key} option ("less --help" for help)'

    async def _help(self) -> None:
        async def lines():
            for line in HELP.splitlines():
                yield line
        own = Less(Text(lines(), self._simulation), self.page, self._keys, self._simulation,
                   prompt=lambda less: 'HELP -- ' + ('END -- Press g to see it again, or q when done' if less.at_end
                                                     else 'Press RETURN for more, or q when done'))
        await own.show()
        self._repaint(self.top)

    def _status(self) -> str:
        total = f'/{len(self.text.lines)}' if self.text.ended else ''
        return f'{self.name or "(standard input)"} lines {self.top + 1}-{self.bottom}{total}' + (
            ' (END)' if self.at_end else '')

    # -- searching ----------------------------------------------------------------------------------------------

    async def _search(self, sign: str) -> None:
        """Read a pattern, and go to the next line that has it."""
        pattern = ''
        while True:
            self.page.write(CLEAR_LINE + sign + pattern)
            key = await self._pressed()
            if key in ENTER:
                break
            if key in ('', INTERRUPT, ESCAPE) or (key in BACKSPACE and not pattern):
                self.page.write(CLEAR_LINE)
                return
            pattern = pattern[:-1] if key in BACKSPACE else pattern + key if key.isprintable() else pattern
        self.page.write(CLEAR_LINE)
        self._backwards = sign == '?'
        if pattern:
            flags = re.IGNORECASE if self.ignores_case else 0
            try:
                self.page.pattern = re.compile(pattern, flags)
            except re.error:
                self.page.pattern = re.compile(re.escape(pattern), flags)
        await self._again(self._backwards)

    async def _again(self, backwards: bool) -> None:
        pattern = self.page.pattern
        if pattern is None:
            self._message = 'No previous regular expression'
            return
        place = self.top + (-1 if backwards else 1 if self._moved else 0)
        while True:
            if not backwards:
                await self._until(place + 1)
            if not 0 <= place < len(self.text.lines):
                self._message = 'Pattern not found'
                return
            if pattern.search(self.text.lines[place]):
                self._repaint(place)
                return
            place += -1 if backwards else 1

    # -- following ----------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """F: to the end, and on as the text grows, until Ctrl-C."""
        while True:
            key = self._next_key()
            self.text.want(EVERYTHING)
            if len(self.text.lines) > self.bottom:
                end, self.bottom = len(self.text.lines), max(self.bottom, self._last_page())
                self.page.write(CLEAR_LINE + self.page.drawn(self.text.lines, self.bottom, end))
                self.bottom, self._moved = end, True
                self.top = self._last_page()
            self.page.write(CLEAR_LINE + WAITING)
            await wait_first(self._simulation, key, *(
                (self._simulation.spawn(self._grown(), 'less F'),) if self.text.ended and self._reread
                else (self.text.changed.wait(),)))
            if key.done and self._taken(key) in ('', INTERRUPT):
                self.page.write(CLEAR_LINE)
                return

    async def _grown(self) -> None:
        """Look a second later whether the file has grown."""
        await self._simulation.sleep(1)
        assert self._reread is not None
        lines = self._reread()
        if len(lines) > len(self.text.lines):
            self.text.append(lines[len(self.text.lines):])
