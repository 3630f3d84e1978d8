"""Lines that a program writes to its log in a rhythm, and that nobody sees until somebody reads the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tutor.cluster.simulation import Future


@dataclass(slots=True)
class Moments:
    """The moments `since + number * every`, from a number on."""

    since: float
    every: float
    number: int

    @property
    def next(self) -> float:
        return self.since + self.number * self.every

    def take(self, now: float) -> range:
        """The numbers of those that have come."""
        first, self.number = self.number, max(self.number, int((now - self.since) / self.every + 1e-9) + 1)
        return range(first, self.number)


class Recurring:
    """One such line. `line` is what it is at a moment, `written` is told how many there have been; `catch_up`
    has the log take in what has come; `over` is done when there are no more."""

    def __init__(self, moments: Moments, stream: str, line: Callable[[float], bytes], written: Callable[[int], None],
                 over: Future[None], catch_up: Callable[[], None], end: Callable[[Recurring], None]) -> None:
        self.moments = moments
        self.stream = stream
        self.line = line
        self.written = written
        self.over = over
        self.catch_up = catch_up
        self._end = end

    def due(self, now: float) -> list[float]:
        """When lines were written that the log does not have yet."""
        numbers = self.moments.take(now)
        if numbers:
            self.written(len(numbers))
        return [self.moments.since + number * self.moments.every for number in numbers]

    def end(self) -> None:
        """Whoever wrote it does so no more, or must be asked from now on."""
        if not self.over.done:
            self._end(self)
            self.over.resolve(None)
