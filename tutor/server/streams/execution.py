"""exec and attach: five streams between a client and a process (remotecommand, v4 and v5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tutor.apimachinery import errors
from tutor.apimachinery.http import bodies
from tutor.apimachinery.http.requestinfo import is_true
from tutor.client.transport import ExecSession, Request
from tutor.server.logs import copy
from tutor.server.spdy.connection import Connection, Refused, Stream
from tutor.server.streams.channels import CLOSE, Channel
from tutor.server.streams.link import Link, Outward
from tutor.server.streams.terminal import Act, Echo, Input, Interrupt, LineDiscipline, Suspend, shown
from tutor.server.streams.upgrades import V4, V5, Agreement
from tutor.shell.tty import SANE

STDIN, STDOUT, STDERR, ERROR, RESIZE = NAMES = ('stdin', 'stdout', 'stderr', 'error', 'resize')


class Execution:
    """One session, joined to the streams of a client."""

    def __init__(self, session: ExecSession, link: Link, protocol: str, terminal: bool) -> None:
        self._session = session
        self._link = link
        self._protocol = protocol
        self._terminal = LineDiscipline() if terminal else None
        self._screen: Outward | None = None

    def start(self, streams: Mapping[str, Outward]) -> None:
        """Begin to send what the process writes, to those streams that the client wants."""
        if self._terminal is not None and STDOUT in streams:
            self._screen = streams[STDOUT]
        self._link.handler.simulation.spawn(self._collect(streams), 'http exec')
        self._link.handler.ran()

    async def _collect(self, streams: Mapping[str, Outward]) -> None:
        """In the simulation: all output, and then how it ended."""
        session, outbox, simulation = self._session, self._link.outbox, self._link.handler.simulation
        pipes = {STDOUT: session.stdout, STDERR: session.stderr}
        copies = [simulation.spawn(copy(pipe, outbox, self._sink(streams.get(name))))
                  for name, pipe in pipes.items() if pipe is not None]
        status = await session.status
        for task in copies:
            await task
        streams[ERROR].send(ending(status, self._protocol))
        for stream in streams.values():
            stream.finish()
        outbox.end()

    def _sink(self, stream: Outward | None) -> Callable[[bytes], None]:
        """Where the output of the process goes."""
        if stream is None:
            return _drop
        return stream.send if self._screen is None else self._show

    def take(self, name: str, data: bytes) -> None:
        """What the client sends on a stream."""
        if name == STDIN and self._terminal is not None:
            console = self._session.console
            for act in self._terminal.typed(data, console.mode if console is not None else SANE):
                self._typed(act)
        elif name == STDIN:
            self._feed(data)
        elif name == RESIZE and callable(self._session.resize):
            self._resize(data)

    def _feed(self, data: bytes) -> None:
        if self._session.stdin is not None and data and not self._link.feed(self._session.stdin, data):
            self._session.stdin = None

    def _typed(self, act: Act) -> None:
        if isinstance(act, Input):
            self._feed(act.data)
        elif isinstance(act, Echo):
            if self._screen is not None:
                self._screen.send(act.data)
        elif isinstance(act, Interrupt):
            if self._session.console is not None:
                self._session.console.interrupt()
        elif isinstance(act, Suspend):
            if self._session.console is not None:
                self._session.console.suspend()
        elif self._session.console is not None:  # the end is for who reads now: the shell may read on after it
            self._session.console.end_of_file()
        elif self._session.stdin is not None:
            self._session.stdin.close()

    def _show(self, data: bytes) -> None:
        if self._screen is not None:
            self._screen.send(shown(data))

    def finished(self, name: str) -> None:
        """The client sends nothing more on a stream."""
        if name == STDIN and self._session.stdin is not None:
            self._session.stdin.close()

    def _resize(self, data: bytes) -> None:
        try:
            size = json.loads(data)
            self._session.resize(int(size['Width']), int(size['Height']))
        except (ValueError, KeyError, TypeError):
            pass


class ChannelExecution:
    """Over a WebSocket's channels."""

    def __init__(self, execution: Execution, wanted: frozenset[str], link: Link) -> None:
        self._execution = execution
        execution.start({name: Channel(link.outbox, number) for number, name in enumerate(NAMES) if name in wanted})

    def take(self, message: bytes) -> None:
        if not message:
            return
        number, data = message[0], message[1:]
        if number < len(NAMES):
            self._execution.take(NAMES[number], data)
        elif number == CLOSE and data and data[0] < len(NAMES):
            self._execution.finished(NAMES[data[0]])


class SpdyExecution:
    """Over SPDY: the client opens the streams; it begins once all are there."""

    def __init__(self, execution: Execution, wanted: frozenset[str], link: Link) -> None:
        self._execution = execution
        self._wanted = wanted
        self._streams: dict[str, Stream] = {}
        self.take = Connection(link.outbox.put, self._accept).receive

    def _accept(self, stream: Stream) -> SpdyExecution:
        name = stream.headers.get('streamtype', '')
        if name not in self._wanted or name in self._streams:
            raise Refused(name)
        return self

    def opened(self, stream: Stream) -> None:
        self._streams[stream.headers['streamtype']] = stream
        if self._wanted == self._streams.keys():
            self._execution.start(self._streams)

    def data(self, stream: Stream, data: bytes) -> None:
        self._execution.take(stream.headers['streamtype'], data)

    def finished(self, stream: Stream) -> None:
        self._execution.finished(stream.headers['streamtype'])

    reset = finished


def ending(status: Mapping[str, Any], protocol: str) -> bytes:
    """What the stream for errors ends with: up to v3 the message of a failure, then a Status (v4WriteStatusFunc)."""
    if protocol in (V5, V4):
        return bodies.encode({'metadata': {}, **status}).rstrip()
    return str(status.get('message', '')).encode()


def _drop(data: bytes) -> None:
    """What nobody wants to read."""


def wanted(request: Request) -> frozenset[str]:
    """The streams that a client asks for; a terminal has no standard error of its own. Raises BadRequest for none
    (kubelet/remotecommand: NewOptions)."""
    terminal = is_true(request.query.get('tty'))
    found = {name for name in (STDIN, STDOUT, STDERR) if is_true(request.query.get(name))}
    if not found:
        raise errors.bad_request('you must specify at least 1 of stdin, stdout, stderr')
    return frozenset((found | {RESIZE}) - {STDERR} if terminal else found) | {ERROR}


async def serve(session: ExecSession, link: Link, streams: frozenset[str], agreement: Agreement) -> None:
    """Until the process has ended or the client has gone."""
    kind = SpdyExecution if agreement.spdy else ChannelExecution
    execution = Execution(session, link, agreement.protocol, terminal=RESIZE in streams)
    await link.run(kind(execution, streams, link).take)
