"""Breaks running text of Chinese and Latin words into lines, by the rules of both.

Chinese breaks between any two characters, Latin at spaces (a word that is wider than the line: after `/ - . , _ = :`,
else anywhere). No line begins with closing punctuation or ends with opening punctuation, unless nothing else is
possible. The looks of the text are runs; breaking keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from tutor.i18n.width import cells, character_width

Look = TypeVar('Look')

NEVER_FIRST = frozenset('，。、；：？！…—·）》〉」』】〕］｝”’％‰℃~,.;:?!)]}%°')
NEVER_LAST = frozenset('（《〈「『【〔［｛“‘￥$([{')
BREAK_AFTER = frozenset('/-.,_=:&?|')


@dataclass(frozen=True, slots=True)
class Run(Generic[Look]):
    """Characters with one look."""

    text: str
    look: Look


@dataclass(frozen=True, slots=True)
class Line(Generic[Look]):
    """One line, and the spaces that the break after it swallowed."""

    runs: tuple[Run[Look], ...]
    swallowed: str = ''

    @property
    def text(self) -> str:
        return ''.join(run.text for run in self.runs)

    @property
    def width(self) -> int:
        return cells(self.text)


@dataclass(slots=True)
class _Piece(Generic[Look]):
    """Characters that stay together, and the spaces after them, at which a line may end."""

    characters: list[tuple[str, Look]]
    spaces: list[tuple[str, Look]]
    width: int = 0
    gap: int = 0

    def measure(self) -> _Piece[Look]:
        self.width = sum(character_width(character) for character, _ in self.characters)
        self.gap = len(self.spaces)
        return self


def wrap(runs: Iterable[Run[Look]], width: int, first_indent: int = 0) -> list[Line[Look]]:
    """Break runs into lines of at most `width` cells (never less than 2); at least one line.

    `first_indent` cells of the first line are taken already.
    """
    width = max(width, 2)
    lines: list[Line[Look]] = []
    current: list[tuple[str, Look]] = []
    room = max(width - first_indent, 2)
    pending: list[tuple[str, Look]] = []
    for piece in _fitting(_pieces(runs), width):
        if (current or pending) and len(pending) + piece.width > room:
            lines.append(_line(current, pending))
            current, pending, room = [], [], width
        for part in (pending, piece.characters):
            current.extend(part)
        room -= len(pending) + piece.width
        pending = piece.spaces
    lines.append(_line(current, pending))
    return lines


def _line(characters: list[tuple[str, Look]], spaces: list[tuple[str, Look]]) -> Line[Look]:
    return Line(tuple(_joined(characters)), ''.join(space for space, _ in spaces))


def _joined(characters: list[tuple[str, Look]]) -> Iterator[Run[Look]]:
    start = 0
    for index in range(1, len(characters) + 1):
        if index == len(characters) or characters[index][1] != characters[start][1]:
            yield Run(''.join(character for character, _ in characters[start:index]), characters[start][1])
            start = index


def _pieces(runs: Iterable[Run[Look]]) -> Iterator[_Piece[Look]]:
    """Cut the text where a line may end."""
    piece: _Piece[Look] = _Piece([], [])
    for character, look in ((character, run.look) for run in runs for character in run.text):
        if character in ' \t\n':
            piece.spaces.append((' ', look))
            continue
        if piece.spaces or (piece.characters and _may_break(piece.characters[-1][0], character)):
            yield piece.measure()
            piece = _Piece([], [])
        piece.characters.append((character, look))
    yield piece.measure()


def _may_break(before: str, after: str) -> bool:
    """Whether a line may end between two characters that no space separates."""
    if character_width(after) == 0 or after in NEVER_FIRST or before in NEVER_LAST:
        return False
    return character_width(before) == 2 or character_width(after) == 2


def _fitting(pieces: Iterable[_Piece[Look]], width: int) -> Iterator[_Piece[Look]]:
    """Cut pieces that no line can hold."""
    for piece in pieces:
        while piece.width > width:
            at = _forced_break([character for character, _ in piece.characters], width)
            yield _Piece(piece.characters[:at], []).measure()
            piece = _Piece(piece.characters[at:], piece.spaces).measure()
        if len(piece.spaces) > width:
            piece.spaces = piece.spaces[:width]
        yield piece


def _forced_break(characters: list[str], width: int) -> int:
    """Where to cut what is too long: after a sign that separates parts, else as far as it fits."""
    taken, fits = 0, 0
    for index, character in enumerate(characters):
        taken += character_width(character)
        if taken > width:
            break
        fits = index + 1
    fits = max(fits, 1)
    for at in range(fits, max(fits // 2, 1), -1):
        if characters[at - 1] in BREAK_AFTER and at < len(characters) and characters[at] not in NEVER_FIRST:
            return at
    for at in range(fits, max(fits - 4, 1), -1):
        if at < len(characters) and characters[at] not in NEVER_FIRST and characters[at - 1] not in NEVER_LAST:
            return at
    return fits


def wrap_text(text: str, width: int) -> list[str]:
    """Break a text without looks."""
    return [line.text for line in wrap([Run(text, None)], width)]
