"""One HTTP request over a simulated connection, by h11: what curl and wget share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import h11

from tutor.cluster.simulation import BrokenPipe
from tutor.shell.process import Connection, Context

CHUNK = 64 * 1024


class BadAnswer(Exception):
    """What came back is no HTTP; `empty` when nothing came at all."""

    def __init__(self, text: str, empty: bool = False) -> None:
        super().__init__(text)
        self.empty = empty


@dataclass(slots=True)
class Url:
    """The parts of a URL that a client needs."""

    scheme: str
    host: str
    port: int
    target: str
    user: str = ''
    given_port: bool = False

    @property
    def authority(self) -> str:
        host = f'[{self.host}]' if ':' in self.host else self.host
        return f'{host}:{self.port}' if self.given_port else host


def parse_url(text: str) -> Url | None:
    """Read a URL, `http://` may be missing; None when it is none."""
    if '://' not in text:
        text = f'http://{text}'
    try:
        parts: SplitResult = urlsplit(text)
        port = parts.port
        host = parts.hostname or ''
    except ValueError:
        return None
    if not host or any(char in host for char in ' \t<>"'):
        return None
    target = (parts.path or '/') + (f'?{parts.query}' if parts.query else '')
    default = 443 if parts.scheme.lower() == 'https' else 80
    user = parts.netloc.rpartition('@')[0]
    return Url(parts.scheme.lower(), host, default if port is None else port, target.replace(' ', '%20'), user,
               port is not None and port != default)


@dataclass(slots=True)
class Request:
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b''


@dataclass(slots=True)
class Head:
    """The first part of an answer."""

    status: int
    reason: str
    version: str
    headers: list[tuple[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), '')


class Exchange:
    """Sends one request and reads the answer: `head` first, then `body` as it comes."""

    def __init__(self, connection: Connection, request: Request) -> None:
        self._connection = connection
        self._request = request
        self._machine = h11.Connection(h11.CLIENT, max_incomplete_event_size=256 * 1024)

    def send(self) -> None:
        """Write the request; raises BadAnswer when the other side has gone or a header cannot be."""
        request, machine = self._request, self._machine
        headers = list(request.headers)
        names = {name.lower() for name, _ in headers}
        if request.body and not names & {'content-length', 'transfer-encoding'}:
            headers.append(('Content-Length', str(len(request.body))))
        try:
            data = machine.send(h11.Request(method=request.method, target=request.target, headers=[
                (name.encode('latin-1', 'replace'), value.encode('utf-8')) for name, value in headers])) or b''
            if request.body:
                data += machine.send(h11.Data(data=request.body)) or b''
            data += machine.send(h11.EndOfMessage()) or b''
            self._connection.writer.write(data)
        except h11.LocalProtocolError as problem:
            raise BadAnswer(str(problem)) from None
        except BrokenPipe:
            raise BadAnswer('connection reset', empty=True) from None

    async def head(self) -> Head:
        """The status line and headers."""
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                headers = [(name.decode('latin-1'), value.decode('latin-1')) for name,
                           value in event.headers.raw_items()]
                return Head(event.status_code, event.reason.decode('latin-1'), event.http_version.decode(), headers)
            if isinstance(event, h11.ConnectionClosed):
                raise BadAnswer('', empty=True)

    async def body(self) -> AsyncIterator[bytes]:
        """The content, piece by piece."""
        while True:
            event = await self._next()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
                return

    async def _next(self) -> object:
        while True:
            try:
                event = self._machine.next_event()
                if event is not h11.NEED_DATA:
                    return event
                data = await self._connection.reader.read(CHUNK)
                if not data and self._machine.their_state is h11.SEND_RESPONSE and not self._machine.trailing_data[0]:
                    raise BadAnswer('', empty=True)
                self._machine.receive_data(data)
            except h11.RemoteProtocolError as problem:
                raise BadAnswer(str(problem)) from None


async def resolve(host: str, ctx: Context) -> list[str]:
    """The addresses of a host; raises OSError."""
    if ctx.host.network is None:
        raise OSError('no network')
    return await ctx.host.network.resolve(host)
