"""What an interactive shell waits for, and how Ctrl-C ends that and not the shell."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from tutor.cluster.simulation import Cancelled, Task
from tutor.shell.interpreter import Shell

T = TypeVar('T')
INTERRUPTED = 130


class Foreground:
    """Takes the shell's SIGINT as long as no trap does."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._task: Task[Any] | None = None
        self._interrupted = False
        shell.ctx.signals['INT'] = self.interrupt
        shell.ctx.signals['TSTP'] = self.suspend
        process = shell.ctx.host.processes.get(shell.ctx.pid)
        if process is not None:
            process.controls_jobs = True

    async def run(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What the work gives, or None when it was interrupted."""
        self._interrupted = False
        task = self._task = self._shell.ctx.simulation.spawn(work, 'foreground')
        try:
            return await task
        except Cancelled:
            if not self._interrupted:  # it is the shell that ends
                task.cancel()
                raise
            self._shell.io.stdout.write('\n')
            return None
        finally:
            self._task = None

    def suspend(self) -> None:
        if self._shell.foreground is not None:
            self._shell.io.stdout.write('\n')
            self._shell.suspend()

    def interrupt(self) -> None:
        if self._task is not None:
            self._interrupted = True
            self._task.cancel()
