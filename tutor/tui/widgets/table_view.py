"""A table as kubectl prints one, cut at the edge of where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.i18n.width import cells, cut, pad
from tutor.tui.looks import StyledLine, line, run
from tutor.tui.widgets.line_view import LineView

Row = Sequence[object]


class TableView(LineView):
    """Keeps the table, so that it can be cut anew when there is more or less room."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[Row] = ()
        self._ellipsis = ''

    def show_table(self, header: Row, rows: Sequence[Row], ellipsis: str) -> None:
        """Replace the table; `ellipsis` ends a row that does not fit."""
        self._rows, self._ellipsis = (header, *rows), ellipsis
        self.on_resize()

    def on_resize(self) -> None:
        if self._rows and self.size.width:
            self.show_lines(table_lines(self._rows, self.size.width - 1, self._ellipsis))


def table_lines(rows: Sequence[Row], width: int, ellipsis: str) -> list[StyledLine]:
    """Rows in columns as wide as their longest value; the first row is the header."""
    widths = [max(cells(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    texts = ('   '.join(pad(str(value), size) for value, size in zip(row, widths, strict=False)).rstrip()
             for row in rows)
    return [line(run(cut(text, width, ellipsis), 'text' if number else 'dim')) for number, text in enumerate(texts)]
