"""Grades submissions: each one is run on a cluster of its own, and the checks of the exercise are asked."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tutor.course.models import Exercise
from tutor.course.script import blocks
from tutor.course.words import Text
from tutor.grader.checks.catalog import checks_of
from tutor.grader.objects import Check
from tutor.grader.view import Bench, Ran, Sitting
from tutor.grader.watched import Status, look

SCRIPT = '.sh'
MANIFESTS = ('.yaml', '.yml', '.json')
LARGEST = 5_000_000
FIRST_STEP, LONGEST_STEP = 1.0, 10.0
HOLDS = 3.0
"""So many virtual seconds after they have all passed, the checks are asked once more."""


class BadSubmission(Exception):
    """A submission that cannot be read."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True)
class Submission:
    """What someone handed in: files for the shell, and the blocks that are run there."""

    name: str
    files: tuple[tuple[str, str], ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class Graded:
    """A submission and how it did."""

    name: str
    statuses: tuple[Status, ...]
    ran: tuple[Ran, ...]
    best: int
    seconds: float
    """Virtual seconds from the first command to the verdict."""
    unread: Text | None = None
    """Why it could not even be read."""

    @property
    def passed(self) -> bool:
        return self.unread is None and all(status.passed for status in self.statuses)

    @property
    def commands(self) -> int:
        return len(self.ran)


@dataclass(frozen=True)
class Report:
    """All submissions for one exercise."""

    exercise: Exercise
    graded: tuple[Graded, ...]

    @property
    def passed(self) -> bool:
        return all(one.passed for one in self.graded)


def best_count(exercise: Exercise) -> int:
    """How many commands the worked solution takes."""
    return len(blocks(exercise.solution))


def read_submission(path: Path) -> Submission:
    """A manifest, a script or a folder of them, as it was handed in. Raises BadSubmission."""
    if path.is_dir():
        return _folder(path)
    text = _text(path)
    if path.suffix in MANIFESTS:
        return Submission(str(path), ((path.name, text),), (f'kubectl apply -f {shlex.quote(path.name)}',))
    return script(str(path), text)


def script(name: str, text: str) -> Submission:
    """A script as a submission: its blocks are run one after the other."""
    return Submission(name, (), tuple(blocks(text)))


def _folder(path: Path) -> Submission:
    """The manifests of a folder; or its script, with the manifests beside it where the script expects them."""
    found = [file for file in sorted(path.rglob('*')) if file.is_file()]
    manifests = [file for file in found if file.suffix in MANIFESTS]
    scripts = [file for file in found if file.suffix == SCRIPT]
    if len(scripts) > 1:
        names = ', '.join(file.name for file in scripts)
        raise BadSubmission(Text(zh=f'{path}：这个文件夹里有几个脚本（{names}），不知道该运行哪一个',
                                 en=f'{path}: several scripts in this folder ({names}); which one is to be run?'))
    if not manifests and not scripts:
        raise BadSubmission(Text(zh=f'{path}：这个文件夹里没有清单（.yaml、.yml、.json），也没有脚本（.sh）',
                                 en=f'{path}: no manifests (.yaml, .yml, .json) and no script (.sh) in this folder'))
    base, home = (scripts[0].parent, '') if scripts else (path, 'submission/')
    files = tuple((f'{home}{file.relative_to(base).as_posix()}', _text(file)) for file in manifests
                  if file.is_relative_to(base))
    lines = blocks(_text(scripts[0])) if scripts else ['kubectl apply -R -f submission']
    return Submission(str(path), files, tuple(lines))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise BadSubmission(Text(zh=f'{path}：文件太大', en=f'{path}: the file is too large'))
        return path.read_text(encoding='utf-8')
    except FileNotFoundError:
        raise BadSubmission(Text(zh=f'{path}：没有这个文件', en=f'{path}: there is no such file')) from None
    except UnicodeDecodeError:
        raise BadSubmission(Text(zh=f'{path}：不是 UTF-8 文本', en=f'{path}: not UTF-8 text')) from None
    except OSError as error:
        raise BadSubmission(Text.same(f'{path}: {error.strerror}')) from None


def grade(exercise: Exercise, paths: Iterable[Path], bench: Bench) -> Report:
    """Run every submission on a fresh cluster and ask the checks until all pass or the time is over.

    One that cannot be read stands in the report as such; the others are graded all the same.
    """
    return Report(exercise, tuple(_graded(exercise, path, bench) for path in paths))


def _graded(exercise: Exercise, path: Path, bench: Bench) -> Graded:
    try:
        submission = read_submission(path)
    except BadSubmission as error:
        return Graded(str(path), (), (), best_count(exercise), 0.0, error.message)
    return grade_one(exercise, submission, bench)


def grade_one(exercise: Exercise, submission: Submission, bench: Bench) -> Graded:
    checks = checks_of(exercise)
    sitting = bench.open(exercise)
    try:
        started = sitting.view.now
        for name, text in submission.files:
            sitting.write(name, text)
        ran = tuple(sitting.run(block) for block in submission.blocks)
        statuses = await_checks(sitting, checks, exercise.timeout)
        return Graded(submission.name, statuses, ran, best_count(exercise), sitting.view.now - started)
    finally:
        sitting.close()


def await_checks(sitting: Sitting, checks: tuple[Check, ...], timeout: float) -> tuple[Status, ...]:
    """The standing of the checks as soon as all pass and go on to, else at the end of the time."""
    deadline = sitting.view.now + timeout
    step = FIRST_STEP
    statuses, held = sitting.wait(look(checks, sitting.view)), False
    while sitting.view.now < deadline:
        passed = all(status.passed for status in statuses)
        if passed and held:
            break
        # A container that dies at once is ready for a moment: what is solved stays so.
        wait, step = (HOLDS, step) if passed else (step, min(step * 2, LONGEST_STEP))
        sitting.advance(min(wait, deadline - sitting.view.now))
        statuses, held = sitting.wait(look(checks, sitting.view)), passed
    return statuses
