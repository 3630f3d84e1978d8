"""The text that is typed at the prompt, in the colours of the shell's grammar and broken into rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tutor.tui.contract import HighlightSpan
from tutor.tui.scrollback import Pen, Stretch
from tutor.tui.widgets.terminal_looks import look_of
from tutor.tui.widgets.terminal_rows import position, wrap_cells

PROMPT, TYPED = Pen(look='prompt'), Pen(look='text')
CONTINUED: Stretch = ('> ', PROMPT)


class Part(NamedTuple):
    """One line of the text: where it begins in it, what stands before it on the screen, and itself."""

    begin: int
    lead: Sequence[Stretch]
    stretches: list[Stretch]


class TypedLine:
    """Lays out a text; its colours are asked for once, until it changes."""

    def __init__(self, highlight: Callable[[str], Sequence[HighlightSpan]]) -> None:
        self._highlight = highlight
        self._coloured: tuple[str, tuple[Stretch, ...]] = ('', ())

    def parts(self, text: str, lead: Sequence[Stretch]) -> Iterator[Part]:
        """The lines of a text, the first after `lead`, the others after the prompt that says that it goes on."""
        coloured = self._colours(text)
        begin = 0
        for index, line in enumerate(text.split('\n')):
            end = begin + len(line)
            yield Part(begin, (CONTINUED,) if index else lead, _cut(coloured, begin, end))
            begin = end + 1

    def _colours(self, text: str) -> tuple[Stretch, ...]:
        if self._coloured[0] != text:
            self._coloured = (text, tuple(_stretches(text, self._highlight(text))))
        return self._coloured[1]

    def rows(self, text: str, cursor: int, lead: Sequence[Stretch], width: int) -> tuple[list[list[Stretch]], int, int]:
        """A text broken into rows of `width` cells, and the row and the cell in which its cursor is."""
        rows: list[list[Stretch]] = []
        row = column = 0
        for part in self.parts(text, lead):
            wrapped = wrap_cells([*part.lead, *part.stretches], width)
            if part.begin <= cursor <= part.begin + _length(part.stretches):
                row, column = position(wrapped, _length(part.lead) + cursor - part.begin, width)
                if row == len(wrapped):
                    wrapped.append([])
                row += len(rows)
            rows.extend(wrapped)
        return rows, row, column


def _stretches(text: str, spans: Sequence[HighlightSpan]) -> Iterator[Stretch]:
    at = 0
    for span in spans:
        if span.start < at or span.end <= span.start:
            continue
        yield text[at:span.start], TYPED
        yield text[span.start:span.end], Pen(look=look_of(span.kind))
        at = span.end
    yield text[at:], TYPED


def _cut(stretches: Sequence[Stretch], start: int, end: int) -> list[Stretch]:
    """What stands from one character to another."""
    found: list[Stretch] = []
    at = 0
    for text, pen in stretches:
        left, right = max(start - at, 0), min(end - at, len(text))
        if left < right:
            found.append((text[left:right], pen))
        at += len(text)
    return found


def _length(stretches: Sequence[Stretch]) -> int:
    return sum(len(text) for text, _ in stretches)
