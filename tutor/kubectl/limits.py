"""--request-timeout on what goes on: http.Client's Timeout ends a body that is still being read."""

from __future__ import annotations

from tutor.client.transport import ByteStream, WatchStream
from tutor.cluster.simulation import Reader, Simulation
from tutor.kubectl.errors import KubectlError

WHILE_READING = 'context deadline exceeded (Client.Timeout or context cancellation while reading body)'


def end_watch(stream: WatchStream, simulation: Simulation, limit: float) -> None:
    """End a watch after so many seconds; a timeout is an ordinary end to it (watch.StreamWatcher.receive)."""
    simulation.call_later(limit, stream.close)


class LimitedStream:
    """A ByteStream, and its own Reader, that fails after so many seconds."""

    def __init__(self, stream: ByteStream, simulation: Simulation, limit: float) -> None:
        self.reader: Reader = self
        self._stream = stream
        self._late = False
        self._closed = False
        simulation.call_later(limit, self._end)

    def _end(self) -> None:
        if not self._closed:
            self._late = True
            self._stream.close()

    async def read(self, size: int = -1) -> bytes:
        """Raises KubectlError when the time is over."""
        return self._checked(await self._stream.reader.read(size))

    async def readline(self) -> bytes:
        """Raises KubectlError when the time is over."""
        return self._checked(await self._stream.reader.readline())

    def _checked(self, data: bytes) -> bytes:
        if self._late:
            raise KubectlError(WHILE_READING)
        return data

    @property
    def isatty(self) -> bool:
        return False

    def close(self) -> None:
        self._closed = True
        self._stream.close()
