"""How many cells of a terminal a text takes. Never `len`."""

from __future__ import annotations

import re
from functools import lru_cache

from wcwidth import wcwidth


@lru_cache(maxsize=4096)
def character_width(character: str) -> int:
    """Cells of one character: 0 for combining and control characters, 2 for wide ones."""
    return max(wcwidth(character), 0)


def cells(text: str) -> int:
    """Cells of a text that has no tabs or line ends."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(character_width, text))


def cut(text: str, width: int, ending: str = '') -> str:
    """The beginning of a text that fits, with `ending` after it if something was cut off."""
    if cells(text) <= width:
        return text
    if cells(ending) > width:
        ending = ''
    room = max(width, 0) - cells(ending)
    taken = 0
    for index, character in enumerate(text):
        taken += character_width(character)
        if taken > room:
            return text[:index] + ending
    return text


def pad(text: str, width: int, align: str = 'left') -> str:
    """A text filled with spaces to a width; what is longer stays."""
    missing = max(width - cells(text), 0)
    if align == 'right':
        return ' ' * missing + text
    if align == 'center':
        return ' ' * (missing // 2) + text + ' ' * (missing - missing // 2)
    return text + ' ' * missing


def index_at(text: str, cell: int) -> int:
    """Which character stands at a cell; the length of the text when the cell lies behind it."""
    taken = 0
    for index, character in enumerate(text):
        taken += character_width(character)
        if taken > cell:
            return index
    return len(text)


_HAN, _FULL = r'[\u4e00-\u9fff]', r'[\u3000-\u303f\uff00-\uffef]'
_GAP = re.compile(f'(?<={_HAN}) (?={_HAN})|(?<={_FULL}) | (?={_FULL})')


def close_up(text: str) -> str:
    """No space between two Chinese characters or beside their punctuation, as a value put into a sentence or the end of
    a line may leave one."""
    return _GAP.sub('', text)
