"""An exercise on a cluster of its own: what grading, lint and the screens begin with."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar

from tutor.client.control import BadFault
from tutor.cluster import config
from tutor.cluster.config import DEFAULT, ClusterConfig
from tutor.cluster.machine.disk import HOME, UID
from tutor.course.models import Exercise, Lesson
from tutor.grader.view import CannotStart, Ran
from tutor.session.view import SessionView
from tutor.session.workbench import Workbench
from tutor.shell.vfs import normalize

T = TypeVar('T')
START = '.start'


def cluster_for(lesson: Lesson | None, exercise: Exercise | None) -> ClusterConfig:
    """The cluster of an exercise, else of its lesson, else the default one. Raises BadClusterFile."""
    options: Any = (exercise.cluster if exercise is not None else None) or (lesson.cluster if lesson else None)
    return config.read(options) if isinstance(options, dict) else DEFAULT


def prepare(bench: Workbench, exercise: Exercise | None) -> None:
    """Bring a new workbench to the start state of an exercise: files, manifests, set-up commands, faults.
    Raises CannotStart."""
    if exercise is None:
        return
    for file in exercise.files:
        put(bench, file.name, file.text)
    for file in exercise.start:
        path = f'/tmp/{START}/{file.name}'
        bench.files.put(path, file.text)
        _run(bench, f'kubectl apply -f {path}')
    for command in exercise.setup:
        _run(bench, command)
    for fault in exercise.faults:
        _cause(bench, fault)
    bench.context.cwd = bench.shell.ctx.cwd = HOME
    bench.shell.status = 0


def _run(bench: Workbench, command: str) -> None:
    ran = bench.run(command)
    bench.settle_after(command)
    if ran.code:
        raise CannotStart(f'{command}: {ran.stderr.strip() or ran.stdout.strip()}')


def _cause(bench: Workbench, fault: str) -> None:
    """Cause a fault, given as what is typed after `chaos`, and let the cluster feel it."""
    try:
        bench.control.faults.cause(fault.split())
    except BadFault as problem:
        raise CannotStart(f'{fault}: {problem}') from None
    bench.settling.settle()


def put(bench: Workbench, path: str, text: str) -> None:
    """Put a file into the shell, owned by the learner."""
    where = normalize(path, HOME)
    bench.files.put(where, text)
    bench.files.chown(where, UID, UID)


class ExerciseSitting:
    """`tutor.grader.view.Sitting`."""

    def __init__(self, exercise: Exercise | None, lesson: Lesson | None = None) -> None:
        self._bench = Workbench(cluster_for(lesson, exercise))
        prepare(self._bench, exercise)
        self.view = SessionView(self._bench)
        self._transcript: list[Ran] = []
        self.view.transcript = self._transcript

    def run(self, block: str) -> Ran:
        ran = self._bench.run(block)
        self._transcript.append(ran)
        self._bench.settle_after(block)
        return ran

    def write(self, path: str, text: str) -> None:
        put(self._bench, path, text)

    def wait(self, answer: Awaitable[T]) -> T:
        async def run() -> T:
            return await answer
        return self._bench.simulation.run_task(run())

    def advance(self, seconds: float) -> None:
        self._bench.simulation.advance(seconds)

    def close(self) -> None:
        """Nothing is kept outside this object."""


class ExerciseBench:
    """`tutor.grader.view.Bench`; `lessons` gives an exercise its lesson's cluster."""

    def __init__(self, lessons: dict[str, Lesson] | None = None) -> None:
        self._lessons = lessons or {}

    def open(self, exercise: Exercise) -> ExerciseSitting:
        return ExerciseSitting(exercise, self._lessons.get(exercise.lesson_id))

    def open_lesson(self, lesson: Lesson) -> ExerciseSitting:
        """The cluster that a lesson's text is read beside."""
        return ExerciseSitting(None, lesson)
