"""HTTP in front of a Transport: what the API server's port and `kubectl proxy` speak to programs of the simulation."""

from __future__ import annotations

from collections.abc import Callable
from http.client import responses
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from tutor.apimachinery.errors import PageNotFound, StatusError
from tutor.apimachinery.http import bodies, negotiation, requestinfo
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.printing.go_structs import as_served
from tutor.apimachinery.resources import by_plural
from tutor.client.transport import JSON, ByteStream, Request, Response, Transport, WatchStream
from tutor.cluster.containers.http import HttpError, HttpRequest, read_request
from tutor.cluster.simulation import Cancelled
from tutor.shell.process import Connection

CACHE = 'no-cache, private'
BAD_REQUEST = (b'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n'
               b'400 Bad Request')

Dial = Callable[[HttpRequest, Connection], Transport | Response]
"""The Transport that a request may use, or the answer that refuses it. Raises OSError when the server is away."""


class Gateway:
    """Serves one connection after the other: `dial` says how a request reaches the API server."""

    def __init__(self, dial: Dial, date: Callable[[], str]) -> None:
        self._dial = dial
        self._date = date

    async def __call__(self, connection: Connection) -> None:
        while True:
            try:
                asked = await read_request(connection.reader)
            except HttpError:
                connection.writer.write(BAD_REQUEST)
                return
            if asked is None:
                return
            await self._answer(asked, connection)
            await connection.writer.drain()
            if asked.headers.get('connection', '').lower() == 'close' or asked.version != 'HTTP/1.1':
                return

    async def _answer(self, asked: HttpRequest, connection: Connection) -> None:
        try:
            transport = self._dial(asked, connection)
            if isinstance(transport, Response):
                self._whole(transport, asked, connection)
                return
            request = as_request(asked)
            media = _answered_in(asked)
            if requestinfo.parse(asked.method, request.path, request.query).verb == 'watch':
                await self._watch(transport.watch(request), connection)
            elif asked.path.endswith('/log') and asked.method == 'GET':
                await self._stream(transport.stream(request), connection)
            else:
                self._whole(transport.send(request), asked, connection, media)
        except PageNotFound as error:
            self._whole(Response(error.code, error.TEXT), asked, connection)
        except StatusError as error:
            self._whole(Response(error.code, error.status), asked, connection)
        except OSError as problem:
            self._whole(Response(502, f'{problem}\n', content_type='text/plain; charset=utf-8'), asked, connection)

    # -- the three ways to answer -------------------------------------------------------------------------------

    def _whole(self, response: Response, asked: HttpRequest, connection: Connection, media: str = JSON) -> None:
        data = _encoded(response.body, _pretty(asked), media)
        kind = media if response.content_type == JSON else response.content_type
        if response.content_type == JSON and isinstance(response.body, str | bytes):
            kind = 'text/plain; charset=utf-8'
        headers = [f'Content-Length: {len(data)}', *(f'Warning: {bodies.warning(text)}' for text in response.warnings)]
        connection.writer.write(self._head(response.status, kind, headers) + (b'' if asked.method == 'HEAD' else data))

    def _head(self, status: int, kind: str, headers: list[str]) -> bytes:
        lines = [f'HTTP/1.1 {status} {responses.get(status, "")}', f'Cache-Control: {CACHE}', f'Content-Type: {kind}',
                 f'Date: {self._date()}', *headers]
        return '\r\n'.join([*lines, '', '']).encode()

    async def _watch(self, stream: WatchStream, connection: Connection) -> None:
        connection.writer.write(self._head(200, JSON, ['Transfer-Encoding: chunked']))
        try:
            while (event := await stream.next()) is not None:
                _chunk(_encoded(event, False), connection)
                await connection.writer.drain()
        except Cancelled:
            raise
        finally:
            stream.close()
        _chunk(b'', connection)

    async def _stream(self, stream: ByteStream, connection: Connection) -> None:
        connection.writer.write(self._head(200, 'text/plain', ['Transfer-Encoding: chunked']))
        try:
            while data := await stream.reader.read(64 * 1024):
                _chunk(data, connection)
                await connection.writer.drain()
        finally:
            stream.close()
        _chunk(b'', connection)


def _chunk(data: bytes, connection: Connection) -> None:
    connection.writer.write(f'{len(data):x}\r\n'.encode() + data + b'\r\n')


def as_request(asked: HttpRequest) -> Request:
    """An HTTP request as the API server takes it; raises BadRequest, UnsupportedMediaType, NotAcceptable."""
    query: dict[str, Any] = {name: values[0] if len(values) == 1 else values
                             for name, values in parse_qs(asked.query, keep_blank_values=True).items()}
    bodies.check_numbers(query)
    info = requestinfo.parse(asked.method, asked.path, query)
    body, kind = bodies.content(asked.method, asked.headers.get('content-type', ''), asked.body, _kind(info))
    return Request(asked.method, asked.path, query, body, kind, asked.headers.get('accept', JSON),
                   user_agent=asked.headers.get('user-agent', ''))


def _kind(info: RequestInfo) -> str:
    """What the body of a request should be, for error messages."""
    resource = by_plural(info.group, info.version, info.resource)
    return 'DeleteOptions' if info.verb.startswith('delete') else resource.kind if resource else 'Status'


def _answered_in(asked: HttpRequest) -> str:
    """The media type of an object that is asked for; raises NotAcceptable. Paths that are no resources, and logs,
    choose for themselves."""
    info = requestinfo.parse(asked.method, asked.path, {})
    if not info.is_resource or info.subresource in ('log', 'proxy'):
        return JSON
    return negotiation.accepted(asked.headers.get('accept', ''))[1]


def _pretty(asked: HttpRequest) -> bool:
    return negotiation.is_pretty(asked.path, dict(parse_qsl(asked.query)), asked.headers.get('user-agent', ''))


def _encoded(body: Any, pretty: bool, media: str = JSON) -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode('utf-8', 'surrogateescape')
    return bodies.encode(as_served(body) if isinstance(body, dict) else body, media, pretty)
