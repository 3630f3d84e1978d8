"""Bytes on their way from the simulation to a client that may be slow."""

from __future__ import annotations

import asyncio
from collections import deque

from tutor.cluster.simulation import Simulation

CAPACITY = 256 * 1024


class Outbox:
    """A queue between the simulation (which puts) and asyncio (which takes). Both run in the same thread."""

    def __init__(self, simulation: Simulation) -> None:
        self._chunks: deque[bytes] = deque()
        self._filled = asyncio.Event()
        self._room = simulation.condition()
        self.size = 0
        self.ended = False

    def put(self, data: bytes) -> None:
        self._chunks.append(data)
        self.size += len(data)
        self._filled.set()

    async def room(self) -> None:
        """In the simulation: wait while more than the capacity is unsent."""
        while self.size > CAPACITY and not self.ended:
            await self._room.wait()

    def end(self) -> None:
        """Nothing more comes, or nobody takes any more."""
        self.ended = True
        self._filled.set()
        self._room.notify()

    async def take(self, seconds: float | None = None) -> list[bytes] | None:
        """What is there, as soon as there is something; [] after so many wall seconds without, None at the end."""
        if not self._chunks and not self.ended:
            try:
                async with asyncio.timeout(seconds):
                    await self._filled.wait()
            except TimeoutError:
                return []
        self._filled.clear()
        if not self._chunks:
            return None if self.ended else []
        found = list(self._chunks)
        self._chunks.clear()
        self.size = 0
        self._room.notify()
        return found
