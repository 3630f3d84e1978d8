"""The programs of a cluster's own components: while one runs, the component works on that node."""

from __future__ import annotations

from typing import Protocol

from tutor.cluster.containers.programs import controlplane, first_lines, proxy_settings
from tutor.cluster.containers.programs.starting import RELEASE, CannotStart
from tutor.cluster.containers.programs.waiting import until_stopped
from tutor.cluster.simulation import Sink, Writer
from tutor.shell.process import IO, Context

COMPONENTS = 'components'
KILLED = 'killed components'
"""Says of a component's name whether its processes are killed on this machine as soon as they start (a fault)."""
SIGKILLED = 137
VERSION = frozenset(('--version', '--version=true', '-version'))
"""Flags with which a program tells its version and ends."""


def _never(name: str) -> bool:
    return False


class Component(Protocol):
    """A component of the cluster, handed to containers under its program's name."""

    def start(self, ctx: Context, io: IO) -> None: ...
    def stop(self, ctx: Context) -> int | None: ...


class _Held(Sink):
    """Standard error of a component until it works: what it begins with comes before what it has said so far."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._kept: list[str | bytes] | None = []

    def write(self, data: str | bytes) -> None:
        (self._writer.write if self._kept is None else self._kept.append)(data)

    def release(self) -> None:
        kept, self._kept = self._kept, None
        for data in kept or ():
            self._writer.write(data)


async def main(argv: list[str], io: IO, ctx: Context, version: str = '') -> int:
    """Run the component that the program is called after, until the container is stopped; or tell its version."""
    name = argv[0].rpartition('/')[2]
    if VERSION.intersection(argv[1:]) and (told := _version(name, version)):
        io.stdout.write(told)
        return 0
    ctx.extras = {**ctx.extras, RELEASE: version}
    component: Component | None = ctx.extras.get(COMPONENTS, {}).get(name)
    if component is None:
        io.stderr.write(f'{name}: error: this component is not simulated here\n')
        return 1
    if ctx.extras.get(KILLED, _never)(name):
        return SIGKILLED
    ctx.signals['TERM'] = lambda: ctx.host.processes[ctx.pid].kill('TERM')
    held = _Held(io.stderr)
    try:
        await _prepare(name, argv, io, ctx)
        component.start(ctx, IO(io.stdin, io.stdout, held))
    except CannotStart as problem:
        held.release()
        io.stderr.write(str(problem))
        return problem.status
    first_lines.write(name, io, ctx)
    held.release()
    return await until_stopped(ctx, lambda: component.stop(ctx))


def _version(name: str, version: str) -> str:
    if name.startswith('kube-'):
        return f'Kubernetes {version}\n'
    return {'etcd': f'etcd Version: {version}\nGit SHA: 5b1de98\nGo Version: go1.24.12\nGo OS/Arch: linux/amd64\n',
            'coredns': f'CoreDNS-{version}\nlinux/amd64, go1.26.2, 0c3c2a1\n',
            'metrics-server': f'v{version}\n'}.get(name, '')


async def _prepare(name: str, argv: list[str], io: IO, ctx: Context) -> None:
    """What a program of Kubernetes itself does before it works. Raises CannotStart."""
    if name == 'kube-proxy':
        await proxy_settings.reach_server(proxy_settings.read(ctx), io, ctx)
    if name not in controlplane.FLAGS:
        return
    flags = controlplane.check(name, argv, io, ctx)
    if name == 'kube-apiserver':
        await controlplane.reach_etcd(flags, io, ctx)
    else:
        controlplane.serve(name, flags, io, ctx)
