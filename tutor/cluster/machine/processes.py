"""The process table of a machine: its own processes, and those in its containers under numbers of the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING

from tutor.shell.process import Context, Process

if TYPE_CHECKING:
    from tutor.shell.process import Host

INIT = ['/sbin/init']
Started = tuple[Process, Process | None]
"""A process in a container, and the one that has started it, None for init."""


class InnerProcess(Process):
    """A process in a container, as the machine sees it: signals go to the process itself."""

    def __init__(self, pid: int, inner: Process) -> None:
        super().__init__(pid, inner.argv, inner.context)
        self.task = inner.task
        self.inner = inner
        self.started = inner.started

    @property
    def leads(self) -> bool:
        return self.inner.leads

    @property
    def resident(self) -> int:
        return self.inner.resident

    @property
    def cpu(self) -> tuple[float, float]:
        return self.inner.cpu

    def signal(self, name: str) -> None:
        if name == 'KILL' or name not in self.inner.context.signals:
            self.inner.kill(name)
        else:
            self.inner.signal(name)

    def kill(self, name: str = 'KILL') -> None:
        self.inner.kill(name)


class MachineProcesses(MutableMapping[int, Process]):
    """Processes by number. Those of containers get theirs when somebody first looks, and keep it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._own: dict[int, Process] = {}
        self._inner: dict[int, InnerProcess] = {}
        self.inside: Callable[[], Iterable[Started]] = lambda: ()

    def begin(self) -> None:
        """The machine was switched on: its first process is init."""
        self._own.clear()
        self._own[1] = Process(1, INIT, Context(self._host, pid=1))

    def own(self) -> Iterable[Process]:
        return [process for process in self._own.values() if process.task is not None]

    def _all(self) -> dict[int, Process]:
        known = self._inner
        self._inner = {}
        for process, starter in self.inside():
            shown = known.get(id(process))
            if shown is None:
                shown = InnerProcess(self._host.next_pid, process)
                self._host.next_pid += 1
            shown.argv = process.argv
            above = self._inner.get(id(starter))
            shown.parent = above.pid if above is not None else 1
            self._inner[id(process)] = shown
        found = {**self._own, **{shown.pid: shown for shown in self._inner.values()}}
        return dict(sorted(found.items()))

    def __getitem__(self, pid: int) -> Process:
        found = self._own.get(pid)
        return found if found is not None else self._all()[pid]

    def __setitem__(self, pid: int, process: Process) -> None:
        self._own[pid] = process

    def __delitem__(self, pid: int) -> None:
        del self._own[pid]

    def __iter__(self) -> Iterator[int]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def values(self):
        return self._all().values()

    def items(self):
        return self._all().items()

    def pop(self, pid: int, default: Process | None = None) -> Process | None:
        return self._own.pop(pid, default)
