"""`tutor grade` and `tutor lint`: what they do, apart from reading the arguments and opening clusters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tutor.course.commands import Outcome, report_problems, say
from tutor.course.lint import lint_exercise, lint_glossary, lint_lesson
from tutor.course.loader import Course, load_course
from tutor.course.models import Exercise, Lesson
from tutor.course.problems import CourseError, Problem
from tutor.course.words import Text
from tutor.grader.checks.catalog import checks_of
from tutor.grader.grading import grade
from tutor.grader.proof import prove, prove_lesson
from tutor.grader.reports import FORMATS
from tutor.grader.view import Bench, CannotStart
from tutor.i18n.modes import Mode, languages_of

PASSED, NOT_PASSED, BAD_INPUT, INTERNAL = 0, 1, 2, 3


def grade_command(mode: Mode, exercise: str, submissions: Sequence[str], bench: Bench, format: str = 'text',
                  root: Path | None = None) -> Outcome:
    """Grade submissions of one exercise. Exit codes: 0 all passed, 1 not, 2 something cannot be read."""
    if format not in FORMATS:
        return _bad(Text(zh=f'没有格式 {format}', en=f'there is no format {format}'), mode)
    try:
        chosen = _exercise(load_course(root), exercise)
        checks_of(chosen)
        report = grade(chosen, [Path(one) for one in submissions], bench)
    except KeyError:
        return _bad(Text(zh=f'没有练习 {exercise}；用 tutor lessons 查看',
                         en=f'no exercise {exercise}; see tutor lessons'), mode)
    except CourseError as error:
        return Outcome(BAD_INPUT, '', report_problems(list(error.problems), mode))
    except CannotStart as error:
        words = Text(zh=f'起始状态无法建立：{error}', en=f'the start state cannot be made: {error}')
        return Outcome(INTERNAL, '', say(words, mode) + '\n')
    unread = [one.unread for one in report.graded if one.unread]
    code = BAD_INPUT if unread else PASSED if report.passed else NOT_PASSED
    return Outcome(code, FORMATS[format](report, languages_of(mode)), ''.join(f'{say(one, mode)}\n' for one in unread))


def _bad(words: Text, mode: Mode) -> Outcome:
    return Outcome(BAD_INPUT, '', say(words, mode) + '\n')


def _exercise(course: Course, wanted: str) -> Exercise:
    """An exercise by its id, or by its name alone where only one is called so."""
    if wanted in course.exercise_ids:
        return course.exercise(wanted)
    named = [one for one in course.exercise_ids if one.endswith(f'/{wanted}')]
    if len(named) != 1:
        raise KeyError(wanted)
    return course.exercise(named[0])


# -- lint --------------------------------------------------------------------------------------------------------


def lint_command(mode: Mode, path: Path | None = None, bench: Bench | None = None, root: Path | None = None,
                 tell: Callable[[str], None] | None = None) -> Outcome:
    """Check the course, or what lies under a path of it; without a bench, no exercise is run."""
    course = load_course(root or _course_above(path))
    problems = [problem for problem in course.problems if _below(problem.file, path)]
    counts = [0, 0]
    for lesson in course.lessons:
        if not (_below(lesson.folder, path) or _below(path, lesson.folder)):
            continue
        counts[0] += 1
        exercises = list(_exercises(lesson, course, path, problems))
        counts[1] += len(exercises)
        if _below(lesson.folder, path):
            problems += _lint_lesson(lesson, course, exercises, bench)
        for exercise in exercises:
            problems += _lint_exercise(exercise, bench, tell)
    if _below(course.root, path):
        problems += lint_glossary(course)
    if path and not any(counts) and not problems:
        return _bad(Text(zh=f'{path} 里没有课程', en=f'there is no lesson in {path}'), mode)
    summary = Text(zh=f'{counts[0]} 课，{counts[1]} 个练习，{len(problems)} 个问题',
                   en=', '.join([_counted(counts[0], 'lesson'), _counted(counts[1], 'exercise'),
                                 _counted(len(problems), 'problem')]))
    return Outcome(NOT_PASSED if problems else PASSED, say(summary, mode) + '\n', report_problems(problems, mode))


def _counted(count: int, word: str) -> str:
    return f'{count} {word}' if count == 1 else f'{count} {word}s'


def _course_above(path: Path | None) -> Path | None:
    """The course that a path is in: the folder above the nearest part.yaml."""
    if path is None:
        return None
    path = path.resolve()
    for folder in (path, *path.parents):
        if (folder / 'part.yaml').is_file():
            return folder.parent
    return path if any(path.glob('*/part.yaml')) else None


def _below(path: Path | None, above: Path | None) -> bool:
    return above is None or (path is not None and path.resolve().is_relative_to(above.resolve()))


def _exercises(lesson: Lesson, course: Course, path: Path | None, problems: list[Problem]) -> Iterator[Exercise]:
    for name in lesson.exercise_names:
        folder = lesson.folder / 'exercises' / name
        if not (_below(folder, path) or _below(path, folder)):
            continue
        try:
            yield course.exercise(f'{lesson.id}/{name}')
        except CourseError as error:
            problems += error.problems


def _lint_lesson(lesson: Lesson, course: Course, exercises: list[Exercise], bench: Bench | None) -> Iterator[Problem]:
    """The words; and if they are in order, the commands."""
    problems = list(lint_lesson(lesson, course))
    yield from problems
    if bench is not None and not problems:
        yield from prove_lesson(lesson, {exercise.name: exercise for exercise in exercises}, bench)


def _lint_exercise(exercise: Exercise, bench: Bench | None,
                   tell: Callable[[str], None] | None) -> Iterator[Problem]:
    yield from lint_exercise(exercise)
    try:
        checks_of(exercise)
    except CourseError as error:
        yield from error.problems
        return
    if bench is not None:
        if tell:
            tell(exercise.id)
        yield from prove(exercise, bench)
