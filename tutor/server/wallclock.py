"""Lets virtual time flow with the wall clock: the one place where the wall clock is read."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from tutor.cluster.simulation import Simulation

TURN = 0.05
"""Seconds that the simulation may run at a stretch before requests get their turn."""
MOST_BEHIND = 5.0
"""Wall seconds of work that may pile up; what is beyond is let go, and virtual time is late by it."""


def wall_time() -> datetime:
    """This moment on the machine's clock."""
    return datetime.now(UTC)  # noqa: TID251 - a served cluster lives in the time of its clients


class WallClock:
    """Pumps a simulation: so much virtual time passes as wall time, times `speed`."""

    def __init__(self, simulation: Simulation, speed: float = 1.0) -> None:
        self._simulation = simulation
        self._speed = speed
        self._origin = simulation.now
        self._started = time.monotonic()
        self._poked = asyncio.Event()

    def _due(self) -> float:
        """The virtual moment that the wall clock has come to."""
        return self._origin + (time.monotonic() - self._started) * self._speed

    def catch_up(self) -> bool:
        """Run what is due, for one turn at most; whether nothing is left to do."""
        until, ends = self._due(), time.monotonic() + TURN
        behind = until - self._simulation.now - MOST_BEHIND * self._speed
        if behind > 0:
            self._origin -= behind
            until -= behind
        return not self._simulation.run_until(lambda: time.monotonic() > ends, until)

    def poke(self) -> None:
        """Something new may be due: look again."""
        self._poked.set()

    async def run(self) -> None:
        """Pump for ever. A crash of one event is recorded and does not stop the others."""
        while True:
            self._poked.clear()
            try:
                idle = self.catch_up()
            except Exception as error:
                self._simulation.failures.append(('wallclock', error))
                idle = False
            if idle:
                await self._pause()
            else:
                await asyncio.sleep(0)

    async def _pause(self) -> None:
        """Wait until the next event is due, or until poked."""
        when = self._simulation.next_event()
        delay = None if when is None else max(0.0, (when - self._due()) / self._speed)
        try:
            async with asyncio.timeout(delay):
                await self._poked.wait()
        except TimeoutError:
            pass
