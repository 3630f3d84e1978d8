"""The whole screen of a program that draws itself anew now and then, and waits for keys meanwhile: top, watch."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from tutor.cluster.simulation import Simulation, Task
from tutor.shell.keys import Keys
from tutor.shell.process import IO
from tutor.shell.tty import mode

CLEAR = '\x1b[H\x1b[2J'


class Screen(ExitStack):
    """Draws on a terminal that gives single keys as long as this is entered; without a terminal it only writes."""

    def __init__(self, io: IO, terminal: Any, simulation: Simulation) -> None:
        super().__init__()
        self._io = io
        self._keys = Keys(terminal.reader) if terminal is not None and terminal.reader is not None else None
        self._simulation = simulation
        self._pending: Task[str] | None = None
        self._terminal = terminal
        if self._keys is not None:
            self.enter_context(mode(terminal, lines=False, echo=False))
            self.callback(self._forget)

    def show(self, text: str) -> None:
        self._io.stdout.write((CLEAR if self._io.stdout.isatty else '') + text)

    async def key(self, seconds: float) -> str:
        """The key that is pressed within so much time, '' if none is."""
        if self._keys is None:
            await self._simulation.sleep(seconds)
            return ''
        pending = self._pending = self._pending or self._simulation.spawn(self._keys.next(), 'key')
        if not await self._simulation.within(seconds, pending):
            return ''
        key = pending.result()
        if key:
            self._pending = None
        else:  # nobody types any more
            await self._simulation.sleep(seconds)
        return key

    def _forget(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
