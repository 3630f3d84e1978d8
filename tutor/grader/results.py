"""What a check says: whether it passed, what it expected and what it found, in both languages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tutor.course.words import Language, Text

NOTHING = Text(zh='没有', en='nothing')
EXISTS = Text(zh='存在', en='it to exist')
ABSENT = Text(zh='不存在', en='nothing')
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a check. `subject` is what was looked at: an object, a field of it, a file, a request."""

    passed: bool
    subject: Text
    expected: Text
    found: Text

    def say(self, language: Language) -> str:
        """One sentence."""
        subject, expected, found = (part.say(language) for part in (self.subject, self.expected, self.found))
        if language == 'zh':
            return f'{subject}：{_after("应为", expected)}，{_after("现在", found)}。'
        return f'{subject}: expected {expected}, found {found}.'


def _after(word: str, words: str) -> str:
    """A space stands between Chinese and Latin, none between two Chinese words."""
    return word + words if '\u4e00' <= words[:1] <= '\u9fff' or words[:1] in '“（' else f'{word} {words}'


def show(value: Any) -> Text:
    """A value of an object as it reads best: bare text and numbers, JSON for the rest, cut when very long."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        words = value or '""'
    else:
        words = json.dumps(value, ensure_ascii=False, separators=(', ', ': '))
    return Text.same(words if len(words) <= LONGEST else words[:LONGEST - 1] + '…')


def join(parts: list[Text]) -> Text:
    """An enumeration."""
    return Text(zh='、'.join(part.zh for part in parts), en=', '.join(part.en for part in parts))


def extend(text: Text, more: str) -> Text:
    """The same words behind both languages' texts, such as the path of a field."""
    return Text(zh=f'{text.zh} {more}', en=f'{text.en} {more}') if more else text
