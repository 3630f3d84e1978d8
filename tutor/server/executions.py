"""exec and attach over a WebSocket: each message begins with the number of its channel (remotecommand, v4 and v5)."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from tutor.apimachinery import errors
from tutor.client.transport import ExecSession, Request
from tutor.cluster.apiserver.requestinfo import RequestInfo
from tutor.cluster.simulation import BrokenPipe
from tutor.server import answers
from tutor.server.logs import copy
from tutor.server.outbox import Outbox

if TYPE_CHECKING:
    from tutor.server.handler import ApiHandler

V5, V4 = 'v5.channel.k8s.io', 'v4.channel.k8s.io'
STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255
MESSAGE_LIMIT = 4 * 1024 * 1024
HEARTBEAT = 30.0


async def serve(handler: ApiHandler, http: web.BaseRequest, request: Request,
                info: RequestInfo) -> web.StreamResponse:
    """Run a command or attach to one; raises StatusError when it is refused, before the upgrade."""
    if info.subresource == 'portforward':
        raise errors.bad_request('port-forward is not served: it needs SPDY/3.1 tunnelled in a WebSocket')
    if http.headers.get('Upgrade', '').lower() not in ('websocket', 'spdy/3.1'):
        raise errors.bad_request('Upgrade request required')
    session = handler.api.connect(request)
    if http.headers['Upgrade'].lower() != 'websocket':
        session.close()
        raise errors.bad_request(f'this server speaks {V5} and {V4} over WebSocket, not SPDY/3.1')
    socket = web.WebSocketResponse(protocols=(V5, V4), max_msg_size=MESSAGE_LIMIT, heartbeat=HEARTBEAT)
    try:
        await socket.prepare(http)
        if socket.ws_protocol is None:
            await socket.close(code=1002, message=b'no common subprotocol')
        else:
            await Execution(handler, session, socket).run()
    except web.HTTPException:
        raise errors.bad_request('not a WebSocket handshake') from None
    finally:
        session.close()
        handler.ran()
    return socket


class Execution:
    """One session, carried between its pipes and a socket."""

    def __init__(self, handler: ApiHandler, session: ExecSession, socket: web.WebSocketResponse) -> None:
        self._handler = handler
        self._session = session
        self._socket = socket
        self._outbox = Outbox(handler.simulation)

    async def run(self) -> None:
        """Until the command has ended or the client has gone."""
        self._handler.simulation.spawn(self._collect(), 'http exec')
        self._handler.ran()
        listening = asyncio.create_task(self._listen())
        try:
            while (chunks := await self._outbox.take()) is not None:
                for chunk in chunks:
                    await self._socket.send_bytes(chunk)
                self._handler.ran()
            await self._socket.close()
        except ConnectionError:
            pass
        finally:
            self._outbox.end()
            listening.cancel()

    async def _collect(self) -> None:
        """In the simulation: all output, and then how it ended."""
        session, outbox, simulation = self._session, self._outbox, self._handler.simulation
        copies = [simulation.spawn(copy(session.stdout, outbox, bytes([STDOUT]), last=False))]
        if session.stderr is not None:
            copies.append(simulation.spawn(copy(session.stderr, outbox, bytes([STDERR]), last=False)))
        status = await session.status
        for task in copies:
            await task
        outbox.put(bytes([ERROR]) + answers.encode({'metadata': {}, **status}).rstrip())
        outbox.end()

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type == WSMsgType.BINARY and message.data:
                self._take(message.data[0], message.data[1:])
            elif message.type == WSMsgType.TEXT and message.data:
                self._take(ord(message.data[0]), message.data[1:].encode())
            self._handler.ran()
            await self._until_read()
        self._outbox.end()

    def _take(self, channel: int, data: bytes) -> None:
        stdin = self._session.stdin
        if channel == STDIN and stdin is not None and data:
            try:
                stdin.write(data)
            except BrokenPipe:
                self._session.stdin = None
        elif channel == CLOSE and data[:1] == bytes([STDIN]) and stdin is not None:
            stdin.close()
        elif channel == RESIZE and callable(self._session.resize):
            self._resize(data)

    def _resize(self, data: bytes) -> None:
        try:
            size = json.loads(data)
            self._session.resize(int(size['Width']), int(size['Height']))
        except (ValueError, KeyError, TypeError):
            pass

    async def _until_read(self) -> None:
        """Take no more input than the command reads."""
        stdin = self._session.stdin
        if stdin is None:
            return
        loop_done = asyncio.Event()

        async def drained() -> None:
            try:
                await stdin.drain()
            except BrokenPipe:
                self._session.stdin = None
            finally:
                loop_done.set()

        self._handler.simulation.spawn(drained())
        self._handler.ran()
        await loop_done.wait()
