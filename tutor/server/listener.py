"""The socket under which a served cluster is reached. It is open while the simulated API server's own is, and shows an
expired certificate once that one's has expired: what happens to the cluster, its clients see."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from aiohttp import web

from tutor.cluster.cluster import Cluster
from tutor.server import certificates

LOOPBACK = '127.0.0.1'
NAMES = (LOOPBACK, '::1', 'localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc')
EVERYWHERE = ('0.0.0.0', '::')


class Listener:
    """`port` is the one asked for; where any would do, the one that was had first."""

    def __init__(self, runner: web.ServerRunner, cluster: Cluster, address: str, port: int) -> None:
        self.port = port
        self._runner = runner
        self._endpoint = cluster.endpoint
        self._keys = cluster.keys
        self._address = address
        self._names = tuple(_names(address))
        self._tls = certificates.tls_context(cluster.keys, self._names)
        self._until: datetime | None = None
        self._site: web.TCPSite | None = None
        self._changed = asyncio.Event()

    async def follow(self) -> None:
        """Do for ever as the cluster's endpoint does."""
        self._endpoint.on_change.append(self._changed.set)
        while True:
            await self._look()
            await self._changed.wait()
            self._changed.clear()

    async def _look(self) -> None:
        endpoint = self._endpoint
        if endpoint.certificate_until != self._until:
            self._until = endpoint.certificate_until
            self._tls.present(certificates.server_pair(self._keys, self._names, self._until))
        if endpoint.listening and self._site is None:
            with suppress(OSError):  # somebody else has the port by now: the next change tries again
                await self.open()
        elif not endpoint.listening and self._site is not None:
            await self._close(self._site)

    async def open(self) -> None:
        """Listen; raises OSError for an address that cannot be had."""
        site = web.TCPSite(self._runner, self._address, self.port, ssl_context=self._tls)  # type: ignore[arg-type]
        await site.start()
        self._site = site
        self.port = site.port

    async def _close(self, site: web.TCPSite) -> None:
        """As when a process ends: nobody listens, and no connection is left."""
        self._site = None
        await site.stop()
        if self._runner.server is not None:
            for connection in self._runner.server.connections:
                connection.force_close()


def _names(address: str) -> Iterable[str]:
    """What clients may call the server: also the machine's own names, when others can reach it by them."""
    found = [*NAMES, address]
    if address in EVERYWHERE:
        host = socket.gethostname()
        found.append(host)
        with suppress(OSError):  # a machine that does not know its own name
            found += [str(entry[4][0]).partition('%')[0] for entry in socket.getaddrinfo(host, None)]
    return dict.fromkeys(found)
