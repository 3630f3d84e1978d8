"""The checks of an exercise, as a screen shows them while they are watched."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.models import Exercise
from tutor.course.words import Text
from tutor.grader.checks.catalog import checks_of
from tutor.grader.watched import State, Watched
from tutor.session.view import SessionView
from tutor.session.workbench import Workbench

LOOK_EVERY = 0.1
"""Virtual seconds between two questions whether anything has changed."""


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check: passed, waiting for another one, or failed with what was expected and what is there."""

    id: str
    title: Text
    passed: bool
    waiting: bool
    subject: Text | None = None
    expected: Text | None = None
    found: Text | None = None


class Checking:
    """Watches the checks of an exercise on a workbench, as an event of its simulation now and then."""

    def __init__(self, exercise: Exercise, bench: Workbench, view: SessionView) -> None:
        self._watched = Watched(checks_of(exercise), view)
        self._simulation = bench.simulation
        self._next = 0.0
        self._looking = False

    @property
    def solved(self) -> bool:
        return self._watched.solved

    def pump(self) -> None:
        """Look again if it is time to; the answer comes with the events of the simulation."""
        if self._looking or self._simulation.now < self._next:
            return
        self._looking = True
        self._simulation.spawn(self._look(), 'checks')

    async def _look(self) -> None:
        try:
            await self._watched.refresh()
        finally:
            self._next = self._simulation.now + LOOK_EVERY
            self._looking = False

    def views(self) -> list[CheckView]:
        found = []
        for status in self._watched.statuses:
            result = status.result
            found.append(CheckView(
                status.check.id, status.check.title, status.passed, status.state is State.WAITING,
                result.subject if result else None, result.expected if result else None,
                result.found if result else None))
        return found
