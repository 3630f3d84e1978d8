"""The service proxy: what kube-proxy's rules do to an address (pkg/proxy)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, Protocol

from tutor.apimachinery.objects import Object, key, labels
from tutor.client.informer import Informer, Informers
from tutor.cluster.containers.programs.proxy_settings import IPTABLES, IPVS, NFTABLES, ProxySettings
from tutor.cluster.network.fabric import DROPPED, REFUSED, Fabric, Translated
from tutor.cluster.network.stack import Stack, is_loopback
from tutor.cluster.simulation import Simulation

SERVICE_NAME = 'kubernetes.io/service-name'
ZONE = 'topology.kubernetes.io/zone'
STICKY_SECONDS = 10800
"""How long a client keeps its endpoint where the Service does not say (DefaultClientIPServiceAffinitySeconds)."""
Endpoint = tuple[str, int, str]
"""Address, port and node."""


class Rules(Protocol):
    """Where the proxy of one node looks Services up."""

    def by_address(self, address: str) -> Iterable[Object]: ...
    def by_node_port(self, port: int) -> Iterable[Object]: ...
    def slices(self, service: str) -> Iterable[Object]: ...
    def services(self) -> Iterable[Object]: ...
    def zone(self, node: str) -> str: ...


class LiveRules:
    """Rules that follow the API server."""

    def __init__(self, services: Informer, slices: Informer, nodes: Informer) -> None:
        self._services = services
        self._slices = slices
        self._nodes = nodes
        services.add_index('address', addresses_of)
        services.add_index('nodePort', node_ports_of)
        slices.add_index('service', service_of)

    def by_address(self, address: str) -> Iterable[Object]:
        return self._services.by_index('address', address)

    def by_node_port(self, port: int) -> Iterable[Object]:
        return self._services.by_index('nodePort', str(port))

    def slices(self, service: str) -> Iterable[Object]:
        return self._slices.by_index('service', service)

    def services(self) -> Iterable[Object]:
        return self._services.list()

    def zone(self, node: str) -> str:
        known = self._nodes.objects.get(node)
        return labels(known).get(ZONE, '') if known is not None else ''

    def frozen(self) -> FrozenRules:
        zones = {name: self.zone(name) for name in self._nodes.objects}
        return FrozenRules(self._services.list(), self._slices.list(), zones)


class FrozenRules:
    """The rules that a proxy left behind in its node's kernel when it stopped."""

    def __init__(self, services: list[Object], slices: list[Object], zones: dict[str, str]) -> None:
        self._services = services
        self._zones = zones
        self._by_address = _grouped(services, addresses_of)
        self._by_node_port = _grouped(services, node_ports_of)
        self._slices = _grouped(slices, service_of)

    def by_address(self, address: str) -> Iterable[Object]:
        return self._by_address.get(address, ())

    def by_node_port(self, port: int) -> Iterable[Object]:
        return self._by_node_port.get(str(port), ())

    def slices(self, service: str) -> Iterable[Object]:
        return self._slices.get(service, ())

    def services(self) -> Iterable[Object]:
        return self._services

    def zone(self, node: str) -> str:
        return self._zones.get(node, '')


class ServiceProxy:
    """The proxies of all nodes. A node whose proxy never ran has no rules; one whose proxy stopped keeps its last."""

    def __init__(self, simulation: Simulation, fabric: Fabric, informers: Informers) -> None:
        self._simulation = simulation
        self._fabric = fabric
        self._live = LiveRules(informers.of('services'), informers.of('endpointslices.discovery.k8s.io'),
                               informers.of('nodes'))
        self._kernels: dict[str, dict[str, Rules]] = {}
        """By node and mode: the rules that stand there, in the order in which they are looked at."""
        self._settings: dict[str, ProxySettings] = {}
        self._running: set[str] = set()
        self._cut_off: set[str] = set()
        self._affinity: dict[tuple[str, str], tuple[Endpoint, float]] = {}
        self._turns: dict[tuple[str, str, str], int] = {}
        """Whose turn it is of the endpoints of a Service's port on a node, for ipvs."""
        fabric.proxies.append(self)

    def start(self, node: str, settings: ProxySettings | None = None) -> None:
        """A node's proxy runs, and follows the API server as long as it reaches it. It clears away what other modes
        have left, if it surely is in nobody's use (platformCleanup), and what ipvs has of iptables' chains."""
        if settings is not None:
            self._fabric.cluster_cidr = settings.pods
        settings = self._settings[node] = settings or ProxySettings()
        kernel = self._kernels.setdefault(node, {})
        replaced = {IPTABLES: (NFTABLES,), IPVS: (NFTABLES, IPTABLES), NFTABLES: (IPTABLES, IPVS)}[settings.backend]
        left = {mode: rules for mode, rules in kernel.items() if mode not in (*replaced, settings.backend)}
        self._kernels[node] = {settings.backend: self._live.frozen(), **left}
        self._running.add(node)
        self._refresh(node)

    def stop(self, node: str) -> None:
        """A node's proxy has stopped: its rules stay as they are."""
        self._running.discard(node)
        self._refresh(node)

    def connect(self, node: str, connected: bool) -> None:
        """Whether a node's proxy reaches the API server: without it, its rules stay as they are."""
        (self._cut_off.discard if connected else self._cut_off.add)(node)
        self._refresh(node)

    def _refresh(self, node: str) -> None:
        kernel = self._kernels.get(node)
        if kernel is None:
            return
        mode = self._settings[node].backend
        if node in self._running and node not in self._cut_off:
            kernel[mode] = self._live
        elif kernel[mode] is self._live:
            kernel[mode] = self._live.frozen()

    def flush(self, node: str) -> None:
        """A node was rebooted: its rules are gone."""
        self._kernels.pop(node, None)

    def rules(self, node: str) -> Rules | None:
        """The rules that count in a node's kernel; None where no proxy ever ran."""
        return next(iter(self._kernels.get(node, {}).values()), None)

    def kernel(self, node: str) -> Mapping[str, Rules]:
        """All rules in a node's kernel, by the mode of the proxy that wrote them."""
        return self._kernels.get(node, {})

    def settings(self, node: str) -> ProxySettings:
        """Those of the proxy that ran last on a node."""
        return self._settings.get(node) or ProxySettings()

    # -- translation --------------------------------------------------------------------------------------------

    def translate(self, source: Stack, address: str, port: int, protocol: str) -> Translated | str | None:
        """Proxy.translate: cluster IPs, external IPs and load balancers' addresses, then node ports."""
        rules = self.rules(source.node)
        if rules is not None:
            for service in rules.by_address(address):
                for entry in service['spec'].get('ports') or ():
                    if entry['port'] == port and entry.get('protocol', 'TCP') == protocol:
                        external = address not in cluster_ips(service)
                        if external and not _admits(service, source, address):
                            return DROPPED
                        return self._pick(rules, service, entry, source, external, source.node)
        return self._translate_node_port(source, address, port, protocol)

    def _translate_node_port(self, source: Stack, address: str, port: int,
                             protocol: str) -> Translated | str | None:
        target = source if is_loopback(address) else self._fabric.owner(address)
        if target is None or target.pod or (is_loopback(address) and not self._opens_localhost(target.node)):
            return None
        rules = self.rules(target.node)
        if rules is None:
            return None
        for service in rules.by_node_port(port):
            for entry in service['spec'].get('ports') or ():
                if entry.get('nodePort') == port and entry.get('protocol', 'TCP') == protocol:
                    return self._pick(rules, service, entry, source, True, target.node)
        return None

    def _opens_localhost(self, node: str) -> bool:
        """Whether node ports are open on 127.0.0.1 as well (iptables.localhostNodePorts)."""
        settings = self.settings(node)
        return settings.backend == IPTABLES and settings.localhost_node_ports and not settings.node_port_addresses

    def _pick(self, rules: Rules, service: Object, entry: Object, source: Stack, external: bool,
              node: str) -> Translated | str:
        """One endpoint at random, as the statistic module does, or the same as last time for this client."""
        spec = service['spec']
        policy = spec.get('externalTrafficPolicy' if external else 'internalTrafficPolicy')
        masquerades = not source.pod or (external and policy != 'Local')
        if policy == 'Local' and external:
            if source.node == node:
                policy = 'Cluster'  # KUBE-EXT-…: what begins on the node itself goes to all endpoints.
            else:
                masquerades = False
        where = None if policy == 'Local' else (node, rules.zone(node))
        endpoints = list(usable_endpoints(rules.slices(key(service)), entry.get('name', ''), where))
        if policy == 'Local':
            here = [endpoint for endpoint in endpoints if endpoint[2] == node]
            if endpoints and not here:
                return DROPPED
            endpoints = here
        if not endpoints:
            return REFUSED
        sticky = spec.get('sessionAffinity') == 'ClientIP'
        turn = (node, key(service), entry.get('name', ''))
        address, port, _ = (self._sticky(service, endpoints, source, turn) if sticky
                            else self._choice(endpoints, turn))
        return Translated(address, port, node if masquerades or address == source.address else '')

    def _choice(self, endpoints: list[Endpoint], turn: tuple[str, str, str]) -> Endpoint:
        """One at random, or the next in ipvs mode, whose schedulers find all equal here."""
        if len(endpoints) == 1:
            return endpoints[0]
        if self.settings(turn[0]).backend != IPVS:
            return self._simulation.random.choice(endpoints)
        self._turns[turn] = number = (self._turns.get(turn, -1) + 1) % len(endpoints)
        return endpoints[number]

    def _sticky(self, service: Object, endpoints: list[Endpoint], source: Stack,
                turn: tuple[str, str, str]) -> Endpoint:
        client = (key(service), source.address)
        now = self._simulation.now
        last, until = self._affinity.get(client, (None, 0.0))
        if last is None or now > until or last not in endpoints:
            last = self._choice(endpoints, turn)
        self._affinity[client] = (last, now + sticky_seconds(service['spec']))
        return last


def sticky_seconds(spec: Object) -> int:
    """For how many seconds a client keeps its endpoint, 0 for not at all."""
    if spec.get('sessionAffinity') != 'ClientIP':
        return 0
    return ((spec.get('sessionAffinityConfig') or {}).get('clientIP') or {}).get('timeoutSeconds', STICKY_SECONDS)


def usable_endpoints(slices: Iterable[Object], port_name: str,
                     where: tuple[str, str] | None = None) -> Iterator[Endpoint]:
    """CategorizeEndpoints: the ready ones, or, when none is, those that still serve while they terminate; with the
    proxy's node and its zone, the ready ones that hints keep for these."""
    ready: list[Object] = []
    terminating: list[Object] = []
    ports: dict[int, int] = {}
    for piece in slices:
        port = next((p.get('port') for p in piece.get('ports') or () if (p.get('name') or '') == port_name), None)
        if port is None:
            continue
        for endpoint in piece.get('endpoints') or ():
            conditions = endpoint.get('conditions') or {}
            if conditions.get('ready', True):
                ready.append(endpoint)
            elif conditions.get('serving') and conditions.get('terminating'):
                terminating.append(endpoint)
            ports[id(endpoint)] = port
    chosen = _kept_near(ready, where) if where is not None else ready
    return iter(dict.fromkeys((address, ports[id(endpoint)], endpoint.get('nodeName', ''))
                              for endpoint in chosen or terminating for address in endpoint['addresses'][:1]))


def _kept_near(ready: list[Object], where: tuple[str, str]) -> list[Object]:
    """topologyModeFromHints: hints count when every ready endpoint has them and some are for here."""
    for field, name in zip(('forNodes', 'forZones'), where, strict=True):
        hints = [{hint['name'] for hint in (endpoint.get('hints') or {}).get(field) or ()} for endpoint in ready]
        if name and all(hints) and any(name in names for names in hints):
            return [endpoint for endpoint, names in zip(ready, hints, strict=True) if name in names]
    return ready


def _admits(service: Object, source: Stack, address: str) -> bool:
    """loadBalancerSourceRanges: who may use the address of a Service's load balancer."""
    ranges = service['spec'].get('loadBalancerSourceRanges')
    if not ranges or address in (service['spec'].get('externalIPs') or ()):
        return True
    return any(ip_address(source.address) in ip_network(cidr, strict=False) for cidr in ranges)


def addresses_of(service: Object) -> list[str]:
    """All addresses that a Service can be reached at, but those of nodes."""
    spec = service['spec']
    found = [*cluster_ips(service), *(spec.get('externalIPs') or ())]
    if spec.get('type') == 'LoadBalancer':
        balancer: dict[str, Any] = (service.get('status') or {}).get('loadBalancer') or {}
        found += [entry['ip'] for entry in balancer.get('ingress') or () if entry.get('ip')]
    return found


def node_ports_of(service: Object) -> list[str]:
    return [str(port['nodePort']) for port in service['spec'].get('ports') or () if port.get('nodePort')]


def service_of(piece: Object) -> list[str]:
    meta = piece['metadata']
    name = (meta.get('labels') or {}).get(SERVICE_NAME)
    return [f'{meta["namespace"]}/{name}'] if name else []


def cluster_ips(service: Object) -> list[str]:
    spec = service['spec']
    if spec.get('type') == 'ExternalName':
        return []
    ips = spec.get('clusterIPs') or [spec.get('clusterIP')]
    return [ip for ip in ips if ip and ip != 'None']


def _grouped(objects: list[Object], values: Any) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for obj in objects:
        for value in values(obj):
            found.setdefault(value, []).append(obj)
    return found
