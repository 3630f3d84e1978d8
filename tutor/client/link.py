"""Transports over a connection that can fail: what stands between a component and its API server."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.errors import StatusError, service_unavailable
from tutor.client.transport import ByteStream, ExecSession, Request, Response, Transport, WatchStream


class Link:
    """Passes requests on as long as `check` lets them: it raises OSError where the server cannot be reached, and
    StatusError where that does not know who asks."""

    def __init__(self, transport: Transport, check: Callable[[], None]) -> None:
        self._transport = transport
        self._check = check

    @property
    def works(self) -> bool:
        """Whether a request would be answered now."""
        try:
            self._check()
        except (OSError, StatusError):
            return False
        return not isinstance(self._transport, Link) or self._transport.works

    def send(self, request: Request) -> Response:
        try:
            self._check()
        except StatusError as error:
            return Response(error.code, error.status)
        return self._transport.send(request)

    def watch(self, request: Request) -> WatchStream:
        self._check()
        return self._transport.watch(request)

    def stream(self, request: Request) -> ByteStream:
        self._check()
        return self._transport.stream(request)

    def connect(self, request: Request) -> ExecSession:
        self._check()
        return self._transport.connect(request)


class Answering:
    """A Transport for who treats all failures alike: a request that did not get through, or whose answer was lost, is
    answered with an error as if the server had given it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(self, request: Request) -> Response:
        try:
            return self._transport.send(request)
        except OSError as problem:
            error = service_unavailable(str(problem))
            return Response(error.code, error.status)

    def watch(self, request: Request) -> WatchStream:
        try:
            return self._transport.watch(request)
        except OSError as problem:
            raise service_unavailable(str(problem)) from None

    def stream(self, request: Request) -> ByteStream:
        return self._transport.stream(request)

    def connect(self, request: Request) -> ExecSession:
        return self._transport.connect(request)
