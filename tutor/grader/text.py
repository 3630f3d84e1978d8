"""The keys `contains` and `matches`, which several checks share."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, model_validator

from tutor.course.words import Text
from tutor.grader.objects import Check
from tutor.grader.results import NOTHING, join, show


def _valid_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f'not a regular expression: {error}') from None
    return pattern


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Pattern = Annotated[str, AfterValidator(_valid_pattern)]
Words = Annotated[tuple[str, ...], BeforeValidator(_several)]


class TextTest(Check):
    """A text contains all of `contains` and matches `matches` (anywhere; `^` and `$` are the ends of a line)."""

    needs_text: ClassVar[bool] = True

    contains: Words = ()
    matches: Pattern = ''

    @model_validator(mode='after')
    def _tests_something(self) -> TextTest:
        if self.needs_text and not self.contains and not self.matches:
            raise ValueError('contains or matches is missing')
        return self

    def fits(self, text: str) -> bool:
        return all(words in text for words in self.contains) and (
            not self.matches or re.search(self.matches, text, re.MULTILINE) is not None)

    @property
    def expected(self) -> Text:
        """'contains “a”, “b”'. A regular expression is no sentence, so the check's title stands for it."""
        parts = []
        if self.contains:
            words = join([Text(zh=f'“{one}”', en=f'“{one}”') for one in self.contains])
            parts.append(Text(zh=f'含有 {words.zh}', en=f'contains {words.en}'))
        if self.matches:
            parts.append(self.title)
        return join(parts)

    def excerpt(self, text: str) -> Text:
        """What was found: the last line that is not empty."""
        lines = [line for line in text.splitlines() if line.strip()]
        return show(lines[-1].strip()) if lines else NOTHING
