"""`logs`: plain text, for as long as the container writes when it is followed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from tutor.client.transport import Request
from tutor.cluster.simulation import BrokenPipe, Cancelled, Reader
from tutor.server import answers
from tutor.server.outbox import Outbox

if TYPE_CHECKING:
    from tutor.server.handler import ApiHandler

CHUNK = 65536


async def serve(handler: ApiHandler, http: web.BaseRequest, request: Request) -> web.StreamResponse:
    """Stream a log; raises StatusError when it is refused."""
    stream = handler.api.stream(request)
    outbox = Outbox(handler.simulation)

    async def collect() -> None:
        await copy(stream.reader, outbox, outbox.put)
        outbox.end()

    handler.simulation.spawn(collect(), 'http logs')
    handler.ran()
    response = answers.stream(http, 'text/plain')
    try:
        await response.prepare(http)
        while (chunks := await outbox.take()) is not None:
            await response.write(b''.join(chunks))
            handler.ran()
        await response.write_eof()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        outbox.end()
        stream.close()
        handler.ran()
    return response


async def copy(reader: Reader, outbox: Outbox, send: Callable[[bytes], None]) -> None:
    """In the simulation: from a reader, through `send`, into an outbox, no faster than the client takes it."""
    try:
        while not outbox.ended and (data := await reader.read(CHUNK)):
            send(data)
            await outbox.room()
    except (BrokenPipe, Cancelled):
        pass
