"""Answers that go on: watches and logs. A thread reads each, the simulation gets what it reads through the inbox."""

from __future__ import annotations

import json
import socket
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from threading import Thread
from typing import Any

import httpx

from tutor.client.live.inbox import Inbox
from tutor.cluster.simulation import BrokenPipe, Future, Pipe, Reader

Event = dict[str, Any]


class _Answer:
    """Reads an answer to its end, or until it is closed."""

    def __init__(self, answer: httpx.Response, inbox: Inbox) -> None:
        self._answer = answer
        self._inbox = inbox
        self._closed = False
        inbox.expect()
        Thread(target=self._read, daemon=True).start()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._inbox.forget()
            _hang_up(self._answer)

    def _read(self) -> None:
        # Closed by us or broken by the other side: either way it is over.
        with suppress(httpx.HTTPError, httpx.StreamError, OSError, ValueError), closing(self._answer):
            self._receive(self._answer)
        self._inbox.post(self._ended)

    def _receive(self, answer: httpx.Response) -> None:
        raise NotImplementedError

    def _ended(self) -> None:
        raise NotImplementedError


def _hang_up(answer: httpx.Response) -> None:
    """End the connection without closing it: its file belongs to the thread that reads it, which then sees the end."""
    stream = answer.extensions.get('network_stream')
    connection = stream.get_extra_info('socket') if stream is not None else None
    if connection is not None:
        with suppress(OSError):
            # Not the TLS socket's own method, which takes the TLS state away from the reader.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


class HttpWatch(_Answer):
    """A WatchStream over a chunked answer, one event in each line."""

    def __init__(self, answer: httpx.Response, inbox: Inbox) -> None:
        self._events: deque[Event | None] = deque()
        self._waiting: Future[None] | None = None
        self._deliver: Callable[[list[Event] | None], None] | None = None
        self._simulation = inbox.simulation
        super().__init__(answer, inbox)

    async def next(self) -> Event | None:
        while not self._events:
            if self._closed:
                return None
            self._waiting = self._simulation.future()
            await self._waiting
        event = self._events.popleft()
        if event is None:
            self._events.append(None)
        return event

    def subscribe(self, deliver: Callable[[list[Event] | None], None]) -> None:
        self._deliver = deliver
        while self._events:
            event = self._events.popleft()
            deliver(None if event is None else [event])

    def close(self) -> None:
        super().close()
        self._wake()

    def _receive(self, answer: httpx.Response) -> None:
        for line in answer.iter_lines():
            if line.strip():
                self._inbox.post(self._arrived, json.loads(line))

    def _arrived(self, event: Event | None) -> None:
        if self._deliver is not None:
            self._deliver(None if event is None else [event])
            return
        self._events.append(event)
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done:
            waiting.resolve(None)

    def _ended(self) -> None:
        self._arrived(None)


class HttpLog(_Answer):
    """A ByteStream over an answer of any length."""

    def __init__(self, answer: httpx.Response, inbox: Inbox) -> None:
        self._pipe = Pipe(inbox.simulation)
        self.reader: Reader = self._pipe
        super().__init__(answer, inbox)

    def _receive(self, answer: httpx.Response) -> None:
        for chunk in answer.iter_bytes():
            self._inbox.post(self._arrived, chunk)

    def _arrived(self, chunk: bytes) -> None:
        with suppress(BrokenPipe):
            self._pipe.write(chunk)

    def _ended(self) -> None:
        self._pipe.close()
