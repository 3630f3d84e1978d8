"""Recording Events, with client-go's correlation, which makes one object of many repetitions."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any
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


class EventRecorder:
    """Records core/v1 Events of one component (record.EventRecorder behind a broadcaster).

    An equal event again adds to the count of the first; more than ten that differ in their message alone within ten
    minutes become one; more than 25 of one object are dropped, but one every five minutes.
    """

    def __init__(self, simulation: Simulation, client: Client, component: str, host: str = '') -> None:
        self.component = component
        self.host = host
        self._simulation = simulation
        self._client = client
        self._names = _Names(simulation, f'{component}/{host}')
        self._seen: OrderedDict[Key, Object] = OrderedDict()
        self._similar: OrderedDict[Key, tuple[float, set[str]]] = OrderedDict()
        self._tokens: OrderedDict[Key, tuple[float, float]] = OrderedDict()

    def normal(self, obj: Object, reason: str, message: str, field_path: str = '') -> None:
        self.event(obj, NORMAL, reason, message, field_path)

    def warning(self, obj: Object, reason: str, message: str, field_path: str = '') -> None:
        self.event(obj, WARNING, reason, message, field_path)

    def event(self, obj: Object, kind: str, reason: str, message: str, field_path: str = '') -> None:
        """Record that something happened to an object. What the API server refuses is dropped, as upstream does."""
        involved = reference(obj, field_path)
        about = (involved['kind'], involved.get('namespace', ''), involved['name'], involved.get('uid', ''))
        key, message = self._aggregate((*about, kind, reason), (*about, field_path, kind, reason, message), message)
        now = self._simulation.timestamp()
        known = self._seen.get(key)
        if not self._allowed(about):
            return
        if known is not None and self._repeat(key, known, message, now):
            return
        self._create(key, involved, kind, reason, message, now)

    def _repeat(self, key: Key, known: Object, message: str, now: str) -> bool:
        """Count one more of an event; False when it is no longer there."""
        change: Object = {'count': known.get('count', 1) + 1, 'lastTimestamp': now}
        if message != known['message']:
            change['message'] = message
        meta = known['metadata']
        try:
            stored = self._client.patch('events', meta['name'], change, meta['namespace'],
                                        content_type=STRATEGIC_PATCH)
        except StatusError as error:
            return error.code != 404
        except OSError:
            return True
        self._remember(key, stored)
        return True

    def _create(self, key: Key, involved: Object, kind: str, reason: str, message: str, now: str) -> None:
        namespace = involved.get('namespace') or 'default'
        source = {'component': self.component}
        if self.host:
            source['host'] = self.host
        event: Object = {
            'apiVersion': 'v1', 'kind': 'Event',
            'metadata': {'name': self._names.of(involved['name']), 'namespace': namespace},
            'involvedObject': involved, 'reason': reason, 'message': message, 'source': source,
            'firstTimestamp': now, 'lastTimestamp': now, 'count': 1, 'type': kind, 'eventTime': None,
            'reportingComponent': self.component,
        }
        if self.host:
            event['reportingInstance'] = self.host
        try:
            stored = self._client.create('events', event, namespace)
        except (StatusError, OSError):
            return
        self._remember(key, stored)

    def _remember(self, key: Key, event: Object) -> None:
        self._seen[key] = event
        if len(self._seen) > MAX_CACHED:
            self._seen.popitem(last=False)

    def _aggregate(self, group: Key, exact: Key, message: str) -> tuple[Key, str]:
        """EventAggregator.EventAggregate: the key to count by, and the message to record."""
        now = self._simulation.now
        since, messages = self._similar.get(group, (now, None))
        if messages is None or now - since > SIMILAR_INTERVAL:
            messages = set()
        messages.add(message)
        self._similar[group] = (now, messages)
        if len(self._similar) > MAX_CACHED:
            self._similar.popitem(last=False)
        if len(messages) < MAX_SIMILAR:
            return exact, message
        messages.discard(message)
        return group, f'(combined from similar events): {message}'

    def _allowed(self, about: Key) -> bool:
        """EventSourceObjectSpamFilter.Filter: a token bucket for each object."""
        now = self._simulation.now
        tokens, at = self._tokens.get(about, (float(BURST), now))
        tokens = min(float(BURST), tokens + (now - at) * REFILL)
        allowed = tokens >= 1
        self._tokens[about] = (tokens - 1 if allowed else tokens, now)
        if len(self._tokens) > MAX_CACHED:
            self._tokens.popitem(last=False)
        return allowed


class SeriesRecorder:
    """Records events.k8s.io Events of one component, as the scheduler does: repetitions become a series.

    They are written as the core/v1 objects that the API server would store for them.
    """

    SERIES_WINDOW = 360.0

    def __init__(self, simulation: Simulation, client: Client, component: str, instance: str = '') -> None:
        self.component = component
        self.instance = instance or component
        self._simulation = simulation
        self._client = client
        self._names = _Names(simulation, f'{component}/{instance}')
        self._seen: OrderedDict[Key, tuple[float, Object]] = OrderedDict()

    def event(self, regarding: Object, kind: str, reason: str, action: str, note: str,
              related: Object | None = None) -> None:
        """Record that `action` was taken on an object; the same again makes the first one a series."""
        involved = reference(regarding)
        key = (kind, reason, action, note, involved['kind'], involved.get('namespace', ''), involved['name'],
               involved.get('uid', ''))
        now, stamp = self._simulation.now, self._simulation.micro_timestamp()
        seen = self._seen.get(key)
        if seen is not None and now - seen[0] < self.SERIES_WINDOW and self._repeat(key, seen[1], stamp):
            return
        namespace = involved.get('namespace') or 'default'
        event: Object = {
            'apiVersion': 'v1', 'kind': 'Event',
            'metadata': {'name': self._names.of(involved['name']), 'namespace': namespace},
            'involvedObject': involved, 'reason': reason, 'message': note, 'source': {}, 'firstTimestamp': None,
            'lastTimestamp': None, 'type': kind, 'eventTime': stamp, 'action': action,
            'reportingComponent': self.component, 'reportingInstance': self.instance,
        }
        if related is not None:
            event['related'] = reference(related)
        try:
            stored = self._client.create('events', event, namespace)
        except (StatusError, OSError):
            return
        self._remember(key, stored)

    def _repeat(self, key: Key, known: Object, stamp: str) -> bool:
        count = (known.get('series') or {}).get('count', 1) + 1
        meta = known['metadata']
        change = {'series': {'count': count, 'lastObservedTime': stamp}}
        try:
            stored = self._client.patch('events', meta['name'], change, meta['namespace'],
                                        content_type=STRATEGIC_PATCH)
        except StatusError as error:
            return error.code != 404
        except OSError:
            return True
        self._remember(key, stored)
        return True

    def _remember(self, key: Key, event: Object) -> None:
        self._seen[key] = (self._simulation.now, event)
        if len(self._seen) > MAX_CACHED:
            self._seen.popitem(last=False)
