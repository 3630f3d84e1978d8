"""Two forms of a difference: side by side (diffutils' side.c) and with context (context.c)."""

from __future__ import annotations

from collections.abc import Iterator

Change = tuple[str, int, int, int, int]
"""What differs, and the lines of both sides that it is about: 'equal', 'replace', 'delete' or 'insert'."""
TAB, GUTTER = 8, 3


def side_by_side(one: list[str], other: list[str], changes: list[Change], width: int, common: bool) -> Iterator[str]:
    """The lines of both sides next to each other in so many columns; those they have in `common` only if wanted."""
    columns = _Columns(width)
    for tag, a, b, c, d in changes:
        if tag == 'equal' and not common:
            continue
        for place in range(max(b - a, d - c)):
            left = one[a + place] if a + place < b else None
            right = other[c + place] if c + place < d else None
            mark = ' ' if tag == 'equal' else '>' if left is None else '<' if right is None else '|'
            yield columns.line(left, mark, right)


class _Columns:
    def __init__(self, width: int) -> None:
        least = TAB + GUTTER
        middle = (width >> 1) + (least >> 1) + (width & least & 1)
        middle -= middle % TAB
        self._half = max(0, min(middle - GUTTER, width - middle))
        self._second = middle if self._half else width

    def line(self, left: str | None, mark: str, right: str | None) -> str:
        """print_1sdiff_line."""
        text, column = _cut(left, 0, self._half) if left is not None else ('', 0)
        if mark != ' ':
            at = (self._half + self._second - 1) // 2
            ends = [side.endswith('\n') for side in (left, right) if side is not None]
            if mark == '|' and ends[0] != ends[-1]:
                mark = '/' if ends[0] else '\\'
            text, column = text + _filled(column, at) + mark, at + 1
        if right is not None and right != '\n':
            text += _filled(column, self._second) + _cut(right, self._second, self._half)[0]
        return text + ('\n' if any(side is not None and side.endswith('\n') for side in (left, right)) else '')


def _filled(column: int, to: int) -> str:
    """tab_from_to."""
    tabs = max(to // TAB - column // TAB, 0)
    return '\t' * tabs + ' ' * (to - (to // TAB * TAB if tabs else column))


def _cut(line: str, indent: int, bound: int) -> tuple[str, int]:
    """print_half_line: what fits of a line, and the column that it ends at."""
    shown, place, column = '', 0, 0
    for char in line.rstrip('\n'):
        if char == '\t':
            stop = place + TAB - place % TAB
            if place == column and stop < bound:
                shown, column = shown + char, stop
            place = stop
            continue
        place += 1
        if place <= bound:
            shown, column = shown + char, place
    return shown, indent + column


def context_hunk(one: list[str], other: list[str], group: list[Change]) -> Iterator[tuple[str, str]]:
    """pr_context_hunk: what stands before each line, and the line; headings have nothing before them."""
    first, last = group[0], group[-1]
    yield '', '***************\n'
    yield '', f'*** {_range(first[1], last[2])} ****\n'
    if any(tag in ('replace', 'delete') for tag, *_ in group):
        for tag, a, b, _, _ in group:
            for line in one[a:b]:
                yield {'equal': '  ', 'replace': '! ', 'delete': '- '}[tag], line
    yield '', f'--- {_range(first[3], last[4])} ----\n'
    if any(tag in ('replace', 'insert') for tag, *_ in group):
        for tag, _, _, c, d in group:
            for line in other[c:d]:
                yield {'equal': '  ', 'replace': '! ', 'insert': '+ '}[tag], line


def _range(first: int, last: int) -> str:
    """print_context_number_range."""
    return f'{first + 1},{last}' if last - first > 1 else str(last)
