"""Traps that come while a shell waits: they run when what it waits for has ended."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tutor.cluster.simulation import Future, Task
from tutor.cluster.simulation.coroutines import wait_first
from tutor.shell.process import SIGNALS, Process

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

T = TypeVar('T')
KEYS = ('INT', 'QUIT')
"""Signals that a terminal sends to the foreground program too."""


@dataclass(slots=True)
class Held:
    """What one shell waits for, and the signals that have come meanwhile."""

    busy: bool = False
    process: Process | None = None
    ends_sleep: bool = False
    """Whether the program is BusyBox's `sleep`, which its shell has as a builtin: a signal ends it."""
    interrupted: Future[str] | None = None
    """Set while the shell is in `wait`, which a signal ends."""
    names: list[str] = field(default_factory=list)

    def takes(self, name: str) -> bool:
        """Whether the trap of a signal that comes now is run later by who waits."""
        if self.interrupted is not None:
            self.interrupted.resolve(name)
        elif not self.busy or (name in KEYS and self.process is None):
            return False
        elif name in KEYS and self.process is not None:
            self.process.signal(name)
        elif self.ends_sleep and self.process is not None and self.process.task is not None:
            self.process.exit_status = 0
            self.process.task.cancel()
        self.names.append(name)
        return True


async def holding(shell: Shell, work: Awaitable[T], process: Process | None = None) -> T:
    """What the work gives; traps are run after it, as POSIX wants it (dotrap, run_pending_traps)."""
    held = shell.held
    if shell.interactive or not shell.traps:
        return await work
    held.busy, held.process = True, process
    held.ends_sleep = process is not None and shell.dialect.name == 'ash' and process.argv[0] == 'sleep'
    try:
        result = await work
    finally:
        held.busy, held.process = False, None
    await _run(shell)
    return result


async def interruptible(shell: Shell, task: Task[int]) -> int:
    """The status of `wait`: that of the task, or 128 + the signal whose trap has ended the waiting."""
    held = shell.held
    held.interrupted = Future(shell.ctx.simulation)
    try:
        await wait_first(shell.ctx.simulation, task, held.interrupted)
        name = held.interrupted.result() if held.interrupted.done else ''
    finally:
        held.interrupted = None
        if not task.done:
            task.cancel()
    await _run(shell)
    return 128 + SIGNALS[name] if name else await task


async def _run(shell: Shell) -> None:
    names, shell.held.names = shell.held.names, []
    for name in names:
        await shell.run_trap(name)
