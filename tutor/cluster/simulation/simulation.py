"""The clock and the queue of events."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from random import Random  # noqa: TID251 - the one seeded source of randomness of the whole simulation
from typing import Any, TypeVar

from tutor.cluster.simulation.coroutines import Condition, Future, Gate, Pause, Task
from tutor.cluster.simulation.trace import Trace

T = TypeVar('T')

EPOCH = datetime(2026, 5, 4, 9, 0, 0, tzinfo=UTC)


class Timer:
    """An event at a moment to come; `cancel` takes it back."""

    __slots__ = ('args', 'callback', 'cancelled', 'cause', 'when')

    def __init__(self, when: float, callback: Callable[..., None], args: tuple[Any, ...], cause: int | None) -> None:
        self.when = when
        self.callback = callback
        self.args = args
        self.cause = cause
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Simulation:
    """One virtual clock (`now`, seconds since `epoch`), one queue of events, plain FIFO ties, one seeded `random`.

    Everything that happens is an event: a callback that runs to its end at one moment. Time passes only between
    events, and only when `run_until` or `advance` is told to let it. What an event brings about is traced as caused
    by what caused the event.
    """

    def __init__(self, seed: int = 0, epoch: datetime = EPOCH) -> None:
        self.now = 0.0
        self.epoch = epoch
        self.random = Random(f'{seed} ties')
        self.identities = Random(f'{seed} identities')
        """Chance for what only tells things apart: one object more or less changes nothing else that happens."""
        self.trace = Trace(self)
        self.gate: Gate | None = None
        self.failures: list[tuple[str, Exception]] = []
        self._epoch_seconds = epoch.timestamp()
        self._ready: deque[tuple[Callable[..., None], tuple[Any, ...], int | None]] = deque()
        self._timers: list[tuple[float, int, Timer]] = []
        self._sequence = 0
        self._stamped = -1
        self._stamp = ''
        self._seconds_at = -1.0
        self._seconds = 0.0
        self._micro_stamped = -1.0
        self._micro_stamp = ''

    # -- telling time -------------------------------------------------------------------------------------------

    def wall(self) -> datetime:
        """This moment as a date, in UTC."""
        return datetime.fromtimestamp(self._epoch_seconds + self.now, UTC)

    def seconds(self) -> float:
        """This moment in seconds since 1970, to the microsecond."""
        if self.now != self._seconds_at:
            self._seconds_at = self.now
            self._seconds = self.wall().timestamp()
        return self._seconds

    def timestamp(self) -> str:
        """This moment as the API writes it: metav1.Time, RFC 3339 in whole seconds."""
        second = int(self._epoch_seconds + self.now)
        if second != self._stamped:
            self._stamped = second
            self._stamp = f'{datetime.fromtimestamp(second, UTC).isoformat()[:19]}Z'
        return self._stamp

    def micro_timestamp(self) -> str:
        """This moment as metav1.MicroTime."""
        if self.now != self._micro_stamped:
            self._micro_stamped = self.now
            self._micro_stamp = f"{self.wall().isoformat(timespec='microseconds')[:26]}Z"
        return self._micro_stamp

    # -- events -------------------------------------------------------------------------------------------------

    def call_soon(self, callback: Callable[..., None], *args: Any) -> None:
        """Run at this moment, after everything that is already due."""
        self._ready.append((callback, args, self.trace.cause))

    def call_at(self, when: float, callback: Callable[..., None], *args: Any) -> Timer:
        timer = Timer(max(when, self.now), callback, args, self.trace.cause)
        self._sequence += 1
        heapq.heappush(self._timers, (timer.when, self._sequence, timer))
        return timer

    def call_later(self, delay: float, callback: Callable[..., None], *args: Any) -> Timer:
        return self.call_at(self.now + delay, callback, *args)

    # -- coroutines ---------------------------------------------------------------------------------------------

    def future(self) -> Future[Any]:
        return Future(self)

    def condition(self) -> Condition:
        return Condition(self)

    def spawn(self, coroutine: Coroutine[Any, Any, T], name: str = '', gate: Gate | None = None) -> Task[T]:
        """Run a coroutine; its first step is an event of this moment. It is behind a gate, or that of who spawns it."""
        return Task(self, coroutine, name, gate=gate)

    def begin(self, coroutine: Coroutine[Any, Any, T], name: str = '') -> Task[T]:
        """Run a coroutine, its first step at once: one that never waits is done when this returns."""
        return Task(self, coroutine, name, eager=True)

    def task_failed(self, task: Task[Any], error: Exception) -> None:
        """Keep what a task nobody waits for died of: a bug of ours, for the tests and the log file."""
        self.failures.append((task.name, error))

    async def sleep(self, seconds: float) -> None:
        """Let virtual time pass for the coroutine that awaits this."""
        pause = Pause(self, max(seconds, 0.0))
        timer = self.call_later(pause.seconds, pause.resolve, None)
        try:
            await pause
        finally:
            timer.cancel()

    async def within(self, seconds: float, future: Future[T]) -> bool:
        """Wait for a future at most so long; whether it is done. The future itself goes on."""
        done: Future[Any] = Future(self)
        timer = self.call_later(max(seconds, 0.0), done.resolve, None)
        future.on_done(done.resolve)
        try:
            await done
            return future.done
        finally:
            timer.cancel()
            future.forget(done.resolve)

    # -- running ------------------------------------------------------------------------------------------------

    def run_ready(self) -> None:
        """Run everything that is due at this moment, without letting time pass."""
        ready, trace = self._ready, self.trace
        while ready:
            callback, args, trace.cause = ready.popleft()
            callback(*args)
        trace.cause = None

    def next_event(self) -> float | None:
        """When the next thing happens (now, if something is due), or None when nothing ever will."""
        if self._ready:
            return self.now
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def step(self) -> bool:
        """Run what is due, else jump to the next event and run it; False when nothing is left to happen."""
        when = self.next_event()
        if when is None:
            return False
        self._jump(when)
        return True

    def _jump(self, when: float) -> None:
        """Run the next event, of which `next_event` has said when it is."""
        timers, ready = self._timers, self._ready
        if not ready:
            self.now = now = max(self.now, when)
            while timers and (timers[0][0] <= now or timers[0][2].cancelled):
                timer = heapq.heappop(timers)[2]
                if not timer.cancelled:
                    ready.append((timer.callback, timer.args, timer.cause))
        self.run_ready()

    def run_until(self, done: Callable[[], bool], deadline: float | None = None) -> bool:
        """Jump from event to event until `done()` holds; False when the deadline came or nothing is left."""
        self.run_ready()
        while not done():
            when = self.next_event()
            if when is None or (deadline is not None and when > deadline):
                if deadline is not None:
                    self.now = max(self.now, deadline)
                return False
            self._jump(when)
        return True

    def run_task(self, coroutine: Coroutine[Any, Any, T], deadline: float | None = None) -> T:
        """Run a coroutine to its end, jumping the clock; raises what it raised, TimeoutError at the deadline."""
        task = self.spawn(coroutine)
        if not self.run_until(lambda: task.done, deadline):
            task.cancel()
            self.run_ready()
            raise TimeoutError(task.name)
        return task.result()

    def advance(self, seconds: float) -> None:
        """Let exactly so much virtual time pass, running everything that happens in it."""
        self.run_until(lambda: False, self.now + seconds)
