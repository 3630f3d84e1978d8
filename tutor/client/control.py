"""The door to what only a simulated cluster has: its time, its faults, its trace and its past.

`session` hands it to the programs of the learner's shell under `KEY`. A real cluster has no such door, so whoever needs
it says so when `of` gives None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tutor.cluster.simulation.trace import Trace

KEY = 'control'
"""Under which name programs find it in their `extras`."""


class Clock(Protocol):
    """How virtual time flows beside the wall clock."""

    speed: float
    paused: bool

    def run_at(self, speed: float) -> None: ...

    def jump(self, seconds: float | None = None) -> None:
        """Once the running event is over, let time pass: so many seconds, or to the next change of the cluster."""
        ...

    def shown(self, now: float) -> str:
        """The line that tells how time flows."""
        ...


class Past(Protocol):
    """The moments of a session that can be gone back to: before each command."""

    def commands_typed(self) -> Sequence[tuple[float, str]]:
        """When each command was typed, and its text; the oldest first."""
        ...

    def go_back(self, commands: int) -> None:
        """Once the running event is over, be where the session was before so many commands."""
        ...


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault that can be caused: how it is called, what it does, and what goes on working meanwhile."""

    name: str
    synopsis: str
    en: str
    zh: str
    mended_by: str = ''
    """A word that mends it, besides `undo`: `start` for `stop`."""


@dataclass(frozen=True, slots=True)
class Caused:
    """A fault that is in force: `text` is what causes it, as typed."""

    number: int
    text: str
    at: float


class BadFault(ValueError):
    """A fault that cannot be caused or mended here; the text says why and what can be done, in English and Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


class Faults(Protocol):
    """Faults on demand. Words are those typed after `chaos`."""

    def kinds(self) -> Sequence[FaultKind]: ...
    def active(self) -> Sequence[Caused]: ...
    def machines(self) -> Sequence[str]:
        """What NODE in a synopsis may be."""
        ...

    def cause(self, words: Sequence[str]) -> Caused:
        """Raises BadFault."""
        ...

    def mend(self, number: int | None = None) -> Caused:
        """Take one fault back, the latest by default. Raises BadFault."""
        ...

    def mend_by(self, words: Sequence[str]) -> Sequence[Caused]:
        """Take back what a word such as `start node01` or `heal` undoes. Raises BadFault."""
        ...


@dataclass(frozen=True, slots=True)
class RaftMember:
    """What one member of etcd is and knows: the last entry of its log, and up to where it is committed."""

    name: str
    role: str
    """'leader', 'follower', 'candidate', 'pre-candidate', or 'down'."""
    term: int
    last: int
    commit: int
    leader: str


@dataclass(frozen=True, slots=True)
class RaftLine:
    """A message between two members, lost or not, or what one member did (`receiver` is '')."""

    at: float
    sender: str
    receiver: str
    text: str
    lost: bool


class Raft(Protocol):
    """How the members of etcd agree. Heartbeats that change nothing are left out."""

    def view(self) -> Sequence[RaftMember]: ...
    def heard(self, count: int) -> Sequence[RaftLine]:
        """The last lines of what was said, the oldest first."""
        ...


class Control(Protocol):
    """What a simulated cluster lets be done to it. Where time only jumps (a script) there is neither a clock to set nor
    a past to go back to."""

    clock: Clock | None
    past: Past | None
    faults: Faults
    trace: Trace
    raft: Raft | None
    """None where etcd has one member."""


def of(extras: Mapping[str, Any]) -> Control | None:
    """The control that a program was given, or None on a real cluster."""
    return extras.get(KEY)
