"""Finds lessons, pages, exercises and commands of the course, in either language, pinyin initials included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutor.course.blocks import ExerciseRef, RunBlock
from tutor.course.loader import Course
from tutor.course.models import Lesson
from tutor.course.problems import CourseError
from tutor.course.words import Text
from tutor.i18n import message
from tutor.i18n.pinyin import matches

MOST = 60
LESSON, PAGE, EXERCISE, COMMAND = message('Lesson'), message('Page'), message('Exercise'), message('Command')


@dataclass(frozen=True)
class Hit:
    """Something that was found, and the page to open for it (None: where the learner left off)."""

    title: Text
    kind: str
    lesson: Lesson
    page: int | None = None


def find(course: Course, query: str) -> list[Hit]:
    """What fits, lessons first."""
    if not query.strip():
        return []
    found: dict[str, list[Hit]] = {LESSON: [], PAGE: [], EXERCISE: [], COMMAND: []}
    for lesson in course.lessons:
        for hit in _hits(course, lesson, query):
            found[hit.kind].append(hit)
    return [hit for hits in found.values() for hit in hits][:MOST]


def _hits(course: Course, lesson: Lesson, query: str) -> Iterator[Hit]:
    if matches(query, lesson.number, lesson.title.zh, lesson.title.en, lesson.summary.zh, lesson.summary.en):
        yield Hit(Text(zh=f'{lesson.number} {lesson.title.zh}', en=f'{lesson.title.en}'), LESSON, lesson)
    try:
        spreads = lesson.spreads
    except (OSError, ValueError):
        return
    for page, spread in enumerate(spreads):
        if spread.zh.heading and matches(query, spread.title.zh, spread.title.en):
            yield Hit(spread.title, PAGE, lesson, page)
        for block in spread.zh.blocks:
            if isinstance(block, ExerciseRef):
                yield from _exercise(course, lesson, block.name, page, query)
            elif isinstance(block, RunBlock):
                yield from (Hit(Text.same(command.split('\n')[0]), COMMAND, lesson, page)
                            for command in block.commands if len(query) > 2 and matches(query, command))


def _exercise(course: Course, lesson: Lesson, name: str, page: int, query: str) -> Iterator[Hit]:
    try:
        exercise = course.exercise(f'{lesson.id}/{name}')
    except (CourseError, KeyError):
        return
    if matches(query, exercise.title.zh, exercise.title.en, exercise.task.zh, exercise.task.en):
        yield Hit(exercise.title, EXERCISE, lesson, page)
