"""containerd as a program of its machine: while it runs, others can ask the runtime through its socket. Containers
go on without it, each under its shim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tutor.cluster.containers import handlers
from tutor.cluster.containers.cri import VERSION, Cri
from tutor.cluster.containers.programs.waiting import until_stopped
from tutor.shell.process import IO, Context, Host, Process

if TYPE_CHECKING:
    from tutor.cluster.containers.runtime import Runtime, Sandbox

SOCKET = '/run/containerd/containerd.sock'
UNIT = 'containerd.service'
REVISION = 'a8c6ba4e6c2a4f6e1a9bd1c1d9e8c9a5f0c1c7b2'


class ContainerdProgram:
    """/usr/bin/containerd of one machine."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def __call__(self, argv: list[str], io: IO, ctx: Context) -> int:
        if argv[1:] and argv[1] in ('--version', '-v'):
            io.stdout.write(f'containerd github.com/containerd/containerd/v2 {VERSION} {REVISION}\n')
            return 0
        if argv[1:] and not argv[1].startswith('-'):
            io.stderr.write(f'error: containerd {argv[1]} is not simulated here\n')
            return 1
        if SOCKET in ctx.host.machine.sockets:  # type: ignore[union-attr]
            io.stderr.write(f'containerd: failed to listen on {SOCKET}: address already in use\n')
            return 1
        try:
            self._runtime.handlers = handlers.read(ctx.files)
        except handlers.BadConfiguration as problem:
            io.stderr.write(f'containerd: {problem}\n')
            return 1
        ctx.files.put(SOCKET, b'', 0o660)
        machine: Any = ctx.host.machine
        machine.sockets[SOCKET] = Cri(self._runtime, machine.files, lambda container: machine.number_of(container.main))
        io.stderr.write(_started(ctx))
        self._runtime.serve(True)
        await until_stopped(ctx, lambda: self._stop(machine))
        return 0

    def _stop(self, machine: Any) -> None:
        self._runtime.serve(False)
        machine.sockets.pop(SOCKET, None)
        if machine.files.exists(SOCKET):
            machine.files.remove(SOCKET)


def _started(ctx: Context) -> str:
    stamp = f'time="{ctx.simulation.wall():%Y-%m-%dT%H:%M:%S.%f}000Z" level=info msg='
    return (f'{stamp}"starting containerd" revision={REVISION} version={VERSION}\n'
            f'{stamp}serving... address=/run/containerd/containerd.sock.ttrpc\n'
            f'{stamp}serving... address={SOCKET}\n{stamp}"containerd successfully booted in 0.031s"\n')


class ContainerProcesses:
    """What runs in a runtime's containers, as its machine sees it: per pod a shim and the pause process, then the
    containers' own."""

    def __init__(self, runtime: Runtime, host: Host) -> None:
        self._runtime = runtime
        self._host = host
        self._shims: dict[str, tuple[Process, Process]] = {}

    def __call__(self) -> Iterator[tuple[Process, Process | None]]:
        """Each process, and who has started it: the shim, or another one of the same container."""
        runtime = self._runtime
        known, self._shims = self._shims, {}
        for sandbox in list(runtime.sandboxes.values()):
            if not sandbox.ready:
                continue
            shim, pause = self._shims[sandbox.id] = known.get(sandbox.id) or self._shim(sandbox)
            yield shim, None
            yield pause, shim
            for identity in list(sandbox.containers):
                container = runtime.containers[identity]
                if container.running and container.host is not None:
                    own = {process.pid: process for process in container.host.own_processes()}
                    for process in own.values():
                        yield process, own.get(process.parent, shim)

    def _shim(self, sandbox: Sandbox) -> tuple[Process, Process]:
        context = Context(self._host, extras={'unit': UNIT})
        shim = Process(0, ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'k8s.io', '-id', sandbox.id, '-address',
                           SOCKET], context)
        shim.started = sandbox.created_at
        return shim, sandbox.pause(self._host)
