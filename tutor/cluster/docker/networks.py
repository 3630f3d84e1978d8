"""Docker's networks: bridges on one machine, where containers have addresses and names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tutor.cluster.network.fabric import Fabric
from tutor.cluster.network.host import HostNetwork
from tutor.cluster.network.stack import Stack
from tutor.cluster.simulation import Simulation
from tutor.shell.docker import DockerError
from tutor.shell.streams import pour
from tutor.shell.vfs import FileSystem

BUILT_IN = ('bridge', 'host', 'none')
LOCAL = ('127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\n'
         'ff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n')


@dataclass(slots=True)
class Bridge:
    """One container's place on a network."""

    stack: Stack
    fabric: Fabric
    own: bool = True

    def open(self, files: Callable[[], FileSystem]) -> HostNetwork:
        return HostNetwork(self.stack, files)


class Networks:
    """All networks of one engine. `names_on` gives who answers to which name on one of them."""

    def __init__(self, simulation: Simulation, fabric: Fabric, machine: str,
                 names_on: Callable[[str], dict[str, str]]) -> None:
        self._fabric = fabric
        self._machine = machine
        self._names_on = names_on
        self.names: dict[str, str] = {name: f'{place:064x}' for place, name in enumerate(BUILT_IN, 0xB1D)}
        self._subnets: dict[str, int] = dict.fromkeys(BUILT_IN, 17)
        self._used: dict[int, set[int]] = {}

    def check(self, name: str) -> None:
        if name not in self.names:
            raise DockerError(f'network {name} not found', 125)

    def create(self, name: str, identity: str) -> str:
        if name in self.names:
            raise DockerError(f'network with name {name} already exists')
        self.names[name] = identity
        self._subnets[name] = max(self._subnets.values()) + 1
        return identity

    def remove(self, name: str, used: bool) -> None:
        if name not in self.names:
            raise DockerError(f'network {name} not found')
        if name in BUILT_IN:
            raise DockerError(f'{name} is a pre-defined network and cannot be removed')
        if used:
            raise DockerError(f'error while removing network: network {name} has active endpoints')
        del self.names[name], self._subnets[name]

    def attach(self, container: str, network: str) -> Bridge:
        """Give a container its address on a network."""
        if network == 'host':
            return Bridge(self._fabric.node(self._machine), self._fabric, own=False)
        if network == 'none':
            return Bridge(Stack(self._fabric, self._machine, [], container[:12]), self._fabric, own=False)
        subnet = self._subnets[network]
        used = self._used.setdefault(subnet, set())
        number = next(place for place in range(2, 255) if place not in used)
        used.add(number)
        address = f'172.{subnet}.0.{number}'
        return Bridge(self._fabric.add(Stack(self._fabric, self._machine, [address], container[:12])), self._fabric)

    def detach(self, bridge: Bridge) -> None:
        if bridge.own:
            self._fabric.remove(bridge.stack)
            _, subnet, _, number = bridge.stack.address.split('.')
            self._used[int(subnet)].discard(int(number))

    def hosts(self, bridge: Bridge | None, networks: list[str], hostname: str) -> bytes:
        """/etc/hosts of a container; on a network of one's own, the others' names too."""
        text = LOCAL + (f'{bridge.stack.address}\t{hostname}\n' if bridge is not None else '')
        for network in networks:
            if network not in BUILT_IN:
                text += ''.join(f'{address}\t{name}\n' for name, address in self._names_on(network).items())
        return text.encode()

    def all(self, users: dict[str, list[Any]]) -> list[dict[str, Any]]:
        """What `docker network inspect` shows of each."""
        return [{
            'Name': name, 'Id': identity, 'Scope': 'local', 'Driver': 'null' if name == 'none' else
            'host' if name == 'host' else 'bridge', 'EnableIPv6': False,
            'IPAM': {'Driver': 'default', 'Config': [] if name in ('host', 'none') else [
                {'Subnet': f'172.{self._subnets[name]}.0.0/16', 'Gateway': f'172.{self._subnets[name]}.0.1'}]},
            'Internal': False,
            'Containers': {kept.id: {'Name': kept.name, 'IPv4Address': f'{kept.bridge.stack.address}/16'}
                           for kept in users.get(name, ()) if kept.bridge is not None},
            'Options': {}, 'Labels': {}} for name, identity in sorted(self.names.items())]


def forward(bridge: Bridge, port: int, machine: str):
    """Serves a published port: whoever connects there is connected to the container."""
    async def serve(connection: Any) -> None:
        simulation = bridge.fabric.simulation
        try:
            inner = await bridge.fabric.connect(bridge.fabric.node(machine), bridge.stack.address, port)
        except OSError:
            return
        back = simulation.spawn(pour(inner.reader, connection.writer, close=True))
        await pour(connection.reader, inner.writer, close=True)
        await back
        inner.close()
    return serve
