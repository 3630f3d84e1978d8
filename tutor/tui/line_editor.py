"""The line that is being typed: readline's keys, as people's fingers know them. Knows nothing of a screen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORD = re.compile(r'\w+')
_BLANK_WORD = re.compile(r'\S+')


@dataclass
class LineEditor:
    """A text (maybe of several lines), a cursor in it, the kill ring and an undo list."""

    text: str = ''
    cursor: int = 0
    kills: list[str] = field(default_factory=list)
    _undone: list[tuple[str, int]] = field(default_factory=list)
    _last_was_kill: bool = False
    _typing: bool = False

    # -- changing -----------------------------------------------------------------------------------------------

    def set(self, text: str, cursor: int | None = None) -> None:
        """Replace everything; the cursor goes to the end."""
        self._remember()
        self.text = text
        self.cursor = len(text) if cursor is None else max(0, min(cursor, len(text)))

    def clear(self) -> None:
        """A new, empty line; nothing to undo."""
        self.text, self.cursor = '', 0
        self._undone.clear()
        self._typing = self._last_was_kill = False

    def insert(self, text: str) -> None:
        """Type at the cursor. Single characters typed in a row are undone together."""
        if not (self._typing and len(text) == 1):
            self._remember()
        self._typing = len(text) == 1 and not text.isspace()
        self.text = self.text[:self.cursor] + text + self.text[self.cursor:]
        self.cursor += len(text)

    def replace(self, start: int, end: int, text: str) -> None:
        """Put text in the place of a stretch; the cursor goes behind it."""
        self._remember()
        self.text = self.text[:start] + text + self.text[end:]
        self.cursor = start + len(text)

    def backspace(self) -> None:
        if self.cursor:
            self._remember()
            self.text = self.text[:self.cursor - 1] + self.text[self.cursor:]
            self.cursor -= 1

    def delete(self) -> None:
        if self.cursor < len(self.text):
            self._remember()
            self.text = self.text[:self.cursor] + self.text[self.cursor + 1:]

    def transpose(self) -> None:
        """^T: drag the character before the cursor over the one at it."""
        at = min(self.cursor, len(self.text) - 1)
        if at > 0:
            self._remember()
            self.text = self.text[:at - 1] + self.text[at] + self.text[at - 1] + self.text[at + 1:]
            self.cursor = at + 1

    def undo(self) -> None:
        if self._undone:
            self.text, self.cursor = self._undone.pop()
        self._typing = self._last_was_kill = False

    def _remember(self) -> None:
        self._typing = self._last_was_kill = False
        if not self._undone or self._undone[-1] != (self.text, self.cursor):
            self._undone.append((self.text, self.cursor))
            del self._undone[:-200]

    # -- moving -------------------------------------------------------------------------------------------------

    def _move(self, cursor: int) -> None:
        self.cursor = max(0, min(cursor, len(self.text)))
        self._typing = self._last_was_kill = False

    def left(self) -> None:
        self._move(self.cursor - 1)

    def right(self) -> None:
        self._move(self.cursor + 1)

    def home(self) -> None:
        self._move(self._line_start())

    def end(self) -> None:
        self._move(self._line_end())

    def word_left(self) -> None:
        self._move(self._word_start(_WORD))

    def word_right(self) -> None:
        self._move(self._word_end())

    def line_up(self) -> bool:
        """To the line above in a text of several lines; False in the first one."""
        start = self._line_start()
        if not start:
            return False
        above = self.text.rfind('\n', 0, start - 1) + 1
        self._move(min(above + self.cursor - start, start - 1))
        return True

    def line_down(self) -> bool:
        """To the line below; False in the last one."""
        end = self._line_end()
        if end == len(self.text):
            return False
        column = self.cursor - self._line_start()
        below_end = self.text.find('\n', end + 1)
        self._move(min(end + 1 + column, len(self.text) if below_end < 0 else below_end))
        return True

    def _line_start(self) -> int:
        return self.text.rfind('\n', 0, self.cursor) + 1

    def _line_end(self) -> int:
        end = self.text.find('\n', self.cursor)
        return len(self.text) if end < 0 else end

    def _word_start(self, pattern: re.Pattern[str]) -> int:
        starts = [found.start() for found in pattern.finditer(self.text, 0, self.cursor)]
        return starts[-1] if starts else 0

    def _word_end(self) -> int:
        found = _WORD.search(self.text, self.cursor)
        return found.end() if found else len(self.text)

    # -- killing and yanking ------------------------------------------------------------------------------------

    def kill_to_end(self) -> None:
        self._kill(self.cursor, max(self._line_end(), min(self.cursor + 1, len(self.text))))

    def kill_to_start(self) -> None:
        self._kill(self._line_start(), self.cursor, before=True)

    def kill_word_left(self) -> None:
        """^W: back to white space."""
        self._kill(self._word_start(_BLANK_WORD), self.cursor, before=True)

    def kill_word_right(self) -> None:
        """Alt+D: to the end of the word."""
        self._kill(self.cursor, self._word_end())

    def kill_small_word_left(self) -> None:
        """Alt+Backspace: back to the start of the word."""
        self._kill(self._word_start(_WORD), self.cursor, before=True)

    def _kill(self, start: int, end: int, *, before: bool = False) -> None:
        if start == end:
            return
        again, killed = self._last_was_kill, self.text[start:end]
        self.replace(start, end, '')
        if again and self.kills:
            self.kills[-1] = killed + self.kills[-1] if before else self.kills[-1] + killed
        else:
            self.kills.append(killed)
            del self.kills[:-20]
        self._last_was_kill = True

    def yank(self) -> None:
        if self.kills:
            self._remember()
            self.insert(self.kills[-1])

    @property
    def before_cursor(self) -> str:
        return self.text[:self.cursor]


def last_word(command: str) -> str:
    """The last argument of an earlier command, for Alt+."""
    words = _BLANK_WORD.findall(command)
    return words[-1] if words else ''
