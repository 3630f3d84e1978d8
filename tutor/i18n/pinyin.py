"""Initials of Chinese words, so that `dyd` finds 调用流程's neighbours: 调用 → dy."""

from __future__ import annotations

from bisect import bisect_right

# GB 2312 orders its 3,755 common characters by pinyin; where each initial begins.
_FIRST = (0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8, 0xC4C3,
          0xC5B6,
          0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1)
_INITIALS = 'abcdefghjklmnopqrstwxyz'
_END = 0xD7F9
READ_OTHERWISE = {'调': 'd', '重': 'c', '行': 'x', '传': 'c', '弹': 't', '率': 'l', '量': 'l', '参': 'c', '载': 'z',
                  '系': 'x',
                  '签': 'q', '筛': 's', '镜': 'j', '像': 'x', '瞄': 'm', '拓': 't', '扑': 'p', '钥': 'y', '诊': 'z',
                  '卷': 'j'}
"""Characters with several readings, and some outside the common ones, as they are read here."""


def initials(text: str) -> str:
    """The first letter of each Chinese character, lower case; Latin letters and digits as they are."""
    return ''.join(map(_initial, text.lower()))


def _initial(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else ''
    if found := READ_OTHERWISE.get(character):
        return found
    try:
        high, low = character.encode('gb2312')
    except (UnicodeEncodeError, ValueError):
        return ''
    code = high << 8 | low
    return _INITIALS[bisect_right(_FIRST, code) - 1] if _FIRST[0] <= code <= _END else ''


def matches(query: str, *texts: str) -> bool:
    """Whether every word of the query stands in a text, or its letters are the initials of a part of it."""
    words = query.lower().split()
    lower = [text.lower() for text in texts]
    short = [initials(text) for text in texts if not text.isascii()]
    return all(any(word in text for text in lower) or (word.isascii() and any(word in one for one in short))
               for word in words)
