"""A watch as a stream of events: lines of JSON, or frames of protobuf."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tutor.apimachinery import errors
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.http import bodies, negotiation
from tutor.apimachinery.http.requestinfo import RequestInfo, is_true
from tutor.apimachinery.protobuf import encoding
from tutor.client.transport import Request
from tutor.cluster.apiserver import ownership
from tutor.cluster.registry.watch import Event, Watcher
from tutor.server import answers

if TYPE_CHECKING:
    from tutor.server.handler import ApiHandler

SENT_WITHIN = 30.0
"""Wall seconds that a client may take to read what was sent to it, before its stream is closed."""
WRITES_PER_SECOND = 1000
"""What all clients together may cost: each gets its share, and what happens meanwhile goes into one write."""
BOOKMARK_EVERY = 60.0
LONGEST = 3600.0
KNOWN = 4096
"""Events whose JSON is kept, for the next client that watches them."""

Shown = Callable[[Any], Any]


def _as_is(obj: Any) -> Any:
    return obj


async def serve(handler: ApiHandler, http: web.BaseRequest, request: Request, info: RequestInfo,
                media: str) -> web.StreamResponse:
    """Stream events until the client goes, its timeout comes or the watch ends. Raises StatusError."""
    encoder = handler.watches.encoder(media)
    resource = handler.api.resources.get((info.group, info.version, info.resource))
    owned = partial(ownership.with_managers, handler.api, resource) if resource is not None else _as_is
    seconds = float(request.query.pop('timeoutSeconds', 0) or 0) or LONGEST
    try:
        watcher: Watcher | None = handler.api.watch(request)
    except StatusError as error:
        if error.code != 410:
            raise
        watcher, first = None, encoder.lines([{'type': 'ERROR', 'object': error.status}])
    else:
        first = b''
    response = answers.stream(http, encoder.content_type)
    try:
        await response.prepare(http)
        if watcher is not None:
            bookmark = _bookmark(handler, info) if is_true(request.query.get('allowWatchBookmarks')) else _nothing
            lines = partial(encoder.lines, owned=owned)
            await handler.watches.stream(watcher, response, lines, bookmark, time.monotonic() + seconds)
        async with asyncio.timeout(SENT_WITHIN):
            await response.write_eof(first)
    except (ConnectionError, TimeoutError):
        if http.transport is not None:
            http.transport.abort()
    finally:
        if watcher is not None:
            watcher.close()
            handler.ran()
    return response


class Watches:
    """All clients that watch."""

    def __init__(self) -> None:
        self._encoders = {negotiation.PROTOBUF: EventFrames()}
        self._lines = EventLines()
        self._open = 0

    @property
    def pace(self) -> float:
        """Wall seconds between two writes to one client."""
        return self._open / WRITES_PER_SECOND

    def encoder(self, media: str) -> EventLines:
        """What makes events of a media type; JSON also stands for YAML, which has no stream."""
        return self._encoders.get(media, self._lines)

    async def stream(self, watcher: Watcher, response: web.StreamResponse, lines: Callable[[Iterable[Event]], bytes],
                     bookmark: Callable[[], list[Event]], deadline: float) -> None:
        """Send what comes; a bookmark when nothing has come for long. Raises TimeoutError for a client that does not
        read, ConnectionError for one that has gone."""
        ready = asyncio.Event()
        watcher.on_ready(ready.set)
        self._open += 1
        try:
            while (left := deadline - time.monotonic()) > 0:
                if not await _set_within(ready, min(left, BOOKMARK_EVERY)):
                    await _send(response, lines(bookmark()))
                    continue
                ready.clear()
                events = watcher.take()
                if events is None:
                    return
                await _send(response, lines(events))
                await asyncio.sleep(self.pace)
        finally:
            self._open -= 1


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


async def _send(response: web.StreamResponse, data: bytes) -> None:
    if data:
        async with asyncio.timeout(SENT_WITHIN):
            await response.write(data)


class EventLines:
    """Events as JSON lines. Many clients watch the same objects, which never change: each is encoded once."""

    content_type = negotiation.JSON

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[Any, bytes]] = {}

    def lines(self, events: Iterable[Event], owned: Shown = _as_is) -> bytes:
        """Events, whose objects `owned` gives their managedFields."""
        known = self._known
        return b''.join([found[1] if (found := known.get((event['type'], id(event['object'])))) is not None
                         else self._line(event['type'], event['object'], owned) for event in events])

    def event(self, kind: str, body: bytes) -> bytes:
        return b'{"type":"%s","object":%s}\n' % (kind.encode(), body)

    def body(self, obj: Any) -> bytes:
        return bodies.encode(obj)[:-1]

    def _line(self, kind: str, obj: Any, owned: Shown) -> bytes:
        line = self.event(kind, self.body(owned(obj)))
        self._known[kind, id(obj)] = obj, line  # the object is kept, so that its id stays its own
        if len(self._known) > KNOWN:
            del self._known[next(iter(self._known))]
        return line


class EventFrames(EventLines):
    """Events as frames of protobuf. One whose object has no message becomes an error, at which clients end."""

    content_type = f'{negotiation.PROTOBUF};stream=watch'

    def lines(self, events: Iterable[Event], owned: Shown = _as_is) -> bytes:
        try:
            return super().lines(events, owned)
        except encoding.Unencodable:
            refused = errors.not_acceptable((negotiation.JSON, negotiation.YAML)).status
            return super().lines([{'type': 'ERROR', 'object': refused}])

    def event(self, kind: str, body: bytes) -> bytes:
        return encoding.event(kind, body)

    def body(self, obj: Any) -> bytes:
        return encoding.encode(obj)


def _nothing() -> list[Event]:
    return []


def _bookmark(handler: ApiHandler, info: RequestInfo) -> Callable[[], list[Event]]:
    resource = handler.api.resources[info.group, info.version, info.resource]

    def event() -> list[Event]:
        return [{'type': 'BOOKMARK', 'object': {
            'kind': resource.kind, 'apiVersion': resource.group_version,
            'metadata': {'resourceVersion': str(handler.api.store.revision), 'creationTimestamp': None}}}]

    return event
