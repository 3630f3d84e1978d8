"""port-forward: connections to ports of a pod, each with a stream for its bytes and one for what went wrong
(pkg/kubelet/portforward)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

from tutor.apimachinery import errors
from tutor.apimachinery.errors import StatusError
from tutor.client.transport import ExecSession, Request
from tutor.server.logs import copy
from tutor.server.spdy.connection import Connection, Refused, Stream
from tutor.server.streams.channels import Channel
from tutor.server.streams.link import Link, Outward

DATA, ERROR = 'data', 'error'
PORTS = range(1, 65536)
Connect = Callable[[int], ExecSession]
"""Opens a connection to a port of the pod; raises StatusError, OSError."""


class Forward:
    """One connection into the pod."""

    def __init__(self, session: ExecSession, link: Link, streams: tuple[Outward, Outward]) -> None:
        self._session = session
        self._link = link
        self.done = link.handler.simulation.spawn(self._collect(*streams), 'http port-forward')

    async def _collect(self, data: Outward, error: Outward) -> None:
        """In the simulation: what the pod sends, and then what went wrong, if anything did."""
        session, outbox = self._session, self._link.outbox
        await copy(session.stdout, outbox, data.send)
        data.finish()
        self.finished()
        if session.stderr is not None:
            await copy(session.stderr, outbox, error.send)
        error.finish()
        session.close()

    def take(self, data: bytes) -> None:
        if self._session.stdin is not None and not self._link.feed(self._session.stdin, data):
            self._session.stdin = None

    def finished(self) -> None:
        """The client sends nothing more."""
        if self._session.stdin is not None:
            self._session.stdin.close()

    def close(self) -> None:
        self._session.close()


def begin(connect: Connect, port: int, link: Link, streams: tuple[Outward, Outward]) -> Forward | None:
    """A connection to a port; None, and the reason on the stream for errors, when there can be none."""
    try:
        return Forward(connect(port), link, streams)
    except (StatusError, OSError) as problem:
        streams[1].send(f'error forwarding port {port}: {problem}'.encode())
        for stream in streams:
            stream.finish()
        return None


class SpdyForwarding:
    """Any number of connections, over SPDY: two streams with the same requestID make one."""

    def __init__(self, connect: Connect, link: Link) -> None:
        self._connect = connect
        self._link = link
        self._errors: dict[str, Stream] = {}
        self._open: dict[Stream, Forward] = {}
        self.take = Connection(link.outbox.put, self._accept).receive

    def _accept(self, stream: Stream) -> SpdyForwarding:
        """httpStreamReceived."""
        headers = stream.headers
        port, kind = headers.get('port', ''), headers.get('streamtype', '')
        request = headers.get('requestid')
        known = request in self._errors
        if not port.isdecimal() or int(port) not in PORTS or request is None:
            raise Refused(f'port {port}')
        if kind not in (DATA, ERROR) or known is (kind == ERROR):
            raise Refused(kind)
        return self

    def opened(self, stream: Stream) -> None:
        """portForward, once both streams are there. Clients open that for errors first."""
        headers = stream.headers
        if headers['streamtype'] == ERROR:
            self._errors[headers['requestid']] = stream
            return
        problems = self._errors.pop(headers['requestid'])
        forward = begin(self._connect, int(headers['port']), self._link, (stream, problems))
        if forward is not None:
            self._open[stream] = forward

    def data(self, stream: Stream, data: bytes) -> None:
        if stream in self._open:
            self._open[stream].take(data)

    def finished(self, stream: Stream) -> None:
        if stream in self._open:
            self._open[stream].finished()

    def reset(self, stream: Stream) -> None:
        if self._errors.get(stream.headers['requestid']) is stream:
            del self._errors[stream.headers['requestid']]
        found = self._open.pop(stream, None)
        if found is not None:
            found.close()

    def close(self) -> None:
        for forward in self._open.values():
            forward.close()


class ChannelForwarding:
    """The ports of the query, over a WebSocket: the n-th has the channels 2n for bytes and 2n + 1 for errors. The
    first message on each channel is the port (pkg/kubelet/portforward/websocket.go)."""

    def __init__(self, connect: Connect, link: Link, ports: list[int]) -> None:
        self._link = link
        self._forwards: list[Forward | None] = []
        for index, port in enumerate(ports):
            streams = Channel(link.outbox, 2 * index), Channel(link.outbox, 2 * index + 1)
            for stream in streams:
                stream.send(struct.pack('<H', port))
            self._forwards.append(begin(connect, port, link, streams))
        link.handler.simulation.spawn(self._until_done())
        link.handler.ran()

    async def _until_done(self) -> None:
        for forward in filter(None, self._forwards):
            await forward.done
        self._link.outbox.end()

    def take(self, message: bytes) -> None:
        index, is_error = divmod(message[0], 2) if message else (0, 1)
        forward = self._forwards[index] if not is_error and index < len(self._forwards) else None
        if forward is not None:
            forward.take(message[1:])

    def close(self) -> None:
        for forward in filter(None, self._forwards):
            forward.close()


def ports_of(request: Request) -> list[int]:
    """NewV4Options: the ports of the query; raises BadRequest."""
    given = request.query.get('ports') or ()
    texts = [text for value in ([given] if isinstance(given, str) else given) for text in value.split(',')]
    if not texts:
        raise errors.bad_request('query parameter "port" is required')
    for text in texts:
        if not text.isdecimal() or int(text) not in PORTS:
            raise errors.bad_request(f'invalid port {text!r}')
    return [int(text) for text in texts]


async def serve(request: Request, link: Link, ports: list[int], spdy: bool) -> None:
    """Until the client goes, or over channels until all connections have ended."""
    api = link.handler.api

    def connect(port: int) -> ExecSession:
        return api.connect(replace(request, query={**request.query, 'ports': str(port)}))

    served = SpdyForwarding(connect, link) if spdy else ChannelForwarding(connect, link, ports)
    try:
        await link.run(served.take)
    finally:
        served.close()
