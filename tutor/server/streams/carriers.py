"""Upgraded connections: how bytes get to the client and back."""

from __future__ import annotations

import asyncio
from typing import Protocol

from aiohttp import WSMsgType, web

from tutor.apimachinery import errors
from tutor.server.streams.upgrades import VERSION_HEADER, Agreement

MESSAGE_LIMIT = 4 * 1024 * 1024
HEARTBEAT = 30.0
CHUNK = 64 * 1024


class Carrier(Protocol):
    """One upgraded connection. `receive` gives None once the client has gone; `send` may raise ConnectionError."""

    response: web.StreamResponse

    async def receive(self) -> bytes | None: ...
    async def send(self, data: bytes) -> None: ...
    async def close(self) -> None: ...


async def upgrade(http: web.BaseRequest, agreement: Agreement) -> Carrier:
    """Answer 101. Raises BadRequest for a handshake that is none, ConnectionError for a client that has gone."""
    if not agreement.websocket:
        return await _take_over(http, agreement)
    protocols = (agreement.protocol,) if agreement.protocol else ()
    socket = web.WebSocketResponse(protocols=protocols, max_msg_size=MESSAGE_LIMIT, heartbeat=HEARTBEAT)
    try:
        await socket.prepare(http)
    except web.HTTPException:
        raise errors.bad_request('not a WebSocket handshake') from None
    return WebSocket(socket)


class WebSocket:
    """Each message is one piece."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.response: web.StreamResponse = socket
        self._socket = socket

    async def receive(self) -> bytes | None:
        message = await self._socket.receive()
        if message.type == WSMsgType.BINARY:
            return message.data
        return message.data.encode() if message.type == WSMsgType.TEXT else None

    async def send(self, data: bytes) -> None:
        await self._socket.send_bytes(data)

    async def close(self) -> None:
        await self._socket.close()


class Bare:
    """The connection itself."""

    def __init__(self, response: web.StreamResponse, reader: asyncio.StreamReader,
                 writer: asyncio.StreamWriter) -> None:
        self.response = response
        self._reader = reader
        self._writer = writer

    async def receive(self) -> bytes | None:
        try:
            return await self._reader.read(CHUNK) or None
        except ConnectionError:
            return None

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()


async def _take_over(http: web.BaseRequest, agreement: Agreement) -> Bare:
    """Take the connection from the HTTP server once it has answered."""
    response = web.StreamResponse(status=101, headers={
        'Connection': 'Upgrade', 'Upgrade': 'SPDY/3.1', VERSION_HEADER: agreement.protocol})
    await response.prepare(http)
    transport = http.transport
    if transport is None:
        raise ConnectionResetError
    reader = asyncio.StreamReader(CHUNK)
    protocol = _Taken(reader, transport.get_protocol())
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    return Bare(response, reader, asyncio.StreamWriter(transport, protocol, reader, asyncio.get_running_loop()))


class _Taken(asyncio.StreamReaderProtocol):
    """Tells the HTTP server's protocol, whose connection this was, that it has ended."""

    def __init__(self, reader: asyncio.StreamReader, before: asyncio.BaseProtocol) -> None:
        super().__init__(reader)
        self._before = before

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._before.connection_lost(exc)
