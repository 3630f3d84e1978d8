"""Tables: columns as wide as they need to be, narrower where the page is, with the text broken inside the cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.course.blocks import Spans, Table, plain
from tutor.i18n.width import cells
from tutor.i18n.wrap import Line
from tutor.tui.looks import StyledLine, line, run

LayCell = Callable[[Spans, int, bool], list[StyledLine]]
GAP = 2


def table_lines(table: Table, width: int, lay: LayCell, dash: str) -> list[StyledLine]:
    """The header, a rule, and the rows."""
    widths = column_widths([table.header, *table.rows], width - GAP * (len(table.header) - 1))
    lines = _row(table.header, widths, table.alignments, lay, heading=True)
    lines.append(line(run((' ' * GAP).join(dash * size for size in widths), 'edge')))
    rows = [_row(row, widths, table.alignments, lay, heading=False) for row in table.rows]
    tall = any(len(row) > 1 for row in rows)
    for number, row in enumerate(rows):
        lines.extend([Line(()), *row] if tall and number else row)
    return lines


def column_widths(rows: Sequence[Sequence[Spans]], width: int) -> list[int]:
    """What each column needs; when that is too much, the widest ones give way."""
    columns = len(rows[0])
    widths = [max(max((cells(plain(row[column])) for row in rows if column < len(row)), default=1), 1)
              for column in range(columns)]
    while sum(widths) > max(width, columns * 4):
        widest = widths.index(max(widths))
        widths[widest] -= 1
    return widths


def _row(row: Sequence[Spans], widths: list[int], alignments: Sequence[str], lay: LayCell, *,
         heading: bool) -> list[StyledLine]:
    laid = [lay(spans, size, heading) for spans, size in zip(row, widths, strict=False)]
    height = max((len(lines) for lines in laid), default=0)
    return [_joined([lines[index] if index < len(lines) else Line(()) for lines in laid], widths, alignments)
            for index in range(height)]


def _joined(parts: list[StyledLine], widths: list[int], alignments: Sequence[str]) -> StyledLine:
    runs = []
    for index, (part, size) in enumerate(zip(parts, widths, strict=False)):
        missing = size - part.width
        before = {'right': missing, 'center': missing // 2}.get(alignments[index], 0)
        last = index == len(parts) - 1
        runs += [run(' ' * before), *part.runs, run('' if last else ' ' * (missing - before + GAP))]
    return Line(tuple(found for found in runs if found.text))
