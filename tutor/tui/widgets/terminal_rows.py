"""Logical lines broken into rows of the terminal's width, kept up to date as lines come and go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.i18n.width import cells, character_width
from tutor.tui.scrollback import Scrollback, Stretch


def wrap_cells(stretches: Iterable[Stretch], width: int) -> list[list[Stretch]]:
    """Break at the edge, as terminals do; a wide character is never torn."""
    rows: list[list[Stretch]] = [[]]
    room = width
    for text, pen in stretches:
        if not text:
            continue
        size = cells(text)
        if size <= room:
            rows[-1].append((text, pen))
            room -= size
            continue
        start = 0
        for index, character in enumerate(text):
            taken = character_width(character)
            if taken > room:
                if start < index:
                    rows[-1].append((text[start:index], pen))
                rows.append([])
                start, room = index, width
            room -= taken
        rows[-1].append((text[start:], pen))
    return rows


def position(rows: list[list[Stretch]], characters: int, width: int) -> tuple[int, int]:
    """The row and cell of a character in wrapped rows; behind the last one when a row is full."""
    for index, row in enumerate(rows):
        text = ''.join(part for part, _ in row)
        if characters < len(text) or (characters == len(text) and (index == len(rows) - 1)):
            column = cells(text[:characters])
            return (index, column) if column < width else (index + 1, 0)
        characters -= len(text)
    return len(rows), 0


def common_prefix(texts: Sequence[str]) -> str:
    """What all texts begin with."""
    low, high = min(texts), max(texts)
    for index, character in enumerate(low):
        if index >= len(high) or character != high[index]:
            return low[:index]
    return low


class RowCache:
    """The rows of a scrollback; `sync` does work only for lines that are new."""

    def __init__(self) -> None:
        self._rows: list[Sequence[Stretch]] = []
        self._counts: list[int] = []
        self._dropped = 0
        self._generation = -1
        self._width = 0
        self.top = 0
        """The row at which the screen begins since it was cleared last."""

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Sequence[Stretch]:
        return self._rows[index]

    def sync(self, buffer: Scrollback, width: int) -> int:
        """Take in what is new; how many rows have gone at the top."""
        if width != self._width or buffer.generation != self._generation:
            self._rows, self._counts, self._dropped = [], [], buffer.dropped
            self._width, self._generation = width, buffer.generation
        gone = self._forget(buffer.dropped - self._dropped)
        self._dropped = buffer.dropped
        for line in buffer.lines[len(self._counts):]:
            rows = wrap_cells(line, width)
            self._rows.extend(rows)
            self._counts.append(len(rows))
        self.top = sum(self._counts[:max(buffer.top - buffer.dropped, 0)])
        return gone

    def _forget(self, lines: int) -> int:
        if lines <= 0:
            return 0
        rows = sum(self._counts[:lines])
        del self._rows[:rows]
        del self._counts[:lines]
        return rows
