"""Which lines of two files differ, as GNU diff decides it when there is more than one way (analyze.c, diffseq.h)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

FAR = 1 << 60
KEPT, DROPPED, PERHAPS = 0, 1, 2
Opcode = tuple[str, int, int, int, int]


def opcodes(one: Sequence[Hashable], other: Sequence[Hashable], horizon: int = 0) -> list[Opcode]:
    """difflib's opcodes: ('equal' | 'replace' | 'delete' | 'insert', i1, i2, j1, j2). `horizon` is the number of lines
    of context: how far before and after the differing part equal lines are looked at."""
    head = _common(one, other, 0)
    tail = _common(one[::-1], other[::-1], head)
    first = max(head - horizon, 0)
    cut = max(tail - horizon, 0)
    sides = [one[first:len(one) - cut], other[first:len(other) - cut]]
    changed = _changes(sides)
    for f in (0, 1):
        _shift(sides[f], changed[f], changed[1 - f])
    return _opcodes(changed, first, len(one), len(other))


def _common(one: Sequence[Hashable], other: Sequence[Hashable], taken: int) -> int:
    """How many lines at the beginning are equal; `taken` lines at the end are not to be looked at."""
    most = min(len(one), len(other)) - taken
    return next((at for at in range(most) if one[at] != other[at]), max(most, 0))


def _changes(sides: list[Sequence[Hashable]]) -> list[list[bool]]:
    """Which lines are deleted and which inserted, with one more at the end of each list."""
    counts = [Counter(side) for side in sides]
    dropped = [_dropped(sides[f], counts[1 - f]) for f in (0, 1)]
    changed = [[mark != KEPT for mark in dropped[f]] + [False] for f in (0, 1)]
    places = [[at for at, mark in enumerate(marks) if mark == KEPT] for marks in dropped]
    x, y = ([sides[f][at] for at in places[f]] for f in (0, 1))
    for f, found in enumerate(_compare(x, y)):
        for at in found:
            changed[f][places[f][at]] = True
    return changed


# -- lines that cannot match, and such as match too often ----------------------------------------------------------


def _dropped(side: Sequence[Hashable], counts: Counter[Hashable]) -> list[int]:
    """discard_confusing_lines: lines without a match, and lines with very many among them, are set aside."""
    many, rest = 5, len(side) // 64
    while (rest := rest >> 2) > 0:
        many *= 2
    marks = [DROPPED if not counts[line] else PERHAPS if counts[line] > many else KEPT for line in side]
    at = 0
    while at < len(marks):
        if marks[at] == PERHAPS:
            marks[at] = KEPT
        elif marks[at] == DROPPED:
            at += _settle_run(marks, at) - 1
        at += 1
    return marks


def _settle_run(marks: list[int], start: int) -> int:
    """Decide on the doubtful lines of one run; how far to go on from its start."""
    end = next((at for at in range(start, len(marks)) if marks[at] == KEPT), len(marks))
    while marks[end - 1] == PERHAPS:
        end -= 1
        marks[end] = KEPT
    length = end - start
    run = range(start, end)
    if sum(marks[at] == PERHAPS for at in run) * 4 > length:
        for at in run:
            marks[at] = KEPT if marks[at] == PERHAPS else marks[at]
        return 1
    _keep_long_subruns(marks, start, length)
    _keep_at_end(marks, run)
    _keep_at_end(marks, run[::-1])
    return length


def _keep_long_subruns(marks: list[int], start: int, length: int) -> None:
    minimum, rest = 1, length >> 2
    while (rest := rest >> 2) > 0:
        minimum <<= 1
    minimum += 1
    at = row = 0
    while at < length:
        if marks[start + at] != PERHAPS:
            row = 0
        else:
            row += 1
            if row == minimum:
                at -= row
            elif row > minimum:
                marks[start + at] = KEPT
        at += 1


def _keep_at_end(marks: list[int], run: range) -> None:
    row = 0
    for number, at in enumerate(run):
        if number >= 8 and marks[at] == DROPPED:
            return
        if marks[at] == DROPPED:
            row += 1
        else:
            row, marks[at] = 0, KEPT
        if row == 3:
            return


# -- the shortest edit script --------------------------------------------------------------------------------------


def _compare(x: Sequence[Hashable], y: Sequence[Hashable]) -> tuple[list[int], list[int]]:
    """compareseq: the places in x that are deleted and those in y that are inserted."""
    deleted: list[int] = []
    inserted: list[int] = []
    todo = [(0, len(x), 0, len(y))]
    while todo:
        left, right, top, bottom = todo.pop()
        while left < right and top < bottom and x[left] == y[top]:
            left, top = left + 1, top + 1
        while left < right and top < bottom and x[right - 1] == y[bottom - 1]:
            right, bottom = right - 1, bottom - 1
        if left == right:
            inserted += range(top, bottom)
        elif top == bottom:
            deleted += range(left, right)
        else:
            across, down = _middle(x, y, left, right, top, bottom)
            todo += [(left, across, top, down), (across, right, down, bottom)]
    return deleted, inserted


def _middle(x: Sequence[Hashable], y: Sequence[Hashable], left: int, right: int, top: int,
            bottom: int) -> tuple[int, int]:
    """diag: where a shortest path from both ends meets."""
    low, high = left - bottom, right - top
    forward, backward = {left - top: left}, {right - bottom: right}
    fmin = fmax = left - top
    bmin = bmax = right - bottom
    odd = (fmin - bmin) % 2 == 1
    while True:
        fmin, fmax = _widen(forward, fmin, fmax, low, high, -1)
        for d in range(fmax, fmin - 1, -2):
            before, after = forward[d - 1], forward[d + 1]
            at = after if before < after else before + 1
            while at < right and at - d < bottom and x[at] == y[at - d]:
                at += 1
            forward[d] = at
            if odd and bmin <= d <= bmax and backward[d] <= at:
                return at, at - d
        bmin, bmax = _widen(backward, bmin, bmax, low, high, FAR)
        for d in range(bmax, bmin - 1, -2):
            before, after = backward[d - 1], backward[d + 1]
            at = before if before < after else after - 1
            while left < at and top < at - d and x[at - 1] == y[at - d - 1]:
                at -= 1
            backward[d] = at
            if not odd and fmin <= d <= fmax and at <= forward[d]:
                return at, at - d


def _widen(reached: dict[int, int], first: int, last: int, low: int, high: int, unreached: int) -> tuple[int, int]:
    """One diagonal more on each side, as far as there are any."""
    if first > low:
        first -= 1
        reached[first - 1] = unreached
    else:
        first += 1
    if last < high:
        last += 1
        reached[last + 1] = unreached
    else:
        last -= 1
    return first, last


# -- where a change that could stand in several places stands ------------------------------------------------------


def _shift(lines: Sequence[Hashable], changed: list[bool], other: list[bool]) -> None:
    """shift_boundaries: runs are joined, else moved down as far as they go, but beside a change of the other file.
    Both lists end with a False, which Python finds before their beginning too."""
    end = len(lines)
    i = j = 0
    while True:
        while i < end and not changed[i]:
            while other[j]:
                j += 1
            i, j = i + 1, j + 1
        if i == end:
            return
        start = i
        while changed[i]:
            i += 1
        while other[j]:
            j += 1
        while True:
            length = i - start
            while start and lines[start - 1] == lines[i - 1]:
                start, i, j = start - 1, i - 1, j - 1
                changed[start], changed[i] = True, False
                while changed[start - 1]:
                    start -= 1
                while other[j]:
                    j -= 1
            beside = i if other[j - 1] else end
            while i != end and lines[start] == lines[i]:
                changed[start], changed[i] = False, True
                start, i, j = start + 1, i + 1, j + 1
                while changed[i]:
                    i += 1
                while other[j]:
                    j, beside = j + 1, i
            if length == i - start:
                break
        while beside < i:
            start, i, j = start - 1, i - 1, j - 1
            changed[start], changed[i] = True, False
            while other[j]:
                j -= 1


def _opcodes(changed: list[list[bool]], first: int, length: int, other_length: int) -> list[Opcode]:
    deleted, inserted = changed
    found: list[Opcode] = []
    i = j = 0
    begun, begun_other = 0, 0
    while i < len(deleted) - 1 or j < len(inserted) - 1:
        if not deleted[i] and not inserted[j]:
            i, j = i + 1, j + 1
            continue
        x, y = i, j
        while deleted[i]:
            i += 1
        while inserted[j]:
            j += 1
        tag = 'replace' if i > x and j > y else 'delete' if i > x else 'insert'
        if x + first > begun:
            found.append(('equal', begun, x + first, begun_other, y + first))
        found.append((tag, x + first, i + first, y + first, j + first))
        begun, begun_other = i + first, j + first
    if begun < length or begun_other < other_length:
        found.append(('equal', begun, length, begun_other, other_length))
    return found
