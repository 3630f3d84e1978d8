"""Finds lessons, terms, pages, exercises and commands of the course, in either language, pinyin initials included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutor.apimachinery.resources import RESOURCES
from tutor.course.blocks import ExerciseRef, RunBlock
from tutor.course.loader import Course
from tutor.course.models import Lesson
from tutor.course.problems import CourseError
from tutor.course.words import Text
from tutor.i18n import message
from tutor.i18n.pinyin import matches

MOST = 60
LESSON, TERM, PAGE = message('Lesson'), message('Term'), message('Page')
EXERCISE, COMMAND = message('Exercise'), message('Command')
KINDS = {name: item.kind for item in RESOURCES for name in (item.plural, *item.short_names)}
"""What kubectl lets one say for a kind: svc → Service."""


@dataclass(frozen=True)
class Hit:
    """Something that was found, and the page to open for it (None: where the learner left off).

    A term brings what it means.
    """

    title: Text
    kind: str
    lesson: Lesson
    page: int | None = None
    means: Text | None = None


def find(course: Course, query: str) -> list[Hit]:
    """What fits, lessons first."""
    if not query.strip():
        return []
    query = KINDS.get(query.strip().lower(), query)
    found: dict[str, list[Hit]] = {LESSON: [], TERM: list(_terms(course, query)), PAGE: [], EXERCISE: [], COMMAND: []}
    for lesson in course.lessons:
        for hit in _hits(course, lesson, query):
            found[hit.kind].append(hit)
    return [hit for hits in found.values() for hit in hits][:MOST]


def _terms(course: Course, query: str) -> Iterator[Hit]:
    """Words of the glossary; only those that a lesson of this course explains."""
    explained = {lesson.number: lesson for lesson in course.lessons}
    for entry in course.glossary:
        if entry.lesson in explained and matches(query, entry.term.zh, entry.term.en):
            yield Hit(entry.term, TERM, explained[entry.lesson], means=entry.means)


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
