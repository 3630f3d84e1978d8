"""A served cluster from start to stop: listener, kubeconfig and the clock's pump."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from tutor.client.transport import ADMIN
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import DEFAULT, ClusterConfig
from tutor.course.models import Exercise
from tutor.server import certificates, kubeconfig
from tutor.server.handler import ApiHandler
from tutor.server.listener import EVERYWHERE, LOOPBACK, Listener
from tutor.server.wallclock import WallClock, wall_time

if TYPE_CHECKING:
    from tutor.session.workbench import Workbench

IDLE_WITHIN = 90.0
"""Wall seconds that a connection may be without a whole request, as Go's IdleTimeout has it: also for who sends the
headers of one a little at a time."""
HEAD_START = timedelta(seconds=60)
"""A cluster is this old when it is served: it has needed virtual time to come up."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `tutor serve` was told."""

    port: int = 6443
    address: str = LOOPBACK
    kubeconfig: Path | None = None
    cluster: ClusterConfig = DEFAULT
    speed: float = 1.0


def new_cluster(config: ClusterConfig) -> Cluster:
    """A cluster that is up, its clock at the wall clock's time."""
    cluster = Cluster(config, epoch=wall_time() - HEAD_START, keys=certificates.fresh_keys(wall_time()))
    cluster.boot()
    _catch_up(cluster)
    return cluster


def new_workbench(config: ClusterConfig, exercise: Exercise) -> Workbench:
    """A cluster in the start state of an exercise, its clock at the wall clock's time. Raises CannotStart."""
    from tutor.session.sitting import prepare
    from tutor.session.workbench import Workbench
    bench = Workbench(config, epoch=wall_time() - HEAD_START, keys=certificates.fresh_keys(wall_time()))
    prepare(bench, exercise)
    _catch_up(bench.cluster)
    return bench


def _catch_up(cluster: Cluster) -> None:
    late = (wall_time() - cluster.simulation.wall()).total_seconds()
    if late > 0:
        cluster.simulation.advance(late)


class Service:
    """Serves one cluster. `start` gives the moment from which /readyz answers; `stop` ends all connections."""

    def __init__(self, cluster: Cluster, settings: Settings) -> None:
        self._cluster = cluster
        self._settings = settings
        self._runner: web.ServerRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._handler: ApiHandler | None = None
        self.port = 0
        self.kubeconfig = Path()

    @property
    def url(self) -> str:
        """Where clients on this machine reach it."""
        address = self._settings.address
        host = LOOPBACK if address in EVERYWHERE else address
        return f'https://[{host}]:{self.port}' if ':' in host else f'https://{host}:{self.port}'

    @property
    def failures(self) -> list[tuple[str, Exception]]:
        """What went wrong inside, for the log file."""
        return self._cluster.simulation.failures

    async def start(self) -> None:
        """Listen; raises OSError for an address that cannot be had, NotOurs for a kubeconfig not to be overwritten."""
        settings, cluster = self._settings, self._cluster
        if settings.kubeconfig is not None:
            kubeconfig.check(settings.kubeconfig)
        clock = WallClock(cluster.simulation, settings.speed)
        self._handler = ApiHandler(cluster, clock)
        server = web.Server(self._handler, handler_cancellation=True, access_log=None,
                            keepalive_timeout=IDLE_WITHIN)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.5)
        await self._runner.setup()
        listener = Listener(self._runner, cluster, settings.address, settings.port)
        await listener.open()
        self.port = listener.port
        token = secrets.token_urlsafe(32)
        cluster.api.authenticator.tokens[token] = ADMIN
        self.kubeconfig = settings.kubeconfig or kubeconfig.default_path(self.port)
        text = kubeconfig.text(self.url, cluster.keys.authority(), cluster.administrator, token)
        kubeconfig.write(self.kubeconfig, text)
        self._tasks = [asyncio.create_task(clock.run()), asyncio.create_task(listener.follow())]

    def ran(self) -> None:
        """Something was put into the simulation: run what is due."""
        if self._handler is not None:
            self._handler.ran()

    async def stop(self) -> None:
        """Close everything; a kubeconfig that nobody named goes away with its server."""
        for task in self._tasks:
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._settings.kubeconfig is None and self.kubeconfig.is_file():
            self.kubeconfig.unlink()
