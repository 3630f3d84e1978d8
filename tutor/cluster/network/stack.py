"""A network namespace: the addresses of a machine or a pod, and what listens there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from errno import EADDRINUSE, EADDRNOTAVAIL
from typing import TYPE_CHECKING, Any

from tutor.cluster.simulation import BrokenPipe, Pipe, Simulation, Task
from tutor.shell.tls import Certificates

if TYPE_CHECKING:
    from tutor.cluster.network.fabric import Fabric

FIRST_EPHEMERAL = 32768
LAST_EPHEMERAL = 60999

Serve = Callable[['TcpConnection'], Awaitable[None]]
Answer = Callable[[Any, str], Awaitable[Any]]
"""Answers one UDP question: `await answer(question, address of who asks)`."""


@dataclass(slots=True)
class TcpConnection:
    """One side of an open connection (`tutor.shell.process.Connection`)."""

    reader: Pipe
    writer: Pipe
    local: tuple[str, int]
    peer: tuple[str, int]
    tls: Certificates | None = None
    """What the server presents, when it speaks TLS."""
    server_name: str | None = None
    """Whom the client asked for in its handshake; None as long as it sends plain text."""
    client_certificate: str = ''
    """What the client has shown of itself in its handshake, as PEM."""
    other: TcpConnection | None = None
    on_close: Callable[[], object] | None = None
    on_end: Callable[[], object] | None = None
    """Called once when this side has closed the connection."""

    def handshake(self, name: str, certificate: str = '') -> str:
        """Speak TLS from now on, as the client; the certificates that the server presents, as PEM."""
        assert self.tls is not None and self.other is not None
        self.server_name = self.other.server_name = name
        self.client_certificate = self.other.client_certificate = certificate
        return self.tls(name)

    def close(self) -> None:
        """Close both directions: the other side reads the end, and what it still writes breaks."""
        self.writer.close()
        self.reader.close_read()
        if self.on_close is not None:
            self.on_close()
        if self.on_end is not None:
            ended, self.on_end = self.on_end, None
            ended()


def connection_pair(simulation: Simulation, client: tuple[str, int], server: tuple[str, int],
                    tls: Certificates | None = None) -> tuple[TcpConnection, TcpConnection]:
    """Both sides of a new connection, the client's first."""
    up, down = Pipe(simulation), Pipe(simulation)
    back = TcpConnection(up, down, server, client, tls)
    return TcpConnection(down, up, client, server, tls, other=back), back


class TcpListener:
    """A port that accepts connections. `serve` runs once for each, as a task of the stack that owns it."""

    __slots__ = ('address', 'open', 'owner', 'port', 'serve', 'stack', 'tls')

    def __init__(self, stack: Stack, port: int, serve: Serve, address: str, owner: Any,
                 tls: Certificates | None) -> None:
        self.stack = stack
        self.port = port
        self.serve = serve
        self.address = address
        self.owner = owner
        self.tls = tls
        self.open: dict[int, Task[None]] = {}

    def accept(self, connection: TcpConnection) -> None:
        """Serve a new connection, side by side with the others."""
        simulation = self.stack.fabric.simulation
        on_accept = getattr(self.owner, 'on_accept', None)
        if on_accept is not None:
            on_accept()
        self.open[id(connection)] = simulation.spawn(self._run(connection), f'{self.stack.name}:{self.port}')

    async def _run(self, connection: TcpConnection) -> None:
        try:
            await self.serve(connection)
        except BrokenPipe:
            pass  # the client hung up
        finally:
            self.open.pop(id(connection), None)
            if not self.open:
                self.stack.closed.pop(id(self), None)
            connection.close()

    def abort(self) -> None:
        """Close, and cut off who is still being served."""
        self.close()
        for task in list(self.open.values()):
            task.cancel()

    def close(self) -> None:
        """Accept nothing more; who is being served still is, as long as the process lives."""
        listeners = self.stack.listeners
        if listeners.get((self.address, self.port)) is self:
            del listeners[self.address, self.port]
            if self.open:
                self.stack.closed[id(self)] = self


class UdpListener:
    """A port that answers datagrams."""

    __slots__ = ('answer', 'owner', 'port', 'stack')

    def __init__(self, stack: Stack, port: int, answer: Answer, owner: Any) -> None:
        self.stack = stack
        self.port = port
        self.answer = answer
        self.owner = owner

    def close(self) -> None:
        if self.stack.datagrams.get(self.port) is self:
            del self.stack.datagrams[self.port]


class Stack:
    """The addresses and ports of one machine or pod. `node` is the machine whose rules its traffic passes."""

    def __init__(self, fabric: Fabric, node: str, addresses: list[str], name: str = '',
                 pod: str = '') -> None:
        self.fabric = fabric
        self.node = node
        self.addresses = addresses
        self.name = name
        self.pod = pod
        """'namespace/name' of the pod, '' for a machine."""
        self.listeners: dict[tuple[str, int], TcpListener] = {}
        self.datagrams: dict[int, UdpListener] = {}
        self.closed: dict[int, TcpListener] = {}
        """Listeners that are closed, and still serve somebody."""
        self._next_port = FIRST_EPHEMERAL

    @property
    def address(self) -> str:
        return self.addresses[0] if self.addresses else '127.0.0.1'

    def listen(self, port: int, serve: Serve, address: str = '', owner: Any = None,
               tls: Certificates | None = None) -> TcpListener:
        """Accept connections on a port, 0 for any that is free; with `tls` they are to be encrypted. Raises OSError
        EADDRINUSE, or EADDRNOTAVAIL for an address of another stack."""
        if address in ('0.0.0.0', '::', '*'):
            address = ''
        if address and not self.owns(address):
            raise OSError(EADDRNOTAVAIL, 'Cannot assign requested address')
        if not port:
            port = self.free_port()
        if (address, port) in self.listeners or ('', port) in self.listeners:
            raise OSError(EADDRINUSE, 'Address already in use')
        listener = TcpListener(self, port, serve, address, owner, tls)
        self.listeners[address, port] = listener
        return listener

    def listen_udp(self, port: int, answer: Answer, owner: Any = None) -> UdpListener:
        """Answer datagrams on a port. Raises OSError EADDRINUSE."""
        if port in self.datagrams:
            raise OSError(EADDRINUSE, 'Address already in use')
        self.datagrams[port] = UdpListener(self, port, answer, owner)
        return self.datagrams[port]

    def listener_at(self, address: str, port: int) -> TcpListener | None:
        """Who accepts what comes to one of this stack's addresses."""
        return self.listeners.get(('', port)) or self.listeners.get((address, port))

    def owns(self, address: str) -> bool:
        return address in self.addresses or is_loopback(address)

    def free_port(self) -> int:
        """The next ephemeral port."""
        port = self._next_port
        self._next_port = port + 1 if port < LAST_EPHEMERAL else FIRST_EPHEMERAL
        return port

    def close_owned(self, owner: Any) -> None:
        """Close what a process or container had open: it has ended."""
        for listener in [item for item in (*self.listeners.values(), *self.closed.values()) if item.owner is owner]:
            listener.abort()
        for socket in [item for item in self.datagrams.values() if item.owner is owner]:
            socket.close()


def is_loopback(address: str) -> bool:
    return address.startswith('127.') or address in ('::1', 'localhost')
