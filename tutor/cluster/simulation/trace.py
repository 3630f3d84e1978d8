"""The record of every hop: who did what, to what, when, and because of what."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple, Protocol

LIMIT = 20_000


class Clock(Protocol):
    now: float


class Hop(NamedTuple):
    """One step of a command's way through the cluster.

    `component` is the one that acts (kubectl, apiserver, etcd, deployment-controller, scheduler, kubelet@node01, …),
    `action` a short English verb phrase of ours as a message key, `subject` what it acted on ('Pod/default/web-1'),
    `cause` the number of the hop that led to it, `detail` whatever the screen may show (objects, patches).
    """

    number: int
    at: float
    component: str
    action: str
    subject: str
    cause: int | None
    detail: Any = None


class Trace:
    """The last hops, oldest first. `cause` is what the code running now is a consequence of."""

    def __init__(self, clock: Clock, limit: int = LIMIT) -> None:
        self._clock = clock
        self.hops: deque[Hop] = deque(maxlen=limit)
        self.cause: int | None = None
        self._next = 1

    def record(self, component: str, action: str, subject: str, detail: Any = None, cause: int | None = None) -> int:
        """Record a hop; its number, for those that follow from it."""
        number = self._next
        self._next += 1
        because = self.cause if cause is None else cause
        self.hops.append(Hop(number, self._clock.now, component, action, subject, because, detail))
        return number

    def since(self, number: int) -> list[Hop]:
        return [hop for hop in self.hops if hop.number >= number]

    @property
    def next_number(self) -> int:
        return self._next
