"""Every lesson reads well in both languages, and every exercise holds what it promises."""

import pytest

from tutor.course.lint import lint_exercise, lint_glossary, lint_lesson
from tutor.course.loader import load_course
from tutor.grader.checks.catalog import checks_of

COURSE = load_course()


def said(problems):
    return [problem.say('en') for problem in problems]


def test_the_course_loads():
    assert said(COURSE.problems) == []


def test_the_glossary():
    assert len(COURSE.glossary) >= 40
    assert said(lint_glossary(COURSE)) == []
    assert said(COURSE.problems) == []


def test_numbers_are_unique():
    numbers = [lesson.number for lesson in COURSE.lessons]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize('lesson', COURSE.lessons, ids=lambda lesson: lesson.id)
def test_lesson_text(lesson):
    assert said(lint_lesson(lesson, COURSE)) == []


@pytest.mark.parametrize('exercise', COURSE.exercise_ids)
def test_exercise_words(exercise):
    loaded = COURSE.exercise(exercise)
    assert said(lint_exercise(loaded)) == []
    assert checks_of(loaded)
