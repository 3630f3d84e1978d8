"""Streams on a WebSocket: each message begins with the number of its channel (apiserver/pkg/util/wsstream)."""

from __future__ import annotations

from tutor.server.outbox import Outbox

CLOSE = 255
"""The channel on which a v5 client says which other one it has closed."""


class Channel:
    """One channel towards the client. That it has ended cannot be told apart from the connection's end."""

    def __init__(self, outbox: Outbox, number: int) -> None:
        self._outbox = outbox
        self._mark = bytes([number])

    def send(self, data: bytes) -> None:
        self._outbox.put(self._mark + data)

    def finish(self) -> None: ...
