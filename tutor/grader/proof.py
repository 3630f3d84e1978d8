"""Proves an exercise: unsolved it fails, its solution passes, each wrong answer fails the check it names."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.course.models import Exercise, Wrong
from tutor.course.problems import CourseError, Problem
from tutor.course.words import Text
from tutor.grader.checks.catalog import checks_of
from tutor.grader.grading import Graded, grade_one, script
from tutor.grader.view import Bench
from tutor.grader.watched import State, look


def prove(exercise: Exercise, bench: Bench) -> list[Problem]:
    """Everything about an exercise that does not hold."""
    try:
        checks_of(exercise)
    except CourseError as error:
        return list(error.problems)
    return [*_start_fails(exercise, bench), *_solution_passes(exercise, bench), *_wrong_ones_fail(exercise, bench)]


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
            said = (ran.stderr.strip() or ran.stdout.strip()).splitlines()[:1]
            yield Problem(path, 0, '', Text(
                zh=f'命令失败，退出码 {ran.code}：{ran.command} {said}',
                en=f'a command fails with exit code {ran.code}: {ran.command} {said}'))
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
