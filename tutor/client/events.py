"""Recording Events, with client-go's correlation, which makes one object of many repetitions."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple
from zlib import crc32

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.simulation import Simulation

NORMAL = 'Normal'
WARNING = 'Warning'

MAX_CACHED = 4096
MAX_SIMILAR = 10
SIMILAR_INTERVAL = 600.0
HELD = 1000
TRIES, PAUSE = 12, 10.0
"""How often an event is tried to be written to a server that does not answer, and the time between."""
BURST = 25
REFILL = 1 / 300

Key = tuple[Any, ...]


def reference(obj: Object, field_path: str = '') -> Object:
    """corev1.ObjectReference of an object that carries its apiVersion and kind (ref.GetReference)."""
    meta = obj['metadata']
    ref: Object = {'kind': obj['kind']}
    if meta.get('namespace'):
        ref['namespace'] = meta['namespace']
    ref['name'] = meta['name']
    if meta.get('uid'):
        ref['uid'] = meta['uid']
    ref['apiVersion'] = obj['apiVersion']
    if meta.get('resourceVersion'):
        ref['resourceVersion'] = meta['resourceVersion']
    if field_path:
        ref['fieldPath'] = field_path
    return ref


class _Names:
    """Event names: the object's and the moment in hexadecimal nanoseconds, never the same twice."""

    def __init__(self, simulation: Simulation, component: str) -> None:
        self._simulation = simulation
        self._base = int(simulation.epoch.timestamp()) * 10**9
        self._offset = crc32(component.encode()) % 900_000
        self._last = 0

    def of(self, name: str) -> str:
        moment = self._base + int(self._simulation.now * 1e6) * 1000 + self._offset
        self._last = max(self._last + 1, moment)
        return f'{name}.{self._last:x}'


class _Recent(dict[Key, Any]):
    """A cache of the 4096 keys that were written last (lru.Cache)."""

    def keep(self, key: Key, value: Any) -> None:
        self.pop(key, None)
        self[key] = value
        if len(self) > MAX_CACHED:
            del self[next(iter(self))]


class _Observed(NamedTuple):
    """How often an event was seen, since when, and what it is called (eventLog)."""

    count: int
    first: str
    name: str


class EventRecorder:
    """Records core/v1 Events of one component (record.EventRecorder behind a broadcaster).

    An equal event again adds to the count of the first; more than ten that differ in their message alone within ten
    minutes become one; more than 25 of one object are only counted, but one every five minutes. They are held while no
    server answers.
    """

    def __init__(self, simulation: Simulation, client: Client, component: str, host: str = '') -> None:
        self.component = component
        self.host = host
        self._simulation = simulation
        self._client = client
        self._names = _Names(simulation, f'{component}/{host}')
        self._observed = _Recent()
        self._similar = _Recent()
        self._tokens = _Recent()
        self._held: deque[Callable[[], None]] = deque()
        self._tries = 0
        self._first_pause = PAUSE * (crc32(f'{component}/{host}'.encode()) % 1000) / 1000

    def normal(self, obj: Object, reason: str, message: str, field_path: str = '') -> None:
        self.event(obj, NORMAL, reason, message, field_path)

    def warning(self, obj: Object, reason: str, message: str, field_path: str = '') -> None:
        self.event(obj, WARNING, reason, message, field_path)

    def event(self, obj: Object, kind: str, reason: str, message: str, field_path: str = '') -> None:
        """Record that something happened to an object. What the API server refuses is dropped, as upstream does."""
        involved = reference(obj, field_path)
        about = (involved['kind'], involved.get('namespace', ''), involved['name'], involved.get('uid', ''))
        group, exact = (*about, kind, reason), (*about, field_path, kind, reason, message)
        combined = self._is_similar(group, message)
        if combined:
            message = f'(combined from similar events): {message}'
        now = self._simulation.timestamp()
        seen = self._observe(group if combined else exact, involved['name'], now)
        if not self._allowed(about):
            return
        made = self._new(seen, involved, kind, reason, message, now)
        # An event made of others is nobody's own (EventAggregate).
        reporting = ('', '') if combined else (self.component, self.host)
        made['reportingComponent'], made['reportingInstance'] = reporting

        def write() -> None:
            if seen.count == 1 or not self._repeat(seen, made['metadata']['namespace'], message, now):
                self._client.create('events', made, made['metadata']['namespace'])
        if len(self._held) < HELD:
            self._held.append(write)
        if len(self._held) == 1:
            self._write_held()

    def _write_held(self) -> None:
        """Write events in their order until the server cannot be reached (recordToSink)."""
        while self._held:
            try:
                with suppress(StatusError):
                    self._held[0]()
            except OSError:
                self._tries += 1
                if self._tries < TRIES:
                    pause = self._first_pause if self._tries == 1 else PAUSE
                    self._simulation.call_later(pause, self._write_held)
                    return
            self._tries = 0
            self._held.popleft()

    def _observe(self, key: Key, name: str, now: str) -> _Observed:
        """eventLogger.eventObserve: an event counts whether it is written or not."""
        known: _Observed | None = self._observed.get(key)
        seen = _Observed(1, now, self._names.of(name)) if known is None else known._replace(count=known.count + 1)
        self._observed.keep(key, seen)
        return seen

    def _repeat(self, seen: _Observed, namespace: str, message: str, now: str) -> bool:
        """Write the count of an event; False when it is no longer there. Raises OSError."""
        change = {'count': seen.count, 'lastTimestamp': now, 'message': message}
        try:
            self._client.patch('events', seen.name, change, namespace, content_type=STRATEGIC_PATCH)
        except StatusError as error:
            return error.code != 404
        return True

    def _new(self, seen: _Observed, involved: Object, kind: str, reason: str, message: str, now: str) -> Object:
        source = {'component': self.component}
        if self.host:
            source['host'] = self.host
        return {
            'apiVersion': 'v1', 'kind': 'Event',
            'metadata': {'name': seen.name, 'namespace': involved.get('namespace') or 'default'},
            'involvedObject': involved, 'reason': reason, 'message': message, 'source': source,
            'firstTimestamp': seen.first, 'lastTimestamp': now, 'count': seen.count, 'type': kind, 'eventTime': None,
        }

    def _is_similar(self, group: Key, message: str) -> bool:
        """EventAggregator.EventAggregate: whether an event is one of too many that differ in their message alone."""
        now = self._simulation.now
        known: tuple[float, tuple[str, ...]] = self._similar.get(group, (now, ()))
        since, messages = known
        if now - since > SIMILAR_INTERVAL:
            messages = ()
        if message not in messages:
            messages = (*messages, message)  # a few at most, and mostly one
        similar = len(messages) >= MAX_SIMILAR
        self._similar.keep(group, (now, messages[:-1] if similar else messages))
        return similar

    def _allowed(self, about: Key) -> bool:
        """EventSourceObjectSpamFilter.Filter: a token bucket for each object."""
        now = self._simulation.now
        tokens, at = self._tokens.get(about, (float(BURST), now))
        tokens = min(float(BURST), tokens + (now - at) * REFILL)
        allowed = tokens >= 1
        self._tokens.keep(about, (tokens - 1 if allowed else tokens, now))
        return allowed


class _Series:
    """An event and how often it was seen since."""

    def __init__(self, event: Object, at: float) -> None:
        self.event = event
        self.at = at
        self.count = self.written = 1

    def again(self, at: float, stamp: str) -> None:
        self.at, self.count = at, self.count + 1
        self.event = {**self.event, 'series': {'count': self.count, 'lastObservedTime': stamp}}


class SeriesRecorder:
    """Records events.k8s.io Events of one component, as the scheduler does: repetitions become a series.

    They are written as the core/v1 objects that the API server would store for them. The second of its kind is
    written, those after it are counted: their number is written every half hour, and when the series has ended.
    """

    FINISH = 360.0
    REFRESH = 1800.0

    def __init__(self, simulation: Simulation, client: Client, component: str, instance: str = '') -> None:
        self.component = component
        self.instance = instance or component
        self._simulation = simulation
        self._client = client
        self._names = _Names(simulation, f'{component}/{instance}')
        self._start = simulation.now
        self._seen = _Recent()

    def event(self, regarding: Object, kind: str, reason: str, action: str, note: str,
              related: Object | None = None) -> None:
        """Record that `action` was taken on an object; the same again makes the first one a series (recordToSink)."""
        involved = reference(regarding)
        other = reference(related) if related is not None else {}
        key = (kind, reason, action, note, involved['kind'], involved.get('namespace', ''), involved['name'],
               involved.get('uid', ''))
        now, stamp = self._simulation.now, self._simulation.micro_timestamp()
        known: _Series | None = self._seen.get(key)
        if known is None or (known.count == 1 and now > self._end_of(known.at)):
            made = self._new(involved, kind, reason, action, note, stamp)
            if other:
                made['related'] = other
            self._seen.keep(key, _Series(made, now))
            self._create(made)
            return
        known.again(now, stamp)
        if known.count == 2:
            self._write(known)
            self._simulation.call_at(self._tick_after(now), self._tick, key)

    def _new(self, involved: Object, kind: str, reason: str, action: str, note: str, stamp: str) -> Object:
        return {
            'apiVersion': 'v1', 'kind': 'Event',
            'metadata': {'name': self._names.of(involved['name']), 'namespace': involved.get('namespace') or 'default'},
            'involvedObject': involved, 'reason': reason, 'message': note, 'source': {}, 'firstTimestamp': None,
            'lastTimestamp': None, 'type': kind, 'eventTime': stamp, 'action': action,
            'reportingComponent': self.component, 'reportingInstance': self.instance,
        }

    def _tick_after(self, moment: float) -> float:
        return self._start + (math.floor((moment - self._start) / self.FINISH) + 1) * self.FINISH

    def _end_of(self, last: float) -> float:
        return self._tick_after(last + self.FINISH)

    def _tick(self, key: Key) -> None:
        """finishSeries, refreshExistingEventSeries."""
        known: _Series | None = self._seen.get(key)
        if known is None:
            return
        now = self._simulation.now
        ended = now >= self._end_of(known.at)
        if known.count > known.written and (ended or (now - self._start) % self.REFRESH < 1):
            self._write(known)
        if ended:
            del self._seen[key]
        else:
            self._simulation.call_at(self._tick_after(now), self._tick, key)

    def _write(self, known: _Series) -> None:
        known.written = known.count
        meta = known.event['metadata']
        try:
            self._client.patch('events', meta['name'], {'series': known.event['series']}, meta['namespace'],
                               content_type=STRATEGIC_PATCH)
        except StatusError as error:
            if error.code == 404:
                self._create(known.event)
        except OSError:
            pass

    def _create(self, event: Object) -> None:
        with suppress(StatusError, OSError):
            self._client.create('events', event, event['metadata']['namespace'])
