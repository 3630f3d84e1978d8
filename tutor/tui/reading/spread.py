"""A page in the languages of the reader: one column, two columns level with each other, or one under the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.course.blocks import Block, CodeBlock, Figure, Heading, RunBlock, Table
from tutor.course.models import Spread
from tutor.i18n import Language, Mode
from tutor.i18n.width import cells
from tutor.i18n.wrap import Line
from tutor.tui.looks import EMPTY, StyledLine, run
from tutor.tui.reading.layout import Layouter, Numbering, TaskOf
from tutor.tui.signs import Signs

WIDEST = 76
"""A line of running text that is longer is hard to read."""
MARGIN = 1
TWO_COLUMNS = 2 * (37 + 2 * MARGIN) + 1
"""From this width on two languages stand side by side."""


@dataclass(frozen=True)
class PageLayout:
    """The lines of a page, and the commands in it by their number."""

    lines: tuple[StyledLine, ...]
    commands: tuple[str, ...]
    divider: int | None = None
    """The column between the two languages."""


@dataclass
class Typesetter:
    """Lays out pages for one width, mode and set of signs."""

    mode: Mode
    width: int
    signs: Signs
    task_of: TaskOf

    def page(self, spread: Spread) -> PageLayout:
        """A page with its heading."""
        rows = list(spread.rows)
        if spread.zh.heading and spread.en.heading:
            rows.insert(0, (spread.zh.heading, spread.en.heading))
        return self.rows(rows)

    def rows(self, rows: Sequence[tuple[Block, Block]]) -> PageLayout:
        numbering = Numbering()
        if self.mode != 'both':
            return self._single(rows, numbering)
        if self.width >= TWO_COLUMNS:
            return self._side_by_side(rows, numbering)
        return self._stacked(rows, numbering)

    def _layouter(self, language: Language, numbering: Numbering, dim: bool = False) -> Layouter:
        return Layouter(language, self.signs, numbering, self.task_of, dim)

    def _single(self, rows: Sequence[tuple[Block, Block]], numbering: Numbering) -> PageLayout:
        layouter = self._layouter('zh' if self.mode == 'zh' else 'en', numbering)
        width = min(self.width - 2 * MARGIN, WIDEST)
        lines: list[StyledLine] = []
        for row in rows:
            lines.extend(layouter.block(row[0 if self.mode == 'zh' else 1], width))
            lines.append(EMPTY)
        return PageLayout(_with_margin(lines), tuple(numbering.commands))

    def _stacked(self, rows: Sequence[tuple[Block, Block]], numbering: Numbering) -> PageLayout:
        zh, en = self._layouter('zh', numbering), self._layouter('en', numbering, dim=True)
        width = min(self.width - 2 * MARGIN, WIDEST)
        lines: list[StyledLine] = []
        for left, right in rows:
            above, below = zh.block(left, width), en.block(right, width)
            if above != below and not _says_the_same(left, right):
                above = [*above, *below] if isinstance(left, Heading) else [*above, EMPTY, *below]
            lines.extend([*above, EMPTY])
        return PageLayout(_with_margin(lines), tuple(numbering.commands))

    def _side_by_side(self, rows: Sequence[tuple[Block, Block]], numbering: Numbering) -> PageLayout:
        zh, en = self._layouter('zh', numbering), self._layouter('en', numbering)
        column = (self.width - 1) // 2
        width = min(column - 2 * MARGIN, WIDEST)
        lines: list[StyledLine] = []
        for left, right in rows:
            if needs_whole_width(left, right, width):
                lines.extend(self._spanning(left, right, zh, en))
            else:
                lines.extend(self._level(zh.block(left, width), en.block(right, width), column))
            lines.extend(self._level([EMPTY], [EMPTY], column))
        return PageLayout(tuple(lines), tuple(numbering.commands), column)

    def _level(self, left: list[StyledLine], right: list[StyledLine], column: int) -> list[StyledLine]:
        """Two columns that start on the same row; the longer one decides the height."""
        height = max(len(left), len(right))
        left = left + [EMPTY] * (height - len(left))
        right = right + [EMPTY] * (height - len(right))
        margin = run(' ' * MARGIN)
        return [Line((margin, *zh.runs, run(' ' * (column - MARGIN - zh.width)), run(self.signs.divider, 'edge'),
                      margin, *en.runs)) for zh, en in zip(left, right, strict=True)]

    def _spanning(self, left: Block, right: Block, zh: Layouter, en: Layouter) -> list[StyledLine]:
        """What no column can hold: over both, in each language if they differ."""
        width = self.width - 2 * MARGIN
        above, below = zh.block(left, width), en.block(right, width)
        if _says_the_same(left, right) or above == below:
            return list(_with_margin(above))
        return list(_with_margin([*above, EMPTY, *below]))


def needs_whole_width(left: Block, right: Block, width: int) -> bool:
    """Whether a block would be cut or torn in a column."""
    return any(natural_width(block) > width for block in (left, right))


def natural_width(block: Block) -> int:
    """How wide a block is that must not be broken; 0 for running text."""
    match block:
        case Figure():
            return max((cells(text) for text in block.lines), default=0)
        case CodeBlock():
            return max((cells(text) + 2 for text in block.text.split('\n')), default=0)
        case Table():
            # Up to four columns of short words can be broken inside their cells; more cannot.
            return 0 if len(block.header) <= 3 else 20 * len(block.header)
        case _:
            return 0


def _says_the_same(left: Block, right: Block) -> bool:
    """Code and commands are the same in both languages."""
    if isinstance(left, CodeBlock) and isinstance(right, CodeBlock):
        return left.text == right.text
    if isinstance(left, RunBlock) and isinstance(right, RunBlock):
        return left.commands == right.commands
    return isinstance(left, Figure) and isinstance(right, Figure) and left.lines == right.lines


def _with_margin(lines: Sequence[StyledLine]) -> tuple[StyledLine, ...]:
    margin = run(' ' * MARGIN)
    return tuple(Line((margin, *each.runs)) if each.runs else each for each in lines)
