"""Go's text/tabwriter: elastic tab stops, where a column is as wide as its run of neighbouring lines needs.

A cell is what a tab ends; the text after the last tab of a line belongs to no column. A line without a tab in a
column ends that column's run, so what comes after it is aligned anew.
"""

from __future__ import annotations


class TabWriter:
    """Collects text; `flush` gives it aligned. `remember` keeps column widths across flushes (RememberWidths of
    kubectl's copy of the package)."""

    def __init__(self, minwidth: int = 0, padding: int = 2, padchar: str = ' ', remember: bool = False) -> None:
        self._minwidth = minwidth
        self._padding = padding
        self._padchar = padchar
        self._remember = remember
        self._maximum: list[int] = []
        self._pending: list[str] = []
        self._done: list[str] = []

    def write(self, text: str) -> None:
        self._pending.append(text)

    def flush(self) -> str:
        """Align what was written since the last flush and give everything that is ready; then it is forgotten."""
        self.end_block()
        text = ''.join(self._done)
        self._done.clear()
        return text

    def end_block(self) -> None:
        """Writer.Flush: what follows is aligned on its own."""
        text = ''.join(self._pending)
        self._pending.clear()
        if text:
            self._done.append(self._align(text))

    def _align(self, text: str) -> str:
        if '\t' not in text:
            return text
        lines = [line.split('\t') for line in text.replace('\f', '\n').split('\n')]
        out = [''] * len(lines)
        self._format(lines, out, 0, 0, len(lines))
        return '\n'.join(done + cells[-1] for done, cells in zip(out, lines, strict=True))

    def _format(self, lines: list[list[str]], out: list[str], column: int, start: int, end: int) -> None:
        """Writer.format: find the runs of lines that have this column, pad it, then do the columns to its right."""
        at = start
        while at < end:
            if column >= len(lines[at]) - 1:
                at += 1
                continue
            first = at
            width = self._minwidth
            while at < end and column < len(lines[at]) - 1:
                width = max(width, len(lines[at][column]) + self._padding)
                at += 1
            if self._remember:
                width = self._remembered(column, width)
            for line in range(first, at):
                out[line] += lines[line][column].ljust(width, self._padchar)
            self._format(lines, out, column + 1, first, at)

    def _remembered(self, column: int, width: int) -> int:
        while len(self._maximum) <= column:
            self._maximum.append(0)
        self._maximum[column] = max(self._maximum[column], width)
        return self._maximum[column]


def align(text: str, minwidth: int = 0, padding: int = 2) -> str:
    """Text with tabs, aligned: what kubectl's describers and small tables use."""
    writer = TabWriter(minwidth, padding)
    writer.write(text)
    return writer.flush()


def new_table_writer() -> TabWriter:
    """printers.GetNewTabWriter: the table of `kubectl get` (minwidth 6, padding 3)."""
    return TabWriter(6, 3, remember=True)
