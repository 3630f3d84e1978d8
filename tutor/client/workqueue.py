"""client-go's rate-limited work queue: keys that wait to be reconciled, each at most once at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tutor.apimachinery.errors import StatusError
from tutor.cluster.simulation import Simulation

BASE_DELAY = 0.005
MAX_DELAY = 1000.0


class WorkQueue:
    """Keys in FIFO order without duplicates; hands them one by one to `work`, as events of the simulation.

    A key that was added while it waits is worked on once. `retry` waits exponentially longer each time
    (5 ms … `limit`, ItemExponentialFailureRateLimiter) until `forget`.
    """

    def __init__(self, simulation: Simulation, work: Callable[[str], None], limit: float = MAX_DELAY) -> None:
        self._limit = limit
        self._simulation = simulation
        self._work = work
        self._queue: deque[str] = deque()
        self._queued: dict[str, int | None] = {}
        self._failures: dict[str, int] = {}
        self._scheduled = False
        self._stopped = False

    def add(self, key: str) -> None:
        if key in self._queued or self._stopped:
            return
        self._queued[key] = self._simulation.trace.cause
        self._queue.append(key)
        self._schedule()

    def add_after(self, key: str, seconds: float) -> None:
        if seconds <= 0:
            self.add(key)
        else:
            self._simulation.call_later(seconds, self.add, key)

    def retry(self, key: str) -> None:
        """Add again after the back-off of its failures."""
        count = self._failures.get(key, 0)
        self._failures[key] = count + 1
        self.add_after(key, min(BASE_DELAY * 2 ** min(count, 40), self._limit))

    def forget(self, key: str) -> None:
        """The key went well: its next failure starts from the beginning."""
        self._failures.pop(key, None)

    def failures(self, key: str) -> int:
        return self._failures.get(key, 0)

    def stop(self) -> None:
        """Drop everything; nothing is worked on any more."""
        self._stopped = True
        self._queue.clear()
        self._queued.clear()

    def __len__(self) -> int:
        return len(self._queue)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._simulation.call_soon(self._run_one)

    def _run_one(self) -> None:
        self._scheduled = False
        if not self._queue:
            return
        key = self._queue.popleft()
        cause = self._queued.pop(key)
        if self._queue:
            self._schedule()
        self._simulation.trace.cause = cause
        self._work(key)


class RetryingQueue(WorkQueue):
    """One whose work may raise StatusError: the key comes again later."""

    def __init__(self, simulation: Simulation, work: Callable[[str], None]) -> None:
        super().__init__(simulation, self._try)
        self._attempt = work

    def _try(self, key: str) -> None:
        try:
            self._attempt(key)
        except StatusError:
            self.retry(key)
        else:
            self.forget(key)
