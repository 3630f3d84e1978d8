"""The checks of an exercise that is served: told as they change, while the learner works with tools of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from tutor.course.models import Exercise
from tutor.grader.checks.catalog import checks_of
from tutor.grader.reports import status_lines
from tutor.grader.watched import State, Watched
from tutor.i18n.voice import Voice
from tutor.session.view import SessionView
from tutor.session.workbench import Workbench

LOOK_EVERY = 0.25
"""Wall seconds between two looks; one at a cluster in which nothing has changed costs one small request."""


class Grading:
    """Watches the checks of an exercise on its cluster, and says through `tell` what changes."""

    def __init__(self, exercise: Exercise, bench: Workbench, voice: Voice, tell: Callable[[str], None]) -> None:
        self.cluster = bench.cluster
        self._exercise = exercise
        self._simulation = bench.simulation
        self._watched = Watched(checks_of(exercise), SessionView(bench))
        self._voice = voice
        self._tell = tell
        self._told: dict[str, State] = {}
        self._solved = False

    def begin(self) -> None:
        """Say what there is to do."""
        for line in (*self._voice.sentences(self._exercise.title), *self._voice.sentences(self._exercise.task)):
            self._tell(line)

    async def run(self, spawned: Callable[[], None]) -> None:
        """Look for ever. `spawned` has the simulation, which somebody else pumps, begin with what it was given."""
        while True:
            done = asyncio.Event()
            self._simulation.spawn(self._look(done), 'checks')
            spawned()
            await done.wait()
            for line in self._news():
                self._tell(line)
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self, done: asyncio.Event) -> None:
        """In the simulation: requests of checks take virtual time."""
        try:
            await self._watched.refresh()
        finally:
            done.set()

    def _news(self) -> Iterator[str]:
        for status in self._watched.statuses:
            if self._told.get(status.check.id) is not status.state:
                self._told[status.check.id] = status.state
                yield from status_lines(status, self._voice.languages)
        if self._watched.solved and not self._solved:
            yield from self._voice.sentences(self._exercise.solved)
        self._solved = self._watched.solved
