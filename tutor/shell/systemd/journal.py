"""The journal: what units and programs of a machine have said, newest last."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import merge
from sys import intern

from tutor.cluster.simulation import Condition, Simulation, Sink

KEPT = 5000
KERNEL = 'kernel'
"""The identifier of what the kernel says."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, by which unit's which process, and what. `priority` is syslog's: 3 error, 4 warning, 6 info."""

    moment: float
    unit: str
    identifier: str
    pid: int
    message: str
    priority: int = 6
    number: int = 0

    @property
    def speaker(self) -> str:
        """Who said it, the kernel without a number."""
        return f'{self.identifier}[{self.pid}]' if self.pid else self.identifier


class Journal:
    """All entries of a machine, the oldest dropped. Await `added` for the next one."""

    def __init__(self, simulation: Simulation, hostname: str) -> None:
        self._simulation = simulation
        self.hostname = hostname
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.added: Condition = simulation.condition()
        self.count = 0
        self.at_boot: Callable[[], Iterable[Entry]] = tuple
        """What the kernel said when the machine was switched on: it is made when somebody reads."""

    def all(self) -> list[Entry]:
        """All entries by their moments."""
        return list(merge(self.at_boot(), self.entries, key=lambda entry: entry.moment))

    def write(self, unit: str, identifier: str, pid: int, message: str, priority: int = 6) -> None:
        """Add one line."""
        self.count += 1
        same = intern(message)  # many machines say the same
        self.entries.append(Entry(self._simulation.now, unit, identifier, pid, same, priority, self.count))
        self.added.notify()


class JournalWriter(Sink):
    """The standard output of a service: each line becomes an entry."""

    def __init__(self, journal: Journal, unit: str, identifier: str) -> None:
        self._journal = journal
        self._unit = unit
        self._identifier = identifier
        self._rest = ''
        self.pid = 0

    def write(self, data: str | bytes) -> None:
        text = self._rest + (data.decode('utf-8', 'replace') if isinstance(data, bytes) else data)
        *lines, self._rest = text.split('\n')
        for line in lines:
            self._journal.write(self._unit, self._identifier, self.pid, line)

    def close(self) -> None:
        if self._rest:
            self.write('\n')
