"""A watch as a stream of JSON lines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tutor.apimachinery.errors import StatusError
from tutor.client.transport import Request
from tutor.cluster.apiserver.requestinfo import RequestInfo, is_true
from tutor.server import answers, negotiation
from tutor.server.outbox import Outbox

if TYPE_CHECKING:
    from tutor.server.handler import ApiHandler

UNREAD_LIMIT = 32 * 1024 * 1024
"""Bytes that a client may leave unread before its stream is closed."""
SENT_WITHIN = 30.0
"""Wall seconds that a client may take to read one batch."""
BOOKMARK_EVERY = 60.0
LONGEST = 3600.0


async def serve(handler: ApiHandler, http: web.BaseRequest, request: Request,
                info: RequestInfo) -> web.StreamResponse:
    """Stream events until the client goes, its timeout comes or the watch ends."""
    seconds = float(request.query.pop('timeoutSeconds', 0) or 0) or LONGEST
    outbox = Outbox(handler.simulation)
    try:
        watcher = handler.api.watch(request)
    except StatusError as error:
        if error.code != 410:
            raise
        outbox.put(answers.encode({'type': 'ERROR', 'object': error.status}))
        outbox.end()
        watcher = None

    def deliver(batch: list[dict[str, Any]] | None) -> None:
        if batch is None or outbox.size > UNREAD_LIMIT:
            outbox.end()
        elif not outbox.ended:
            outbox.put(b''.join(answers.encode(event) for event in batch))

    if watcher is not None:
        watcher.subscribe(deliver)
        handler.ran()
    response = web.StreamResponse(headers={'Content-Type': negotiation.JSON, 'Cache-Control': answers.CACHE})
    response.enable_chunked_encoding()
    try:
        await response.prepare(http)
        bookmark = _bookmark(handler, info) if is_true(request.query.get('allowWatchBookmarks')) else None
        await _pump(outbox, response, time.monotonic() + seconds, bookmark)
        async with asyncio.timeout(SENT_WITHIN):
            await response.write_eof()
    except (ConnectionError, TimeoutError):
        if http.transport is not None:
            http.transport.abort()
    finally:
        outbox.end()
        if watcher is not None:
            watcher.close()
            handler.ran()
    return response


async def _pump(outbox: Outbox, response: web.StreamResponse, deadline: float,
                bookmark: Callable[[], bytes] | None) -> None:
    """Send what comes; a bookmark when nothing has come for long, and before the end."""
    while (left := deadline - time.monotonic()) > 0:
        chunks = await outbox.take(min(left, BOOKMARK_EVERY))
        if chunks is None:
            return
        data = b''.join(chunks) if chunks else bookmark() if bookmark is not None else b''
        if data:
            async with asyncio.timeout(SENT_WITHIN):
                await response.write(data)


def _bookmark(handler: ApiHandler, info: RequestInfo) -> Callable[[], bytes]:
    resource = handler.api.resources[info.group, info.version, info.resource]

    def event() -> bytes:
        return answers.encode({'type': 'BOOKMARK', 'object': {
            'kind': resource.kind, 'apiVersion': resource.group_version,
            'metadata': {'resourceVersion': str(handler.api.store.revision), 'creationTimestamp': None}}})

    return event
