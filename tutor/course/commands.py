"""`tutor lessons`, `tutor progress`, `tutor reset` and `tutor new`: what they do, apart from reading the arguments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor.course.loader import Course, load_course
from tutor.course.models import Lesson, Part
from tutor.course.problems import Problem
from tutor.course.progress import Progress
from tutor.course.template import start_exercise, start_lesson, start_part
from tutor.course.words import Text
from tutor.i18n.modes import Mode, languages_of
from tutor.i18n.width import pad


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command of `tutor` ends with: its exit code and what goes to the two streams."""

    code: int
    out: str = ''
    err: str = ''


def say(words: Text, mode: Mode, separator: str = ' · ') -> str:
    """A text in the languages of a mode, on one line."""
    return separator.join(dict.fromkeys(words.say(language) for language in languages_of(mode)))


def report_problems(problems: list[Problem], mode: Mode) -> str:
    return ''.join(f'{line}\n' for problem in problems
                   for line in dict.fromkeys(problem.say(language) for language in languages_of(mode)))


# -- lessons -----------------------------------------------------------------------------------------------------


def lessons(mode: Mode, root: Path | None = None, as_json: bool = False) -> Outcome:
    """The course: its parts, lessons and exercises."""
    course = load_course(root)
    out = _course_json(course) if as_json else ''.join(f'{line}\n' for line in _course_lines(course, mode))
    return Outcome(1 if course.problems else 0, out, report_problems(course.problems, mode))


def _course_lines(course: Course, mode: Mode) -> Iterator[str]:
    for part in course.parts:
        yield f'{part.number}  {say(part.title, mode, " ")}'
        for lesson in part.lessons:
            yield f'  {pad(lesson.number, 5)}{say(lesson.title, mode, " ")}'
            yield from (f'         {exercise}' for exercise in lesson.exercise_ids)


def _course_json(course: Course) -> str:
    return json.dumps([{
        'id': part.id, 'number': part.number, 'title': part.title.model_dump(),
        'lessons': [{
            'id': lesson.id, 'number': lesson.number, 'title': lesson.title.model_dump(),
            'summary': lesson.summary.model_dump(), 'minutes': lesson.minutes, 'exercises': lesson.exercise_ids,
        } for lesson in part.lessons],
    } for part in course.parts], ensure_ascii=False, indent=2) + '\n'


# -- progress ----------------------------------------------------------------------------------------------------


def progress(mode: Mode, root: Path | None = None, record: Path | None = None, as_json: bool = False) -> Outcome:
    """How far the learner is."""
    course = load_course(root)
    with Progress(record) as kept:
        notice = f'{say(kept.notice, mode)}\n' if kept.notice else ''
        if as_json:
            return Outcome(0, _progress_json(course, kept), notice)
        return Outcome(0, ''.join(f'{line}\n' for line in _progress_lines(course, kept, mode)), notice)


def _progress_lines(course: Course, kept: Progress, mode: Mode) -> Iterator[str]:
    solved = kept.exercises_solved()
    for part in course.parts:
        yield f'{part.number}  {say(part.title, mode, " ")}  {_done(part, solved)}'
        yield from (f'  {_sign(lesson, solved, kept)} {pad(lesson.number, 5)}{say(lesson.title, mode, " ")}'
                    f'{_share(lesson, solved)}' for lesson in part.lessons)
    total = len(course.exercise_ids)
    count = len(solved.intersection(course.exercise_ids))
    yield say(Text(zh=f'已完成 {count}/{total} 个练习', en=f'{count} of {total} exercises done'), mode)


def _done(part: Part, solved: set[str]) -> str:
    exercises = [one for lesson in part.lessons for one in lesson.exercise_ids]
    return f'{len(solved.intersection(exercises))}/{len(exercises)}'


def _sign(lesson: Lesson, solved: set[str], kept: Progress) -> str:
    done = solved.intersection(lesson.exercise_ids)
    if len(done) == len(lesson.exercise_ids) and (done or lesson.id in kept.lessons_done()):
        return '✔'
    return '◐' if done or kept.pages_read(lesson.id) else '○'


def _share(lesson: Lesson, solved: set[str]) -> str:
    count = len(lesson.exercise_ids)
    return f'  {len(solved.intersection(lesson.exercise_ids))}/{count}' if count else ''


def _progress_json(course: Course, kept: Progress) -> str:
    records = [kept.exercise(one) for one in course.exercise_ids]
    return json.dumps({
        'lessons': sorted(kept.lessons_done()),
        'exercises': [{'id': one.exercise, 'solved': one.solved, 'attempts': one.attempts, 'hints': one.hints,
                       'best': one.best, 'solutionSeen': one.solution_seen} for one in records],
    }, ensure_ascii=False, indent=2) + '\n'


# -- reset -------------------------------------------------------------------------------------------------------


def reset(mode: Mode, what: str = '', confirmed: bool = False, root: Path | None = None,
          record: Path | None = None) -> Outcome:
    """Forget the progress of a part, lesson or exercise (by id or number), or of the whole course."""
    course = load_course(root)
    prefix = _find(course, what) if what else ''
    if prefix is None:
        return Outcome(2, '', say(Text(zh=f'课程里没有 {what}', en=f'the course has no {what}'), mode) + '\n')
    if not confirmed:
        return Outcome(1, '', say(Text(zh='这会删除学习进度；确认请加 --yes',
                                       en='this forgets your progress; add --yes to confirm'), mode) + '\n')
    with Progress(record) as kept:
        count = kept.reset(prefix)
    return Outcome(0, say(Text(zh=f'已重置，其中 {count} 个练习曾经完成',
                               en=f'reset; {count} of the exercises had been done'), mode) + '\n')


def _find(course: Course, what: str) -> str | None:
    for part in course.parts:
        if what in (part.id, part.number):
            return part.id
        for lesson in part.lessons:
            if what in (lesson.id, lesson.number):
                return lesson.id
    return what if what in course.exercise_ids else None


# -- new ---------------------------------------------------------------------------------------------------------


def new(mode: Mode, path: Path) -> Outcome:
    """Start a part, a lesson or an exercise, as the depth of the path says; never overwrites."""
    starters = {'exercises': start_exercise}
    start = starters.get(path.parent.name) or (start_lesson if (path.parent / 'part.yaml').is_file() else start_part)
    if path.exists() and any(path.iterdir() if path.is_dir() else (path,)):
        return Outcome(2, '', say(Text(zh=f'{path} 已经存在', en=f'{path} exists already'), mode) + '\n')
    written = start(path)
    return Outcome(0, ''.join(f'{file}\n' for file in written))
