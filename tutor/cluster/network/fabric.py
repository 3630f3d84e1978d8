"""What joins the stacks: who has which address, what the service proxy makes of it, and what is cut."""

from __future__ import annotations

from errno import ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT
from functools import partial
from typing import Any, NamedTuple, Protocol

from tutor.cluster.network.devices import gateway
from tutor.cluster.network.links import DROPPED, UNREACHABLE, Links
from tutor.cluster.network.stack import Stack, TcpConnection, TcpListener, UdpListener, connection_pair, is_loopback
from tutor.cluster.network.traffic import Traffic
from tutor.cluster.simulation import Simulation
from tutor.shell.netview import ANSWERED, CLOSED, TCP, UDP, Flow
from tutor.shell.netview import REFUSED as NOT_TAKEN

CONNECT_TIMEOUT = 130.0
"""How long a kernel tries when nothing ever answers (tcp_syn_retries)."""
NEIGHBOUR_TIMEOUT = 3.0
"""How long a kernel looks for a machine that is switched off before it says that there is no route."""
REFUSED = 'refused'


class Translated(NamedTuple):
    """Another destination. `masquerading` is the machine that puts its own address in the place of the sender's."""

    address: str
    port: int
    masquerading: str = ''


class Proxy(Protocol):
    """What rewrites an address on its way, as kube-proxy's rules do."""

    def translate(self, source: Stack, address: str, port: int, protocol: str) -> Translated | str | None:
        """Where traffic goes instead; REFUSED or DROPPED; None when no rule is about it."""
        ...


class Policy(Protocol):
    """What may forbid traffic between two stacks (NetworkPolicy)."""

    def allows(self, source: Stack, target: Stack, port: int, protocol: str) -> bool: ...


class Fabric:
    """All stacks of a cluster by address. `proxies` see every connection first; then `policy` is asked."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.proxies: list[Proxy] = []
        self.policy: Policy | None = None
        self.links = Links()
        self.pod_cidrs: dict[str, str] = {}
        """From which range each machine's pods have their addresses."""
        self.cluster_cidr = '10.244.0.0/16'
        """By which range kube-proxy knows pods."""
        self.traffic = Traffic(simulation)
        self._by_address: dict[str, Stack] = {}
        self._nodes: dict[str, Stack] = {}

    # -- who is there -------------------------------------------------------------------------------------------

    def add(self, stack: Stack) -> Stack:
        """Make a stack reachable under its addresses."""
        for address in stack.addresses:
            self._by_address[address] = stack
        return stack

    def add_node(self, name: str, addresses: list[str]) -> Stack:
        """The stack of a machine."""
        stack = self._nodes[name] = self.add(Stack(self, name, addresses, name))
        return stack

    def node(self, name: str) -> Stack:
        return self._nodes[name]

    def pods_on(self, node: str) -> list[Stack]:
        """The stacks of a machine's pods."""
        return [stack for stack in self._by_address.values() if stack.pod and stack.node == node]

    def remove(self, stack: Stack) -> None:
        for address in stack.addresses:
            if self._by_address.get(address) is stack:
                del self._by_address[address]

    def owner(self, address: str) -> Stack | None:
        return self._by_address.get(address)

    # -- traffic ------------------------------------------------------------------------------------------------

    def route(self, source: Stack, address: str, port: int, protocol: str = 'TCP') -> TcpListener | UdpListener | str:
        """Who gets what a stack sends to an address, or why nobody does."""
        return self._reached(source, self._translated(source, address, port, protocol), protocol)

    def _translated(self, source: Stack, address: str, port: int, protocol: str) -> Translated | str:
        for proxy in self.proxies:
            found = proxy.translate(source, address, port, protocol)
            if found is not None:
                return found
        return Translated(address, port)

    def _reached(self, source: Stack, wanted: Translated | str, protocol: str) -> TcpListener | UdpListener | str:
        if isinstance(wanted, str):
            return wanted
        address, port, _ = wanted
        target = source if source.owns(address) else self._by_address.get(address)
        if target is None:
            return DROPPED
        if target is not source:
            lost = self.links.between(source.node, target.node)
            if lost:
                return lost
            if self.policy is not None and not self.policy.allows(source, target, port, protocol):
                return DROPPED
        found = target.datagrams.get(port) if protocol == 'UDP' else target.listener_at(address, port)
        return found if found is not None else REFUSED

    def _seen_as(self, sender: str, wanted: Translated | str, target: Stack) -> str:
        """From which address traffic seems to come: masqueraded, it has that of the interface towards the target."""
        if isinstance(wanted, str) or not wanted.masquerading:
            return sender
        if target.pod and target.node == wanted.masquerading:
            return gateway(target.address)
        return self._nodes[wanted.masquerading].address

    def path(self, source: Stack, address: str) -> list[str]:
        """The routers between a stack and an address, and the address itself when somebody has it."""
        target = source if source.owns(address) else self._by_address.get(address)
        first = [gateway(source.address)] if source.pod else []
        if target is None:
            return first
        if target is source:
            return [address]
        if self.links.between(source.node, target.node):
            return first
        if target.node == source.node:
            return [address]
        between = self._nodes[target.node].addresses[:1] if target.pod and target.node in self._nodes else []
        return [*first, *between, address]

    async def connect(self, source: Stack, address: str, port: int, timeout: float | None = None) -> TcpConnection:
        """Open a connection. Raises OSError as a kernel does."""
        wanted = self._translated(source, address, port, 'TCP')
        found = self._reached(source, wanted, 'TCP')
        own = '127.0.0.1' if is_loopback(address) else source.address, source.free_port()
        flow = self.traffic.begin(TCP, own, source, (address, port), found)
        if isinstance(found, str):
            await self._fail(found, timeout, flow)
        assert isinstance(found, TcpListener)
        await self.simulation.sleep(self.links.latency)
        client, server = connection_pair(self.simulation, own, (address, port), found.tls)
        server.local = (found.stack.address, found.port)
        server.peer = (self._seen_as(own[0], wanted, found.stack), own[1])
        client.on_end = partial(self.traffic.tell, flow, CLOSED)
        self.traffic.tell(flow, ANSWERED)
        found.accept(server)
        return client

    async def ask(self, source: Stack, address: str, port: int, question: Any, timeout: float) -> Any:
        """Send a datagram and wait for its answer. Raises OSError as a kernel does."""
        wanted = self._translated(source, address, port, 'UDP')
        found = self._reached(source, wanted, 'UDP')
        flow = self.traffic.begin(UDP, (source.address, source.free_port()), source, (address, port), found,
                                  question)
        if isinstance(found, str):
            await self._fail(found, timeout, flow)
        assert isinstance(found, UdpListener)
        await self.simulation.sleep(self.links.latency)
        answer = await found.answer(question, self._seen_as(source.address, wanted, found.stack))
        flow.reply = answer
        self.traffic.tell(flow, ANSWERED)
        return answer

    async def _fail(self, why: str, timeout: float | None, flow: Flow) -> None:
        if why == DROPPED:
            await self.simulation.sleep(min(timeout or CONNECT_TIMEOUT, CONNECT_TIMEOUT))
            raise TimeoutError(ETIMEDOUT, 'Connection timed out')
        if why == UNREACHABLE:
            await self.simulation.sleep(min(timeout or NEIGHBOUR_TIMEOUT, NEIGHBOUR_TIMEOUT))
            raise OSError(EHOSTUNREACH, 'No route to host')
        await self.simulation.sleep(self.links.latency)
        self.traffic.tell(flow, NOT_TAKEN)
        raise ConnectionRefusedError(ECONNREFUSED, 'Connection refused')
