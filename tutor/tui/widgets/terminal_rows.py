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

    def sync(self, buffer: Scrollback, width: int) -> None:
        if width != self._width or buffer.generation != self._generation:
            self._rows, self._counts, self._dropped = [], [], buffer.dropped
            self._width, self._generation = width, buffer.generation
        self._forget(buffer.dropped - self._dropped)
        self._dropped = buffer.dropped
        for line in buffer.lines[len(self._counts):]:
            rows = wrap_cells(line, width)
            self._rows.extend(rows)
            self._counts.append(len(rows))
        self.top = sum(self._counts[:max(buffer.top - buffer.dropped, 0)])

    def _forget(self, lines: int) -> None:
        if lines > 0:
            del self._rows[:sum(self._counts[:lines])]
            del self._counts[:lines]
