"""What threads hand over to the simulation: it looks for it now and then, as long as something may come."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from tutor.cluster.simulation import Simulation

LOOK = 0.02
"""Seconds between two looks."""


class Inbox:
    """`post` is called by any thread, everything else by the simulation's."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self._posted: SimpleQueue[tuple[Callable[..., None], tuple[Any, ...]]] = SimpleQueue()
        self._streams = 0
        self._looking = False

    def post(self, callback: Callable[..., None], *args: Any) -> None:
        """Have this called at the next look."""
        self._posted.put((callback, args))

    def expect(self) -> None:
        """One more stream may post something."""
        self._streams += 1
        if not self._looking:
            self._looking = True
            self.simulation.call_later(LOOK, self._look)

    def forget(self) -> None:
        """One stream is over."""
        self._streams -= 1

    def _look(self) -> None:
        while True:
            try:
                callback, args = self._posted.get_nowait()
            except Empty:
                break
            callback(*args)
        self._looking = self._streams > 0
        if self._looking:
            self.simulation.call_later(LOOK, self._look)
