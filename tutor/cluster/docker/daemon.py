"""dockerd's process on one machine: while it runs, the engine answers on its socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.cluster.containers.programs.waiting import until_stopped
from tutor.cluster.docker.engine import Engine
from tutor.shell.docker import SOCKET
from tutor.shell.process import IO, Context

DOCKER_GROUP = 999


class DockerdProgram:
    """/usr/bin/dockerd of one machine."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._make = make
        self._engine: Engine | None = None

    async def __call__(self, argv: list[str], io: IO, ctx: Context) -> int:
        if self._engine is None:
            self._engine = self._make()
        machine: Any = ctx.host.machine
        ctx.files.put(SOCKET, b'', 0o660)
        ctx.files.chown(SOCKET, 0, DOCKER_GROUP)
        machine.sockets[SOCKET] = self._engine
        stamp = f'{ctx.simulation.wall():%Y-%m-%dT%H:%M:%S.%f}000Z'
        io.stderr.write(f'time="{stamp}" level=info msg="Starting up"\n'
                        f'time="{stamp}" level=info msg="API listen on {SOCKET}"\n')
        await until_stopped(ctx, lambda: self._stop(machine))
        return 0

    def _stop(self, machine: Any) -> None:
        machine.sockets.pop(SOCKET, None)
        if machine.files.exists(SOCKET):
            machine.files.remove(SOCKET)
        if self._engine is not None:
            self._engine.shut_down()
