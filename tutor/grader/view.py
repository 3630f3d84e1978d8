"""What a check can see: the cluster through its API, the network from inside a pod, and the learner's shell.

`tutor.session` implements it. Looking changes nothing that a learner could notice, and lets no virtual time pass but
what an answer over the network takes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tutor.client.client import Client
from tutor.course.models import Exercise, Lesson

T = TypeVar('T')


@dataclass(frozen=True, slots=True)
class Ran:
    """One command of the shell and what came of it."""

    command: str
    stdout: str
    stderr: str
    code: int


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as `curl` would send it from inside a container."""

    url: str
    method: str = 'GET'
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ''
    timeout: float = 5.0


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer, or why there was none (`failure`, in the words of curl: 'Connection refused', …)."""

    status: int
    body: str
    failure: str = ''


class View(Protocol):
    @property
    def client(self) -> Client:
        """An administrator's."""
        ...

    @property
    def now(self) -> float:
        """Virtual seconds."""
        ...

    @property
    def transcript(self) -> Sequence[Ran]:
        """What the learner has run since the exercise began, oldest first."""
        ...

    def file(self, path: str) -> str | None:
        """The text of a file of the shell, relative to the home folder; None when there is none."""
        ...

    async def run(self, command: str) -> Ran:
        """Run a command in a copy of the shell: it sees its variables and files, and changes neither."""
        ...

    async def request(self, namespace: str, pod: str, request: HttpRequest) -> HttpAnswer:
        """Send a request over the network from where a pod is."""
        ...


class CannotStart(Exception):
    """An exercise whose start state cannot be made; the text is what the command said."""


class Sitting(Protocol):
    """One exercise, opened on a cluster of its own: started, set up, settled. What grading and lint work with."""

    @property
    def view(self) -> View: ...

    def run(self, block: str) -> Ran:
        """Run one block in the learner's shell as typed, then let the cluster settle."""
        ...

    def write(self, path: str, text: str) -> None:
        """Put a file into the shell, relative to the home folder."""
        ...

    def wait(self, answer: Awaitable[T]) -> T:
        """Let virtual time run until this has its answer."""
        ...

    def advance(self, seconds: float) -> None:
        """Let so much virtual time pass."""
        ...

    def close(self) -> None: ...


class Bench(Protocol):
    """Opens exercises: `tutor.session` hands one in."""

    def open(self, exercise: Exercise) -> Sitting:
        """Raises CannotStart."""
        ...

    def open_lesson(self, lesson: Lesson) -> Sitting:
        """The cluster that a lesson's text is read beside."""
        ...
