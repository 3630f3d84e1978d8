"""Both directions of an upgraded connection, each no faster than the other end takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from tutor.cluster.simulation import BrokenPipe, Writer
from tutor.server.outbox import Outbox
from tutor.server.streams.carriers import Carrier

if TYPE_CHECKING:
    from tutor.server.handler import ApiHandler


class Outward(Protocol):
    """One stream towards the client."""

    def send(self, data: bytes) -> None: ...
    def finish(self) -> None: ...


class Link:
    """Sends what the simulation puts into `outbox`; what the client sends is given to who runs it."""

    def __init__(self, handler: ApiHandler, carrier: Carrier) -> None:
        self.handler = handler
        self.outbox = Outbox(handler.simulation)
        self._carrier = carrier
        self._unread: set[Writer] = set()

    async def run(self, take: Callable[[bytes], None]) -> None:
        """Until the outbox has ended or the client has gone. `take` gets each piece from the client; it raises
        ValueError for what makes no sense, and that ends the connection."""
        listening = asyncio.create_task(self._listen(take))
        try:
            while (chunks := await self.outbox.take()) is not None:
                for chunk in chunks:
                    await self._carrier.send(chunk)
                self.handler.ran()
            await self._carrier.close()
        except ConnectionError:
            pass
        finally:
            self.outbox.end()
            listening.cancel()

    def feed(self, writer: Writer, data: bytes) -> bool:
        """Write into the simulation, and take nothing more from the client until that is read. Whether anybody will
        ever read it."""
        try:
            writer.write(data)
        except BrokenPipe:
            return False
        self._unread.add(writer)
        return True

    async def _listen(self, take: Callable[[bytes], None]) -> None:
        try:
            while (data := await self._carrier.receive()) is not None:
                take(data)
                self.handler.ran()
                while self._unread:
                    await self._until_read(self._unread.pop())
        except ValueError:
            pass
        finally:
            self.outbox.end()

    async def _until_read(self, writer: Writer) -> None:
        """Wait, on the wall clock, until the simulation has read what was written."""
        done = asyncio.Event()

        async def drained() -> None:
            try:
                await writer.drain()
            except BrokenPipe:
                pass
            finally:
                done.set()

        self.handler.simulation.spawn(drained())
        self.handler.ran()
        await done.wait()
