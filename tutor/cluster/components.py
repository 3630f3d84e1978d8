"""What the programs of the cluster's own components do while they run: they turn the simulated component on and off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from tutor.cluster.containers.programs import proxy_settings
from tutor.cluster.election import Election, Switch
from tutor.cluster.network.proxy import ServiceProxy
from tutor.cluster.network.proxy_servers import ProxyServers
from tutor.shell.klog import Klog
from tutor.shell.process import IO, Context

LOST = {'kube-scheduler': ('server.go:314', 'Leaderelection lost'),
        'kube-controller-manager': ('controllermanager.go:368', 'leaderelection lost')}
"""What each program says when it does not lead any more: its place and words."""


def flags_of(ctx: Context) -> dict[str, str]:
    """A process's flags, written --name=value."""
    words = (word.removeprefix('--').partition('=') for word in ctx.host.processes[ctx.pid].argv[1:])
    return {name: value for name, _, value in words}


@dataclass(slots=True)
class Process:
    """A component of which one process does the work: an add-on's controller. With several, it works
    until the last has ended."""

    switch: Switch
    running: list[int] = field(default_factory=list)

    def start(self, ctx: Context, io: IO) -> None:
        self.running.append(id(ctx))
        self.switch.start()

    def stop(self, ctx: Context) -> None:
        self.running.remove(id(ctx))
        if not self.running:
            self.switch.stop()


@dataclass(slots=True)
class Elected:
    """A component of which one process works at a time: the scheduler, the controller manager."""

    election: Election
    lost: set[int] = field(default_factory=set)
    """Processes that could not renew their Lease."""
    working: Callable[[Klog], None] = lambda log: None
    """What the one that works logs of that."""

    def start(self, ctx: Context, io: IO) -> None:
        log, lock = Klog(ctx.simulation, io.stderr.write), f'kube-system/{self.election.name}'
        log.info('leaderelection.go:258', 'Attempting to acquire leader lease...', lock=lock)
        self.election.join(id(ctx), ctx.host.hostname, lambda: self._lose(ctx, io), lambda: self._lead(log, lock))

    def _lead(self, log: Klog, lock: str) -> None:
        log.info('leaderelection.go:272', 'Successfully acquired lease', lock=lock)
        self.working(log)

    def stop(self, ctx: Context) -> int:
        """Its exit status."""
        self.election.leave(id(ctx))
        lost = id(ctx) in self.lost
        self.lost.discard(id(ctx))
        return int(lost)

    def _lose(self, ctx: Context, io: IO) -> None:
        """OnStoppedLeading of both programs."""
        log, name = Klog(ctx.simulation, io.stderr.write), self.election.name
        log.info('leaderelection.go:299', 'Failed to renew lease', lock=f'kube-system/{name}',
                 err='context deadline exceeded')
        site, words = LOST[name]
        log.error(site, words)
        self.lost.add(id(ctx))
        ctx.signals['TERM']()


class Door(Protocol):
    def open(self) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class Serving:
    """A component that others connect to: the API server. Its door is open from the first moment, as while `kubeadm
    init` runs, and closed when the last of its processes has ended."""

    door: Door
    listen: Callable[[Context, IO], tuple[Callable[[], None], bool]]
    """Opens the port of one process: what closes it, and whether it is the door."""
    changed: Callable[[], None] = lambda: None
    """Called when a process has begun to serve, or ended."""
    running: dict[int, tuple[str, Callable[[], None], bool]] = field(default_factory=dict)
    """The address of each process, what closes its port, and whether that is the door."""

    def addresses(self) -> list[str]:
        """Where processes serve."""
        return [address for address, _, _ in self.running.values()]

    def start(self, ctx: Context, io: IO) -> None:
        close, at_door = self.listen(ctx, io)
        self.running[id(ctx)] = ctx.host.network.addresses[0] if ctx.host.network is not None else '', close, at_door
        if at_door:
            self.door.open()
        self.changed()

    def stop(self, ctx: Context) -> None:
        self.running.pop(id(ctx))[1]()
        if not any(at_door for _, _, at_door in self.running.values()):
            self.door.close()
        self.changed()


@dataclass(slots=True)
class Proxy:
    """kube-proxy: a node's rules follow the API server while it runs there, and it tells of its health."""

    proxy: ServiceProxy
    servers: ProxyServers

    def start(self, ctx: Context, io: IO) -> None:
        settings = proxy_settings.read(ctx)
        self.proxy.start(ctx.host.hostname, settings)
        self.servers.start(ctx.host.hostname, ctx, settings.backend)

    def stop(self, ctx: Context) -> None:
        self.proxy.stop(ctx.host.hostname)
        self.servers.stop(ctx.host.hostname)
