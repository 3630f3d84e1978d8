"""What a part, a lesson and an exercise are: first the files as authors write them, then as the rest uses them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from tutor.course.blocks import Block, Page, pages
from tutor.course.markdown import parse
from tutor.course.words import LANGUAGES, Language, Strict, Text

Number = Annotated[str, Field(pattern=r'^\d+(\.\d+)*$')]
Identifier = Annotated[str, Field(pattern=r'^[a-z0-9]+(-[a-z0-9]+)*$')]
ClusterOptions = dict[str, Any]


def _in_both(words: Any) -> Any:
    return {'zh': words, 'en': words} if isinstance(words, str) else words


EitherText = Annotated[Text, BeforeValidator(_in_both)]
"""A Text, or one string where both languages say the same (a command, a name)."""


class PartFile(Strict):
    """part.yaml"""

    number: Number
    title: Text


class LessonFile(Strict):
    """lesson.yaml"""

    number: Number
    title: Text
    summary: Text
    minutes: int = Field(gt=0, le=120)
    cluster: ClusterOptions | str | None = None


class Term(Strict):
    """One entry of glossary.yaml: a word, what it means, and the number of the lesson that explains it."""

    term: Text
    means: Text
    lesson: Number


class CheckSpec(BaseModel):
    """What all checks have; the other keys belong to its type, which the grader knows."""

    model_config = ConfigDict(extra='allow', frozen=True)

    id: Identifier
    type: str
    title: Text
    needs: tuple[str, ...] = ()

    @property
    def options(self) -> dict[str, Any]:
        return self.model_extra or {}


class ExerciseFile(Strict):
    """exercise.yaml"""

    title: Text
    task: Text
    cluster: ClusterOptions | str | None = None
    setup: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    checks: tuple[CheckSpec, ...]
    hints: tuple[EitherText, ...]
    keep: EitherText
    solved: Text
    timeout: float = Field(default=60, gt=0, le=3600)

    @field_validator('checks', 'hints')
    @classmethod
    def _not_empty(cls, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if not values:
            raise ValueError('at least one is needed')
        return values

    @field_validator('checks')
    @classmethod
    def _ids_are_known(cls, checks: tuple[CheckSpec, ...]) -> tuple[CheckSpec, ...]:
        known: set[str] = set()
        for check in checks:
            if check.id in known:
                raise ValueError(f'two checks are called {check.id}')
            if unknown := [need for need in check.needs if need not in known]:
                raise ValueError(f'{check.id} needs {unknown[0]}, which is no check above it')
            known.add(check.id)
        return checks


@dataclass(frozen=True)
class File:
    """A file of an exercise, by its name."""

    name: str
    text: str
    path: Path


@dataclass(frozen=True)
class Wrong:
    """A wrong answer, and the check that must refuse it."""

    check: str
    name: str
    script: str
    path: Path


class Exercise(ExerciseFile):
    """An exercise with everything that lies in its folder. Its id is <part>/<lesson>/<name>."""

    id: str
    folder: Path
    source: str
    start: tuple[File, ...]
    files: tuple[File, ...]
    solution: str
    wrong: tuple[Wrong, ...]

    @property
    def name(self) -> str:
        return self.id.rpartition('/')[2]

    @property
    def lesson_id(self) -> str:
        return self.id.rpartition('/')[0]

    @property
    def path(self) -> Path:
        return self.folder / 'exercise.yaml'


def number_key(number: str) -> tuple[int, ...]:
    """'2.10' after '2.9'."""
    return tuple(int(part) for part in re.findall(r'\d+', number))


@dataclass(frozen=True)
class Lesson:
    """A lesson; its text is parsed when it is first asked for. Its id is <part>/<lesson>."""

    id: str
    folder: Path
    number: str
    title: Text
    summary: Text
    minutes: int
    cluster: ClusterOptions | None
    exercise_names: tuple[str, ...]
    """Those the text shows, in its order, then the others by name."""

    @property
    def exercise_ids(self) -> tuple[str, ...]:
        return tuple(f'{self.id}/{name}' for name in self.exercise_names)

    def source(self, language: Language) -> str:
        return (self.folder / f'{language}.md').read_text(encoding='utf-8')

    @cached_property
    def _texts(self) -> dict[Language, tuple[Block, ...]]:
        return {language: parse(self.source(language)) for language in LANGUAGES}

    def blocks(self, language: Language) -> tuple[Block, ...]:
        return self._texts[language]

    def pages(self, language: Language) -> tuple[Page, ...]:
        return pages(self.blocks(language))

    @cached_property
    def spreads(self) -> tuple[Spread, ...]:
        """The pages with both languages side by side."""
        return tuple(Spread(zh, en) for zh, en in zip(self.pages('zh'), self.pages('en'), strict=False))


@dataclass(frozen=True)
class Spread:
    """One page in both languages. Lint guarantees that block stands beside block."""

    zh: Page
    en: Page

    @property
    def rows(self) -> tuple[tuple[Block, Block], ...]:
        return tuple(zip(self.zh.blocks, self.en.blocks, strict=False))

    @property
    def title(self) -> Text:
        return Text(zh=self.zh.title, en=self.en.title)


@dataclass(frozen=True)
class Part:
    """A part of the course and its lessons, in the order of their numbers."""

    id: str
    number: str
    title: Text
    lessons: tuple[Lesson, ...]
