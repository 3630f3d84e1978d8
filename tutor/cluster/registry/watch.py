"""Watches on one resource: what changed in the store becomes ADDED, MODIFIED and DELETED, filtered per watcher."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.cluster.simulation import Future, Simulation
from tutor.cluster.storage import Change, Store

Event = dict[str, Any]
Matches = Callable[[Object], bool]
Deliver = Callable[[list[Event] | None], None]

LATENCY = 0.002
"""Virtual seconds between a change and its delivery to a subscriber: what happens meanwhile comes in one batch."""

LIMIT = 100_000
"""Events a watcher may leave unread before its stream is closed, so that it never holds up others."""


class Watcher:
    """One running watch. Read it with `next`, or hand `subscribe` a callback that gets the events in batches; None ends
    either. Or `take` what has come at a pace of your own, whenever `on_ready` says that there is something."""

    def __init__(self, simulation: Simulation, matches: Matches | None, convert: Callable[[Event], Event] | None,
                 stop: Callable[[Watcher], None], prefix: str) -> None:
        self._simulation = simulation
        self._convert = convert
        self._stop = stop
        self._events: deque[tuple[Event, int | None]] = deque()
        self._waiting: Future[Event | None] | None = None
        self._deliver: Deliver | None = None
        self._ready: Callable[[], None] | None = None
        self._scheduled = False
        self.matches = matches
        self.prefix = prefix
        self.closed = False

    def offer(self, change: Change, event: Event | None) -> None:
        """Take a change in, if this watch is to see it; `event` is what it is to those that see everything."""
        if not change.key.startswith(self.prefix):
            return
        seen = event if self.matches is None else to_event(change, self.matches)
        if seen is not None:
            self.push(seen)

    def push(self, event: Event) -> None:
        if self.closed:
            return
        unread = len(self._events)
        if unread >= LIMIT:
            self.close()
            return
        self._events.append((event, self._simulation.trace.cause))
        if self._deliver is not None:
            if not self._scheduled:
                self._scheduled = True
                self._simulation.call_later(LATENCY, self._flush)
        elif not unread:
            self._wake()

    async def next(self) -> Event | None:
        """The next event, or None when the stream has ended."""
        if not self._events and not self.closed:
            self._waiting = self._simulation.future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        if not self._events:
            return None
        event, self._simulation.trace.cause = self._events.popleft()
        return self._convert(event) if self._convert else event

    def subscribe(self, deliver: Deliver) -> None:
        """Deliver all events from now on to a callback, in batches, each batch as an event of the simulation."""
        self._deliver = deliver
        if (self._events or self.closed) and not self._scheduled:
            self._scheduled = True
            self._simulation.call_soon(self._flush)

    def on_ready(self, ready: Callable[[], None]) -> None:
        """Call back for the first event that comes after all were taken, and for the end."""
        self._ready = ready
        if self._events or self.closed:
            ready()

    def take(self) -> list[Event] | None:
        """All events that have come; None once the stream has ended and all were taken."""
        if not self._events:
            return None if self.closed else []
        taken, self._events = self._events, deque()
        convert = self._convert
        return [convert(event) if convert else event for event, _ in taken]

    def close(self) -> None:
        """End the stream: what is queued is still delivered, then None."""
        if self.closed:
            return
        self.closed = True
        self._stop(self)
        if self._deliver is not None and not self._scheduled:
            self._scheduled = True
            self._simulation.call_soon(self._flush)
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None:
            self._waiting.resolve(None)
        if self._ready is not None:
            self._ready()

    def _flush(self) -> None:
        self._scheduled = False
        deliver, convert = self._deliver, self._convert
        assert deliver is not None
        batches, self._events = groupby(self._events, key=itemgetter(1)), deque()
        for cause, batch in batches:
            self._simulation.trace.cause = cause
            deliver([convert(event) if convert else event for event, _ in batch])
        if self.closed:
            deliver(None)


def to_event(change: Change, matches: Matches | None = None) -> Event | None:
    """What a change is to who sees the objects that match (cacher's convertToWatchEvent)."""
    new = change.entry.value if change.entry is not None else None
    old = change.previous.value if change.previous is not None else None
    if matches is not None:
        new = new if new is not None and matches(new) else None
        old = old if old is not None and matches(old) else None
    if new is not None:
        return {'type': 'ADDED' if old is None else 'MODIFIED', 'object': new}
    return {'type': 'DELETED', 'object': _at_revision(old, change.revision)} if old is not None else None


def _at_revision(obj: Object, revision: int) -> Object:
    return {**obj, 'metadata': {**obj['metadata'], 'resourceVersion': str(revision)}}


class Broadcaster:
    """Brings the changes of one resource to its watchers; those that watch one value of an indexed field
    (upstream: cacher's trigger functions) are found without asking the others."""

    def __init__(self, store: Store, prefix: str, simulation: Simulation,
                 fields: Callable[[Object], dict[str, str]]) -> None:
        self._simulation = simulation
        self._fields = fields
        self._plain: dict[int, Watcher] = {}
        self._triggered: dict[str, dict[str, dict[int, Watcher]]] = {}
        self._prefix = prefix
        store.listen(prefix, self._on_change)

    def watch(self, prefix: str, matches: Matches | None, convert: Callable[[Event], Event] | None = None,
              trigger: tuple[str, str] | None = None) -> Watcher:
        group = self._plain if trigger is None else \
            self._triggered.setdefault(trigger[0], {}).setdefault(trigger[1], {})
        watcher = Watcher(self._simulation, matches, convert, lambda w: group.pop(id(w), None) and None, prefix)
        group[id(watcher)] = watcher
        return watcher

    def close_all(self) -> None:
        """End every watch, as an API server that stops does."""
        groups = [self._plain, *(group for by in self._triggered.values() for group in by.values())]
        for group in groups:
            for watcher in list(group.values()):
                watcher.close()

    def _on_change(self, change: Change) -> None:
        if not change.key.startswith(self._prefix):
            return
        event = to_event(change)  # one for all that see everything: there may be a hundred of them
        for watcher in tuple(self._plain.values()):
            watcher.offer(change, event)
        for field, by_value in self._triggered.items():
            seen = None
            for entry in (change.entry, change.previous):
                if entry is None:
                    continue
                value = self._fields(entry.value).get(field, '')
                if value != seen:
                    for watcher in tuple(by_value.get(value, {}).values()):
                        watcher.offer(change, event)
                seen = value
