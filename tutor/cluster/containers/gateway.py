"""HTTP in front of a Transport: what the API server's port and `kubectl proxy` speak to programs of the simulation."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.client import responses
from typing import Any
from urllib.parse import parse_qs

from tutor.apimachinery.errors import PageNotFound, StatusError
from tutor.apimachinery.printing.go_structs import as_served
from tutor.client.transport import JSON, ByteStream, Request, Response, Transport, WatchStream
from tutor.cluster.containers.http import HttpError, HttpRequest, read_request
from tutor.cluster.simulation import Cancelled
from tutor.shell.process import Connection

CACHE = 'no-cache, private'
PRETTY = ('curl', 'Wget', 'Mozilla/5.0')
"""Programs that get indented JSON (apiserver/pkg/endpoints/handlers/negotiation: isPrettyPrint)."""
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
            if str(request.query.get('watch', '')).lower() in ('true', '1'):
                await self._watch(transport.watch(request), connection)
            elif asked.path.endswith('/log') and asked.method == 'GET':
                await self._stream(transport.stream(request), connection)
            else:
                self._whole(transport.send(request), asked, connection)
        except PageNotFound as error:
            self._whole(Response(error.code, error.TEXT), asked, connection)
        except StatusError as error:
            self._whole(Response(error.code, error.status), asked, connection)
        except json.JSONDecodeError as problem:
            self._whole(Response(400, f'{problem}\n', content_type='text/plain'), asked, connection)
        except OSError as problem:
            self._whole(Response(502, f'{problem}\n', content_type='text/plain; charset=utf-8'), asked, connection)

    # -- the three ways to answer -------------------------------------------------------------------------------

    def _whole(self, response: Response, asked: HttpRequest, connection: Connection) -> None:
        data = _encoded(response.body, _pretty(asked))
        kind = response.content_type
        if kind == JSON and isinstance(response.body, str | bytes):
            kind = 'text/plain; charset=utf-8'
        headers = [f'Content-Length: {len(data)}', *(f'Warning: 299 - "{text}"' for text in response.warnings)]
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
    """An HTTP request as the API server takes it; raises JSONDecodeError."""
    query: dict[str, Any] = {name: values[0] if len(values) == 1 else values
                             for name, values in parse_qs(asked.query, keep_blank_values=True).items()}
    kind = asked.headers.get('content-type', JSON).partition(';')[0].strip()
    body: Any = asked.body or None
    if asked.body and 'patch' not in kind:
        body = json.loads(asked.body) if 'yaml' not in kind else asked.body
    return Request(asked.method, asked.path, query, body, kind, asked.headers.get('accept', JSON),
                   user_agent=asked.headers.get('user-agent', ''))


def _pretty(asked: HttpRequest) -> bool:
    wish = parse_qs(asked.query).get('pretty', [''])[0]
    return wish in ('1', 'true') if wish else asked.headers.get('user-agent', '').startswith(PRETTY)


def _encoded(body: Any, pretty: bool) -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode('utf-8', 'surrogateescape')
    body = as_served(body) if isinstance(body, dict) else body
    text = json.dumps(body, indent=2, ensure_ascii=False) if pretty else json.dumps(
        body, separators=(',', ':'), ensure_ascii=False) + '\n'
    return text.encode('utf-8', 'replace')
