"""One port of a Service as a node's proxy sees it, whatever its mode (pkg/proxy/serviceport.go, topology.go)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.apimachinery.objects import Object, key
from tutor.cluster.network.proxy import Rules, addresses_of, cluster_ips, sticky_seconds, usable_endpoints

Target = tuple[str, int]
"""Address and port of an endpoint."""


@dataclass(frozen=True, slots=True)
class ServicePort:
    """`name` is `namespace/name:port`, as logs and comments have it; `cluster` are the endpoints for the policy
    Cluster, `local` those on this node for the policy Local."""

    namespace: str
    service: str
    port_name: str
    protocol: str
    address: str
    port: int
    node_port: int
    health_port: int
    external: tuple[str, ...]
    balanced: tuple[str, ...]
    source_ranges: tuple[str, ...]
    sticky: int
    """For how many seconds a client keeps its endpoint, 0 for not at all."""
    internal_local: bool
    external_local: bool
    cluster: tuple[Target, ...]
    local: tuple[Target, ...]

    @property
    def name(self) -> str:
        return f'{self.namespace}/{self.service}' + (f':{self.port_name}' if self.port_name else '')

    @property
    def has_endpoints(self) -> bool:
        return bool(self.cluster or self.local)

    @property
    def internal(self) -> tuple[Target, ...]:
        """The endpoints of the cluster IP."""
        return self.local if self.internal_local else self.cluster

    @property
    def from_outside(self) -> tuple[Target, ...]:
        """The endpoints of node ports, external IPs and load balancers."""
        return self.local if self.external_local else self.cluster

    @property
    def reachable_from_outside(self) -> bool:
        return bool(self.node_port or self.external or self.balanced)

    @property
    def used_of_cluster(self) -> tuple[Target, ...]:
        """The endpoints to which the policy Cluster leads from this node."""
        return self.cluster if not self.internal_local or self.reachable_from_outside else ()

    @property
    def used_here(self) -> tuple[Target, ...]:
        """The endpoints to which the policy Local leads."""
        return self.local if self.internal_local or (self.external_local and self.reachable_from_outside) else ()

    @property
    def reached(self) -> tuple[Target, ...]:
        """All endpoints that traffic of this node may go to."""
        return _sorted({*self.used_of_cluster, *self.used_here})

    @property
    def guarded(self) -> bool:
        """Whether its load balancer lets only some addresses in."""
        return bool(self.has_endpoints and self.balanced and self.source_ranges)


def service_ports(rules: Rules, node: str) -> Iterator[ServicePort]:
    """All ports of all Services that have an address, in the order of their names."""
    for service in sorted(rules.services(), key=key):
        for port in service['spec'].get('ports') or () if cluster_ips(service) else ():
            yield _of(rules, service, port, node)


def _of(rules: Rules, service: Object, port: Object, node: str) -> ServicePort:
    spec, name = service['spec'], port.get('name', '')
    slices = list(rules.slices(key(service)))
    external, addresses = tuple(spec.get('externalIPs') or ()), cluster_ips(service)
    here = [endpoint[:2] for endpoint in usable_endpoints(slices, name) if endpoint[2] == node]
    near = [endpoint[:2] for endpoint in usable_endpoints(slices, name, (node, rules.zone(node)))]
    return ServicePort(
        service['metadata']['namespace'], service['metadata']['name'], name, port.get('protocol', 'TCP').lower(),
        addresses[0], port['port'], port.get('nodePort', 0), spec.get('healthCheckNodePort', 0), external,
        tuple(each for each in addresses_of(service) if each not in addresses and each not in external),
        tuple(spec.get('loadBalancerSourceRanges') or ()), sticky_seconds(spec),
        spec.get('internalTrafficPolicy') == 'Local', spec.get('externalTrafficPolicy') == 'Local', _sorted(near),
        _sorted(here))


def _sorted(targets: list[Target] | set[Target]) -> tuple[Target, ...]:
    """byEndpoint: as text."""
    return tuple(sorted(set(targets), key=lambda target: f'{target[0]}:{target[1]}'))


def digest(text: str, digits: int) -> str:
    """So many digits in base 32 of a text's SHA-256, as names of chains end with."""
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:digits]


def in_order(address: str) -> tuple[int, ...]:
    """Sorts IPv4 addresses by their numbers, before all others."""
    return tuple(int(part) for part in address.split('.')) if '.' in address else (256,)
