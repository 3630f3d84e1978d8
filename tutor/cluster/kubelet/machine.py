"""The machine that a kubelet runs on: its files and its network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tutor.cluster.containers.userlands import USERLANDS, install
from tutor.cluster.simulation import Simulation
from tutor.shell.process import Connection
from tutor.shell.vfs import FileSystem

HOSTS = '127.0.0.1 localhost\n127.0.1.1 {name}\n\n# The following lines are desirable for IPv6 capable hosts\n'
RESOLV_CONF = 'nameserver 172.30.0.1\nsearch .\n'


class MachineNetwork(Protocol):
    """What the kubelet needs of its machine's network."""

    @property
    def addresses(self) -> list[str]: ...
    async def connect(self, address: str, port: int, timeout: float | None = None) -> Connection: ...
    async def resolve(self, name: str) -> list[str]: ...
    def listen(self, port: int, serve: Callable[[Any], Any], address: str = '') -> Any: ...
    def service(self, address: str, port: int) -> Any | None: ...
    def free_port(self) -> int: ...


OpenNetwork = Callable[[Callable[[], FileSystem]], MachineNetwork]


class Machine:
    """One node's machine. Its files are made when they are first used."""

    def __init__(self, simulation: Simulation, name: str, open_network: OpenNetwork,
                 base: Callable[[], FileSystem]) -> None:
        self.name = name
        self._simulation = simulation
        self._base = base
        self._files: FileSystem | None = None
        self.network = open_network(lambda: self.files)

    @property
    def files(self) -> FileSystem:
        if self._files is None:
            simulation = self._simulation
            self._files = FileSystem(lambda: simulation.now, lower=self._base())
            self._files.put('/etc/hostname', self.name + '\n')
            self._files.put('/etc/hosts', HOSTS.format(name=self.name))
            self._files.put('/etc/resolv.conf', RESOLV_CONF)
        return self._files

    def read(self, path: str) -> str:
        try:
            return self.files.read_text(path)
        except OSError:
            return ''


def base_files(known: Callable[[str], bool]) -> FileSystem:
    """What every node's disk has: a distribution with all tools, and the folders of Kubernetes."""
    files = FileSystem(lambda: -86400.0)
    install(files, USERLANDS['full'], known)
    for folder in ('/etc/kubernetes/manifests', '/etc/cni/net.d', '/var/lib/kubelet/pods', '/var/log/pods',
                   '/var/log/containers', '/var/lib/containerd', '/run/containerd', '/data'):
        files.make_dirs(folder)
    return files
