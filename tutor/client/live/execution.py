"""exec, attach and port-forward over a WebSocket (`v5.channel.k8s.io`): every message begins with the number of its
stream."""

from __future__ import annotations

import json
import ssl
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as open_socket
from websockets.typing import Subprotocol

from tutor.apimachinery.errors import StatusError
from tutor.client.live.inbox import Inbox
from tutor.client.rest_config import RestConfig
from tutor.client.transport import ExecSession, UpgradeRefused
from tutor.cluster.simulation import BrokenPipe, Pipe, Sink

PROTOCOLS = [Subprotocol('v5.channel.k8s.io'), Subprotocol('v4.channel.k8s.io')]
FORWARDING = PROTOCOLS[1:]
STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255


def connect(url: str, headers: httpx.Headers, context: ssl.SSLContext, config: RestConfig,
            inbox: Inbox) -> ExecSession:
    """Begin an exec, an attach, or a connection to one port; raises StatusError when it is refused, OSError without an
    answer."""
    query = httpx.URL(url).params
    forwards = httpx.URL(url).path.endswith('/portforward')
    given = [(name, value) for name, value in headers.multi_items() if name.lower() != 'accept']
    connection = ExitStack()
    try:
        socket = connection.enter_context(open_socket(
            'ws' + url.removeprefix('http'), ssl=context if url.startswith('https') else None,
            additional_headers=given, subprotocols=FORWARDING if forwards else PROTOCOLS,
            max_size=None, server_hostname=config.tls_server_name or None, proxy=config.proxy_url or True))
    except InvalidStatus as refused:
        raise _refusal(refused) from None
    except InvalidHandshake as problem:
        raise UpgradeRefused(f'unable to upgrade connection: {problem}') from None
    if forwards:
        return _Forwarding(socket, connection, inbox).session
    return _Execution(socket, connection, inbox, query.get('stdin') == 'true', query.get('stderr') == 'true').session


def _refusal(refused: InvalidStatus) -> StatusError | OSError:
    """The server's Status, or what it says instead of one."""
    response = refused.response
    text = (response.body or b'').decode('utf-8', 'replace')
    with suppress(ValueError):
        found = json.loads(text)
        if isinstance(found, dict) and found.get('kind') == 'Status':
            return StatusError(found)
    return OSError(f'unable to upgrade connection: {text.strip() or response.reason_phrase}')


@dataclass(slots=True)
class _Session(ExecSession):
    """Hangs up the connection too."""

    connection: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        ExecSession.close(self)
        Thread(target=self.connection.close, daemon=True).start()  # it waits for the other side's farewell


class _Execution:
    """The socket on one side, the pipes of an ExecSession on the other."""

    def __init__(self, socket: ClientConnection, connection: ExitStack, inbox: Inbox, stdin: bool,
                 stderr: bool) -> None:
        self._socket = socket
        self._inbox = inbox
        simulation = inbox.simulation
        self._status = simulation.future()
        self.session = _Session(_Stdin(socket) if stdin else None, Pipe(simulation),
                                Pipe(simulation) if stderr else None, self._status, self._resize,
                                connection=connection)
        inbox.expect()
        Thread(target=self._read, daemon=True).start()

    def _resize(self, columns: int, rows: int) -> None:
        _send(self._socket, RESIZE, json.dumps({'Width': columns, 'Height': rows}).encode())

    def _read(self) -> None:
        with suppress(ConnectionClosed, OSError):
            for message in self._socket:
                data = message.encode() if isinstance(message, str) else message
                if data:
                    self._inbox.post(self._arrived, data[0], data[1:])
        self._inbox.post(self._ended)

    def _arrived(self, channel: int, data: bytes) -> None:
        if channel == ERROR:
            with suppress(ValueError):
                self._finish(json.loads(data))
            return
        _write(self.session.stdout if channel == STDOUT else self.session.stderr if channel == STDERR else None, data)

    def _ended(self) -> None:
        self._inbox.forget()
        self.session.stdout.close()
        if self.session.stderr is not None:
            self.session.stderr.close()
        self._finish({'status': 'Failure', 'message': 'error reading from error stream: the connection was closed'})

    def _finish(self, status: dict[str, Any]) -> None:
        if not self._status.done:
            self._status.resolve(status)


class _Forwarding(_Execution):
    """One connection to a port: stream 0 has its bytes both ways, stream 1 what went wrong. The first message of each
    is the port (pkg/kubelet/portforward/websocket.go)."""

    def __init__(self, socket: ClientConnection, connection: ExitStack, inbox: Inbox) -> None:
        self._begun: set[int] = set()
        super().__init__(socket, connection, inbox, stdin=True, stderr=True)

    def _arrived(self, channel: int, data: bytes) -> None:
        if channel in self._begun:
            _write(self.session.stderr if channel else self.session.stdout, data)
        self._begun.add(channel)


def _write(pipe: Any, data: bytes) -> None:
    if pipe is not None:
        with suppress(BrokenPipe):
            pipe.write(data)


class _Stdin(Sink):
    """The Writer of standard input; its end is told where the protocol can say so."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def write(self, data: str | bytes) -> None:
        _send(self._socket, STDIN, data.encode() if isinstance(data, str) else data)

    def close(self) -> None:
        if self._socket.subprotocol == PROTOCOLS[0]:
            _send(self._socket, CLOSE, bytes([STDIN]))


def _send(socket: ClientConnection, channel: int, data: bytes) -> None:
    with suppress(ConnectionClosed, OSError):
        socket.send(bytes([channel]) + data)
