"""The text that is paged through: read no further than somebody wants to see it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tutor.cluster.simulation import Simulation

EVERYTHING = 1 << 60
BREATH, TAKES = 500, 0.01
"""After so many lines it stops for so long: text without end neither fills the memory nor keeps others waiting."""


class Text:
    """The lines of an input, without their newlines, as far as they have been read."""

    def __init__(self, source: AsyncIterator[str], simulation: Simulation) -> None:
        self.lines: list[str] = []
        self.ended = False
        self.changed = simulation.condition()
        """Notified when a line was read, or the end."""
        self._simulation = simulation
        self._wanted = 0
        self._asked = simulation.condition()
        self._task = simulation.spawn(self._read(source), 'pager')

    async def _read(self, source: AsyncIterator[str]) -> None:
        async for line in source:
            while len(self.lines) >= self._wanted:
                await self._asked.wait()
            self.lines.append(line.rstrip('\n'))
            self.changed.notify()
            if not len(self.lines) % BREATH:
                await self._simulation.sleep(TAKES)
        self.ended = True
        self.changed.notify()

    def want(self, count: int) -> bool:
        """Ask for so many lines; whether that many, or all there are, have been read."""
        if count > self._wanted:
            self._wanted = count
            self._asked.notify()
        return self.ended or len(self.lines) >= count

    def append(self, lines: list[str]) -> None:
        """What a file has got since it was read."""
        self.lines += lines
        self.changed.notify()

    def close(self) -> None:
        self._task.cancel()
