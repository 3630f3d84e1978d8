"""Draws frames: lines that meet become the right corners and junctions; labels stand on the lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.i18n.width import cells, cut

LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8

_CHARACTERS = {
    0: ' ', LEFT: '─', RIGHT: '─', LEFT | RIGHT: '─', UP: '│', DOWN: '│', UP | DOWN: '│',
    DOWN | RIGHT: '┌', DOWN | LEFT: '┐', UP | RIGHT: '└', UP | LEFT: '┘',
    UP | DOWN | RIGHT: '├', UP | DOWN | LEFT: '┤', LEFT | RIGHT | DOWN: '┬', LEFT | RIGHT | UP: '┴',
    LEFT | RIGHT | UP | DOWN: '┼',
}


@dataclass(frozen=True, slots=True)
class Label:
    """Words on the frame: their look, and the action that a click on them does."""

    text: str
    look: str = 'title'
    action: str = ''


@dataclass
class Drawing:
    """A frame of lines in a rectangle of cells."""

    width: int
    height: int
    ascii: bool = False
    _bits: dict[tuple[int, int], int] = field(default_factory=dict)
    _labels: dict[int, list[tuple[int, Label]]] = field(default_factory=dict)

    def horizontal(self, y: int, left: int, right: int) -> None:
        """A line from column left to column right, both included."""
        for x in range(left, right + 1):
            self._add(x, y, (LEFT if x > left else 0) | (RIGHT if x < right else 0))

    def vertical(self, x: int, top: int, bottom: int) -> None:
        for y in range(top, bottom + 1):
            self._add(x, y, (UP if y > top else 0) | (DOWN if y < bottom else 0))

    def box(self, left: int, top: int, right: int, bottom: int) -> None:
        self.horizontal(top, left, right)
        self.horizontal(bottom, left, right)
        self.vertical(left, top, bottom)
        self.vertical(right, top, bottom)

    def _add(self, x: int, y: int, bits: int) -> None:
        self._bits[x, y] = self._bits.get((x, y), 0) | bits

    def label(self, x: int, y: int, *labels: Label) -> int:
        """Write labels from a column on; the column after them."""
        for label in labels:
            self._labels.setdefault(y, []).append((x, label))
            x += cells(label.text)
        return x

    def label_right(self, end: int, y: int, *labels: Label) -> int:
        """Write labels so that they end before a column; the column they begin at."""
        start = end - sum(cells(label.text) for label in labels)
        self.label(start, y, *labels)
        return start

    def row(self, y: int) -> list[Label]:
        """One row, as stretches of one look."""
        row: list[Label] = []
        x = 0
        for start, label in sorted(self._labels.get(y, ()), key=lambda item: item[0]):
            if start < x or start >= self.width:
                continue
            if start > x:
                row.append(Label(self._line(x, start, y), 'edge'))
            text = cut(label.text, self.width - start)
            row.append(Label(text, label.look, label.action))
            x = start + cells(text)
        if x < self.width:
            row.append(Label(self._line(x, self.width, y), 'edge'))
        return row

    def _line(self, start: int, end: int, y: int) -> str:
        return ''.join(self._character(self._bits.get((x, y), 0)) for x in range(start, end))

    def _character(self, bits: int) -> str:
        if self.ascii and bits:
            return '-' if not bits & (UP | DOWN) else '|' if not bits & (LEFT | RIGHT) else '+'
        return _CHARACTERS[bits]
