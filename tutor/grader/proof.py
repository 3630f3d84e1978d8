"""Proves an exercise: unsolved it fails, its solution passes, each wrong answer fails the check it names.

And a lesson: the commands in its text do what the text says they do, at least as far as their exit codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from tutor.course.blocks import Block, ExerciseRef, ListBlock, Note, Page, Quote, RunBlock
from tutor.course.models import Exercise, Lesson, Wrong
from tutor.course.problems import CourseError, Problem
from tutor.course.words import Text
from tutor.grader.checks.catalog import checks_of
from tutor.grader.grading import Graded, grade_one, script
from tutor.grader.view import Bench, CannotStart, Ran, Sitting
from tutor.grader.watched import State, look

ENDLESS = re.compile(r'(^| )(-w|--watch|edit|vi|vim|nano|less|man|watch)( |$)|logs .*(-f|--follow)( |$)|^watch ')
"""Commands that need somebody at the keyboard; they are tried by hand."""


def prove_lesson(lesson: Lesson, exercises: Mapping[str, Exercise], bench: Bench) -> Iterator[Problem]:
    """Run the commands of a lesson's text in their order, each page on the cluster that the learner has there."""
    try:
        yield from _try_pages(lesson, exercises, bench)
    except CannotStart:
        return


def _try_pages(lesson: Lesson, exercises: Mapping[str, Exercise], bench: Bench) -> Iterator[Problem]:
    sitting = bench.open_lesson(lesson)
    try:
        for page in lesson.pages('zh'):
            if exercise := _exercise_on(page, exercises):
                sitting.close()
                sitting = bench.open(exercise)
            for block in _run_blocks(page.blocks):
                yield from _try(block, lesson, sitting)
    finally:
        sitting.close()


def _exercise_on(page: Page, exercises: Mapping[str, Exercise]) -> Exercise | None:
    """The exercise that a page shows, unless it is broken, which is reported elsewhere."""
    shown = [block.name for block in page.blocks if isinstance(block, ExerciseRef)]
    return exercises.get(shown[0]) if shown else None


def _try(block: RunBlock, lesson: Lesson, sitting: Sitting) -> Iterator[Problem]:
    for command in block.commands:
        if ENDLESS.search(command):
            continue
        ran = sitting.run(command)
        if (ran.code != 0) != block.fails:
            yield Problem(lesson.folder / 'zh.md', block.line, '', _surprise(ran))


def _run_blocks(blocks: Iterable[Block]) -> Iterator[RunBlock]:
    for block in blocks:
        match block:
            case RunBlock():
                yield block
            case Quote() | Note():
                yield from _run_blocks(block.blocks)
            case ListBlock():
                for item in block.items:
                    yield from _run_blocks(item)


def _surprise(ran: Ran) -> Text:
    said = (ran.stderr.strip() or ran.stdout.strip()).splitlines()[:1]
    return Text(zh=f'退出码是 {ran.code}：{ran.command} {said}',
                en=f'ends with exit code {ran.code}: {ran.command} {said}')


def prove(exercise: Exercise, bench: Bench) -> list[Problem]:
    """Everything about an exercise that does not hold."""
    try:
        checks_of(exercise)
    except CourseError as error:
        return list(error.problems)
    try:
        return [*_start_fails(exercise, bench), *_solution_passes(exercise, bench), *_wrong_ones_fail(exercise, bench)]
    except CannotStart as error:
        return [_cannot_start(exercise, error)]


def _cannot_start(exercise: Exercise, error: CannotStart) -> Problem:
    return Problem(exercise.path, 0, '', Text(
        zh=f'起始状态无法建立：{error}', en=f'the start state cannot be made: {error}'))


def _start_fails(exercise: Exercise, bench: Bench) -> Iterator[Problem]:
    sitting = bench.open(exercise)
    try:
        statuses = sitting.wait(look(checks_of(exercise), sitting.view))
    finally:
        sitting.close()
    if all(status.passed for status in statuses):
        yield Problem(exercise.path, 0, 'checks', Text(
            zh='什么都不做，所有检查就已经通过了', en='all checks pass before anything is done'))


def _solution_passes(exercise: Exercise, bench: Bench) -> Iterator[Problem]:
    path = exercise.folder / 'solution.sh'
    graded = grade_one(exercise, script('solution.sh', exercise.solution), bench)
    for ran in graded.ran:
        if ran.code:
            yield Problem(path, 0, '', _surprise(ran))
    for status in graded.statuses:
        if status.state is State.FAILED and status.result:
            yield Problem(path, 0, status.check.id, Text(
                zh=f'解法没有通过这项检查。{status.result.say("zh")}',
                en=f'the solution does not pass this check. {status.result.say("en")}'))


def _wrong_ones_fail(exercise: Exercise, bench: Bench) -> Iterator[Problem]:
    if not exercise.wrong:
        yield Problem(exercise.folder / 'wrong', 0, '', Text(
            zh='至少要有一个错误答案', en='there should be at least one wrong answer'))
    for wrong in exercise.wrong:
        graded = grade_one(exercise, script(wrong.path.name, wrong.script), bench)
        if problem := _unexpected(wrong, graded):
            yield problem


def _unexpected(wrong: Wrong, graded: Graded) -> Problem | None:
    failed = [status.check.id for status in graded.statuses if status.state is State.FAILED]
    if failed == [wrong.check]:
        return None
    names = ', '.join(failed)
    return Problem(wrong.path, 0, wrong.check, Text(
        zh=f'只应有 {wrong.check} 不通过，实际不通过的是：{names or "没有"}',
        en=f'only {wrong.check} should fail; what fails is: {names or "nothing"}'))
