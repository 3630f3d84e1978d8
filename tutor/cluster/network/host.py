"""The network as a program sees it, from one machine or container (`tutor.shell.process.Network`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor.cluster.containers.programs.proxy_settings import IPTABLES, IPVS, NFTABLES
from tutor.cluster.network import devices, iptables, iptables_rules, ipvs, nftables, resolver
from tutor.cluster.network.dns import DnsAnswer, Question
from tutor.cluster.network.proxy import ServiceProxy
from tutor.cluster.network.service_ports import service_ports
from tutor.cluster.network.stack import Answer, Stack, TcpConnection, TcpListener, UdpListener
from tutor.shell.netview import Device, Flow, Neighbour, Route, Watcher
from tutor.shell.tls import Certificates

if TYPE_CHECKING:
    from tutor.shell.vfs import FileSystem

HOSTS = '/etc/hosts'
RESOLV_CONF = '/etc/resolv.conf'


class HostNetwork:
    """One place's view of its stack; names resolve as the files of that place say.

    What is listened on through it is closed by `close`, when the machine or container is gone.
    """

    def __init__(self, stack: Stack, files: Callable[[], FileSystem]) -> None:
        self.stack = stack
        self._files = files
        self.on_accept: Callable[[], None] | None = None
        """Called for each connection that is accepted through this view."""
        self._opened: dict[int, TcpConnection] = {}

    @property
    def addresses(self) -> list[str]:
        return self.stack.addresses

    @property
    def of_pod(self) -> bool:
        """Whether a pod has it to itself."""
        return bool(self.stack.pod)

    async def resolve(self, name: str) -> list[str]:
        """The addresses of a name; raises NameNotFound."""
        return await resolver.resolve(name, self._text(HOSTS), self._text(RESOLV_CONF), self)

    async def lookup(self, name: str, kind: str = 'A', server: str = '', search: bool = True) -> DnsAnswer:
        """Ask DNS alone, as nslookup and dig do; raises OSError when no server answers."""
        if server and not resolver.is_address(server):
            server = (await self.resolve(server))[0]
        return await resolver.lookup(name, kind, server, search, self._text(RESOLV_CONF), self)

    async def connect(self, address: str, port: int, timeout: float | None = None) -> TcpConnection:
        """Open a connection to an address; raises OSError as the kernel does."""
        if address == 'localhost':
            address = '127.0.0.1'
        connection = await self.stack.fabric.connect(self.stack, address, port, timeout)
        self._opened[id(connection)] = connection
        connection.on_close = lambda: self._opened.pop(id(connection), None)
        return connection

    def service(self, address: str, port: int) -> Any | None:
        """What would serve a connection to an address, for those who may ask it without one; None if nobody."""
        found = self.stack.fabric.route(self.stack, address, port)
        return getattr(found, 'serve', None)

    def encrypts(self, address: str, port: int) -> bool:
        """Whether who listens at an address speaks TLS."""
        return getattr(self.stack.fabric.route(self.stack, address, port), 'tls', None) is not None

    def free_port(self) -> int:
        return self.stack.free_port()

    def listen(self, port: int, serve: Callable[[Any], Awaitable[None]], address: str = '',
               tls: Certificates | None = None) -> TcpListener:
        """Accept connections, encrypted ones with `tls`; raises OSError EADDRINUSE."""
        return self.stack.listen(port, serve, address, self, tls)

    def listen_udp(self, port: int, answer: Answer) -> UdpListener:
        """Answer datagrams; raises OSError EADDRINUSE."""
        return self.stack.listen_udp(port, answer, self)

    async def ask(self, address: str, port: int, question: Question, timeout: float) -> DnsAnswer:
        """Send a datagram and wait for the answer; raises OSError."""
        return await self.stack.fabric.ask(self.stack, address, port, question, timeout)

    # -- what the service proxy has written -----------------------------------------------------------------------

    def packet_filter(self) -> tuple[iptables.Tables, Any]:
        """The tables that iptables sees here, and what shows them: a pod's own are empty."""
        found = iptables.empty()
        if self.stack.pod:
            return found, iptables
        iptables_rules.kubelet(found)
        proxy, node, pods = self._proxy(), self.stack.node, self.stack.fabric.cluster_cidr
        written = proxy.kernel(node) if proxy is not None else {}
        if proxy is not None and IPTABLES in written:
            iptables_rules.proxy(found, service_ports(written[IPTABLES], node), self.stack.address, pods,
                                 proxy.settings(node).localhost_node_ports)
        elif IPVS in written:
            ipvs.rules(found, pods)
        return found, iptables

    def virtual_servers(self) -> list[ipvs.VirtualServer]:
        """What ipvsadm lists here."""
        proxy, node = self._proxy(), self.stack.node
        rules = proxy.kernel(node).get(IPVS) if proxy is not None else None
        if proxy is None or rules is None:
            return []
        bridges = (device.address for device in devices.devices(self.stack.fabric, self.stack)
                   if device.name == devices.BRIDGE)
        own = ['127.0.0.1', self.stack.address, *bridges]
        return ipvs.virtual_servers(service_ports(rules, node), own, proxy.settings(node).scheduler or 'rr')

    def rule_set(self) -> tuple[nftables.Table | None, Any]:
        """kube-proxy's table of nftables here, and what shows it; None where it has none."""
        proxy, node, fabric = self._proxy(), self.stack.node, self.stack.fabric
        rules = proxy.kernel(node).get(NFTABLES) if proxy is not None else None
        if rules is None:
            return None, nftables
        return nftables.table(service_ports(rules, node), self.stack.address, fabric.cluster_cidr), nftables

    def _proxy(self) -> ServiceProxy | None:
        """The service proxy of this machine's kernel; a pod's has none."""
        proxies = () if self.stack.pod else self.stack.fabric.proxies
        return next((proxy for proxy in proxies if isinstance(proxy, ServiceProxy)), None)

    def _devices_of_proxy(self) -> list[Device]:
        proxy = self._proxy()
        rules = proxy.kernel(self.stack.node).get(IPVS) if proxy is not None else None
        return [] if rules is None else [Device(0, ipvs.DEVICE, devices.dummy_mac(self.stack.address), dummy=tuple(
            ipvs.addresses(service_ports(rules, self.stack.node))))]

    def sockets(self) -> list[tuple[str, str, int, Any]]:
        """What listens here: protocol, address ('' for all), port, and the view that opened it."""
        return [*(('tcp', address, port, listener.owner)
                  for (address, port), listener in self.stack.listeners.items()),
                *(('udp', '', port, listener.owner) for port, listener in self.stack.datagrams.items())]

    def devices(self) -> list[Device]:
        """The network devices beside the loopback one."""
        found = devices.devices(self.stack.fabric, self.stack)
        return found + [replace(device, number=found[-1].number + 1) for device in self._devices_of_proxy()]

    def routes(self) -> list[Route]:
        return devices.routes(self.stack.fabric, self.stack)

    def neighbours(self) -> list[Neighbour]:
        return devices.neighbours(self.stack.fabric, self.stack)

    def flows(self) -> list[Flow]:
        """The connections that pass here and are open, or were so a short while ago (conntrack's table)."""
        return [flow for flow in self.stack.fabric.traffic.recent() if self.passes(flow)]

    def passes(self, flow: Flow) -> bool:
        """Whether the packets of a flow can be seen here: a machine sees those of all its pods."""
        if self.stack.pod:
            return self.stack.address in (flow.source, flow.target)
        return self.stack.node in (flow.source_node, flow.target_node)

    def watch(self, told: Watcher) -> Callable[[], None]:
        """Be told of all that passes here from now on; call what is given back to stop."""
        return self.stack.fabric.traffic.watch(lambda flow, what: told(flow, what) if self.passes(flow) else None)

    def path(self, address: str) -> list[str]:
        """The machines that a packet passes on its way, its end included where it arrives (for traceroute)."""
        return self.stack.fabric.path(self.stack, address)

    def close(self) -> None:
        """Close all that was opened through this view."""
        self.stack.close_owned(self)
        for connection in list(self._opened.values()):
            connection.close()

    def _text(self, path: str) -> str:
        try:
            return self._files().read(path).decode('utf-8', 'replace')
        except OSError:
            return ''
