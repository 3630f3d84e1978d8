"""HTTP/1.1 as far as the simulated servers and probes need it: a service for a listener, and a client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from tutor.cluster.containers.recurring import Moments, Recurring
from tutor.cluster.simulation import BrokenPipe, Condition, Reader
from tutor.shell.process import Connection, Network

MAX_LINE = 64 * 1024
MAX_BODY = 16 * 1024 * 1024


class HttpError(Exception):
    """Not HTTP."""


@dataclass(slots=True)
class HttpRequest:
    """A request as a server sees it. Header names are lower case."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b''
    client: tuple[str, int] = ('', 0)
    version: str = 'HTTP/1.1'
    secure: bool = False
    """Whether it came, or is to go, encrypted."""
    trust: str | None = None
    """The authorities that who sends it believes, as PEM; None: any certificate will do."""
    certificate: str = ''
    """What who has sent it proves who it is with, as PEM."""
    within: float = 30.0
    """Seconds for which who sends it waits."""

    @property
    def path(self) -> str:
        return self.target.partition('?')[0]

    @property
    def query(self) -> str:
        return self.target.partition('?')[2]


@dataclass(slots=True)
class HttpResponse:
    """A response; header names as they are written. `length` replaces the body's for HEAD."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b''
    reason: str = ''
    took: float = 0.0
    """Seconds that were waited for it, where waiting lets no time pass."""

    def header(self, name: str) -> str:
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), '')


Handler = Callable[[HttpRequest], Awaitable[HttpResponse]]


class HttpService:
    """What a listener serves: requests one after the other on each connection, each answered by `handler`.

    `respond` answers a request without a connection; a kubelet's probes use it, as they are many. `changes` is notified
    when its answers to them may become others; a server without it may answer otherwise at any time, but with `repeat`
    it can be told that the request for a path, which it has just answered, goes on coming: it logs that by itself, and
    says when it is to be asked again.
    """

    plain = HttpResponse(400, {'Content-Type': 'text/plain; charset=utf-8', 'Connection': 'close'},
                         b'Client sent an HTTP request to an HTTPS server.\n')
    """What one gets who does not encrypt where that is wanted; the words are Go's."""

    def __init__(self, handler: Handler, changes: Condition | None = None) -> None:
        self.respond = handler
        self.changes = changes
        self.repeat: Callable[[str, Moments], Recurring | None] | None = None

    async def __call__(self, connection: Connection) -> None:
        while True:
            try:
                request = await read_request(connection.reader)
            except HttpError:
                connection.writer.write(encode(HttpResponse(400, {'Connection': 'close'})))
                return
            if request is None:
                return
            request.client, request.secure = connection.peer, connection.server_name is not None
            request.certificate = connection.client_certificate
            if connection.tls is not None and not request.secure:
                connection.writer.write(encode(self.plain))
                return
            response = await self.respond(request)
            keep = request.version == 'HTTP/1.1' and request.headers.get('connection', '').lower() != 'close'
            self.finish(response, keep)
            connection.writer.write(encode(response, request.method == 'HEAD'))
            await connection.writer.drain()
            if not keep or response.headers.get('Connection') == 'close':
                return

    def finish(self, response: HttpResponse, keep: bool) -> None:
        """Add the headers that come by themselves; `keep`: the connection stays open."""
        response.headers.setdefault('Connection', 'keep-alive' if keep else 'close')


def encode(response: HttpResponse, head: bool = False) -> bytes:
    """The bytes of a response, its Content-Length filled in."""
    reason = response.reason or phrase(response.status)
    lines = [f'HTTP/1.1 {response.status} {reason}']
    lines += (f'{name}: {value}' for name, value in response.headers.items())
    if not response.header('Content-Length') and response.status not in (204, 304):
        last = len(lines) - 1 if lines[-1].startswith('Connection: ') else len(lines)
        lines.insert(last, f'Content-Length: {len(response.body)}')
    return '\r\n'.join([*lines, '', '']).encode() + (b'' if head else response.body)


def phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ''


async def read_request(reader: Reader) -> HttpRequest | None:
    """The next request, None at the end of the connection. Raises HttpError."""
    line = (await reader.readline()).decode('latin-1').strip()
    if not line:
        return None
    words = line.split(' ')
    if len(words) != 3 or not words[2].startswith('HTTP/') or len(line) > MAX_LINE:
        raise HttpError(line[:80])
    headers = await _headers(reader)
    return HttpRequest(words[0], words[1], headers, await _body(reader, headers, False), version=words[2])


async def read_response(reader: Reader, head: bool = False) -> HttpResponse:
    """A whole response. Raises HttpError."""
    line = (await reader.readline()).decode('latin-1').rstrip('\r\n')
    version, _, rest = line.partition(' ')
    code, _, reason = rest.partition(' ')
    if not version.startswith('HTTP/') or not code.isdigit():
        raise HttpError(line[:80])
    headers = await _headers(reader)
    empty = head or int(code) in (204, 304) or code.startswith('1')
    body = b'' if empty else await _body(reader, headers, True)
    return HttpResponse(int(code), headers, body, reason)


async def _headers(reader: Reader) -> dict[str, str]:
    headers: dict[str, str] = {}
    while True:
        line = (await reader.readline()).decode('latin-1').strip()
        if not line:
            return headers
        name, _, value = line.partition(':')
        headers[name.lower()] = value.strip()


async def _body(reader: Reader, headers: Mapping[str, str], until_end: bool) -> bytes:
    if headers.get('transfer-encoding', '').lower() == 'chunked':
        return await _chunks(reader)
    length = headers.get('content-length')
    if length is None:
        return await reader.read() if until_end else b''
    if not length.isdigit() or int(length) > MAX_BODY:
        raise HttpError('bad Content-Length')
    return await _exactly(reader, int(length))


async def _chunks(reader: Reader) -> bytes:
    body = b''
    while True:
        size = int((await reader.readline()).split(b';')[0].strip() or b'0', 16)
        body += await _exactly(reader, size)
        await reader.readline()
        if not size:
            return body


async def _exactly(reader: Reader, size: int) -> bytes:
    body = b''
    while len(body) < size:
        piece = await reader.read(size - len(body))
        if not piece:
            break
        body += piece
    return body


async def fetch(network: Network, address: str, port: int, request: HttpRequest,
                timeout: float | None = None) -> HttpResponse:
    """One request on a new connection. Raises OSError, or HttpError for an answer that is not HTTP."""
    connection = await network.connect(address, port, timeout)
    try:
        head = {'host': f'{address}:{port}', **request.headers, 'connection': 'close'}
        if request.body:
            head['content-length'] = str(len(request.body))
        lines = [f'{request.method} {request.target} HTTP/1.1', *(f'{name}: {value}' for name, value in head.items())]
        connection.writer.write('\r\n'.join([*lines, '', '']).encode() + request.body)
        return await read_response(connection.reader, request.method == 'HEAD')
    except BrokenPipe:
        raise ConnectionResetError(104, 'Connection reset by peer') from None
    finally:
        connection.close()
