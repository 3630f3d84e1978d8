"""Coroutines that wait in virtual time: a Future is what they wait for, a Task runs one.

Nothing here knows the wall clock or asyncio. A coroutine awaits a Future; the Task that drives it parks until the
Future is resolved, and then goes on as an event of the simulation, in FIFO order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar('T')


class Scheduler(Protocol):
    """What a Future needs of the simulation: to run something as the next event of this moment; to tell of a crash."""

    gate: Gate | None
    """The gate of the task that runs at this moment; tasks that it spawns are behind it, too."""

    def call_soon(self, callback: Callable[..., None], *args: Any) -> Any: ...
    def task_failed(self, task: Task[Any], error: Exception) -> None: ...


class Cancelled(BaseException):
    """Raised inside a coroutine at the place where it waits, when its Task is cancelled (Ctrl-C, a killed process)."""


class Future(Generic[T]):
    """A value that will be there later. Awaiting it gives the value or raises its exception."""

    __slots__ = ('_callbacks', '_error', '_scheduler', '_value', 'done')

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._callbacks: list[Callable[[Future[T]], None]] = []
        self._value: Any = None
        self._error: BaseException | None = None
        self.done = False

    def resolve(self, value: T) -> None:
        """Set the value; a second resolve of the same Future is ignored."""
        if not self.done:
            self._value = value
            self._finish()

    def fail(self, error: BaseException) -> None:
        """Set the exception that whoever awaits this Future gets."""
        if not self.done:
            self._error = error
            self._finish()

    def result(self) -> T:
        """The value, or raises the exception. Only for a Future that is done."""
        if self._error is not None:
            raise self._error
        return self._value

    def exception(self) -> BaseException | None:
        return self._error

    def on_done(self, callback: Callable[[Future[T]], None]) -> None:
        """Call back once done, as an event of its own."""
        if self.done:
            self._scheduler.call_soon(callback, self)
        else:
            self._callbacks.append(callback)

    def forget(self, callback: Callable[[Future[T]], None]) -> None:
        """Take a callback back that is no longer wanted."""
        if callback in self._callbacks:
            self._callbacks.remove(callback)

    def _finish(self) -> None:
        self.done = True
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            self._scheduler.call_soon(callback, self)

    def __await__(self) -> Generator[Future[T], None, T]:
        if not self.done:
            yield self
        return self.result()


class Pause(Future[None]):
    """That so many seconds have passed."""

    __slots__ = ('seconds',)

    def __init__(self, scheduler: Scheduler, seconds: float) -> None:
        super().__init__(scheduler)
        self.seconds = seconds


class Gate:
    """Holds tasks back, as SIGSTOP does: behind a closed gate, or one that is inside a closed one, no task takes a
    step. What it waited for may come meanwhile; it goes on with that when the gate is open again."""

    __slots__ = ('_held', '_scheduler', 'closing', 'outer')

    def __init__(self, scheduler: Scheduler, outer: Gate | None = None) -> None:
        self._scheduler = scheduler
        self._held: list[tuple[Callable[..., None], Any]] = []
        self.outer = outer
        self.closing: Future[None] = Future(scheduler)
        """Done while the gate is closed."""

    @property
    def closed(self) -> bool:
        return self.closing.done

    def inside(self, other: Gate) -> bool:
        """Whether this gate is in the one that the other closes."""
        return self.outer is not None and (self.outer is other or self.outer.inside(other))

    def close(self) -> None:
        self.closing.resolve(None)

    def open(self) -> None:
        """What was held goes on, in its order."""
        if not self.closed:
            return
        self.closing = Future(self._scheduler)
        held, self._held = self._held, []
        for step, waited in held:
            self._scheduler.call_soon(step, waited)

    def holds(self, step: Callable[..., None], waited: Any) -> bool:
        """Whether a step has to wait; it is kept then."""
        gate: Gate | None = self
        while gate is not None:
            if gate.closed:
                gate._held.append((step, waited))
                return True
            gate = gate.outer
        return False


class Task(Future[T]):
    """Drives one coroutine. It is itself a Future: awaiting it gives what the coroutine returned."""

    __slots__ = ('_coroutine', '_gate', '_pending_cancel', '_waiting', 'name')

    def __init__(self, scheduler: Scheduler, coroutine: Coroutine[Any, Any, T], name: str = '',
                 eager: bool = False, gate: Gate | None = None) -> None:
        super().__init__(scheduler)
        self._gate = gate or scheduler.gate
        self.name = name
        self._coroutine = coroutine
        self._waiting: Future[Any] | None = None
        self._pending_cancel = False
        if eager:
            self._step(None, held=True)
        else:
            scheduler.call_soon(self._step, None)

    def cancel(self) -> None:
        """Raise Cancelled in the coroutine where it waits, as the next event."""
        if self.done or self._pending_cancel:
            return
        self._pending_cancel = True
        if self._waiting is not None:
            self._waiting.forget(self._step)
            self._waiting = None
            self._scheduler.call_soon(self._step, None)

    def _step(self, waited: Future[Any] | None, held: bool = False) -> None:
        """Go on; `held` by somebody who will ask for the result, so that an error is nobody's surprise."""
        if self.done or (waited is not None and waited is not self._waiting):
            return
        if self._gate is not None and self._gate.holds(self._step, waited):
            return
        self._waiting = None
        before, self._scheduler.gate = self._scheduler.gate, self._gate
        try:
            if self._pending_cancel:
                self._pending_cancel = False
                target = self._coroutine.throw(Cancelled())
            else:
                target = self._coroutine.send(None)
        except StopIteration as stop:
            self.resolve(stop.value)
        except Cancelled as error:
            self.fail(error)
        except Exception as error:
            if not self._callbacks and not held:
                self._scheduler.task_failed(self, error)
            self.fail(error)
        else:
            self._waiting = target
            if self._pending_cancel:
                self._waiting = None
                self._scheduler.call_soon(self._step, None)
            else:
                target.on_done(self._step)
        finally:
            self._scheduler.gate = before


class Condition:
    """Waiters that are woken, all at once, whenever somebody says that something changed."""

    __slots__ = ('_scheduler', '_waiters')

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._waiters: list[Future[None]] = []

    def wait(self) -> Future[None]:
        future: Future[None] = Future(self._scheduler)
        self._waiters.append(future)
        return future

    def notify(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.resolve(None)


async def gather(*awaitables: Awaitable[Any]) -> list[Any]:
    """Await all, in order; the tasks among them run side by side anyway."""
    return [await awaitable for awaitable in awaitables]


async def together(tasks: Sequence[Task[T]]) -> list[T]:
    """The results of tasks that run side by side; an error of one, or an interrupt, ends all of them."""
    try:
        return [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()


async def wait_first(scheduler: Scheduler, *futures: Future[Any]) -> Future[Any]:
    """The one that is done first; the others go on and are left to the caller."""
    first: Future[Future[Any]] = Future(scheduler)
    for future in futures:
        if future.done:
            return future
        future.on_done(first.resolve)
    try:
        return await first
    finally:
        for future in futures:
            future.forget(first.resolve)
