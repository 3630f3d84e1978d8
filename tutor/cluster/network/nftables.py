"""kube-proxy's table in nftables mode, as `nft list` prints it (pkg/proxy/nftables/proxier.go: setupNFTables,
syncProxyRules)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tutor.cluster.network.service_ports import ServicePort, Target, digest, in_order

TABLE = 'kube-proxy'
DIGITS = 8
"""Of a chain's digest (hashAndTruncate)."""
SERVICES = '10.96.0.0/16'
"""The range of the cluster's Services (ServiceCIDR kubernetes)."""
COMMENT = 'rules for kube-proxy'
BY_ADDRESS, BY_PORT = 'ipv4_addr . inet_proto . inet_service : verdict', 'inet_proto . inet_service : verdict'
MARK = 'jump mark-for-masquerade'
AFFINITY = 'affinity'
HOOKS = {
    'filter-prerouting': ('filter hook prerouting priority dstnat - 10', ['ct state new jump firewall-check']),
    'filter-input': ('filter hook input priority -110', ['ct state new jump nodeport-endpoints-check',
                                                         'ct state new jump service-endpoints-check']),
    'filter-forward': ('filter hook forward priority -110', ['ct state new jump service-endpoints-check',
                                                             'ct state new jump cluster-ips-check']),
    'filter-output': ('filter hook output priority -110', ['ct state new jump service-endpoints-check',
                                                           'ct state new jump firewall-check']),
    'filter-output-post-dnat': ('filter hook output priority -90', ['ct state new jump cluster-ips-check']),
    'nat-prerouting': ('nat hook prerouting priority dstnat', ['jump services']),
    'nat-output': ('nat hook output priority -100', ['jump services']),
    'nat-postrouting': ('nat hook postrouting priority srcnat', ['jump masquerading']),
}


@dataclass(slots=True)
class Container:
    """A set or a map: its elements, what it is for."""

    kind: str
    type: str
    comment: str = ''
    elements: list[str] = field(default_factory=list)
    options: tuple[str, ...] = ()


@dataclass(slots=True)
class Chain:
    """A chain with its rules; `hook` is where the kernel enters it."""

    rules: list[str]
    hook: str = ''
    comment: str = ''


@dataclass(slots=True)
class Table:
    """Sets and maps by name, then chains."""

    containers: dict[str, Container]
    chains: dict[str, Chain]


def table(ports: Iterable[ServicePort], address: str, pods: str) -> Table:
    """The table of a node with an address, where node ports are open; it knows pods by a range."""
    found = Table(_containers(address), _base())
    for port in ports:
        _add(found, port, pods)
    used = found.containers['cluster-ips'].elements
    used[:] = sorted(dict.fromkeys(used), key=in_order)
    return found


def _containers(address: str) -> dict[str, Container]:
    return {
        'cluster-ips': Container('set', 'ipv4_addr', 'Active ClusterIPs'),
        'nodeport-ips': Container('set', 'ipv4_addr', 'IPs that accept NodePort traffic', [address]),
        'no-endpoint-services': Container('map', BY_ADDRESS, 'vmap to drop or reject packets to services with no '
                                          'endpoints'),
        'no-endpoint-nodeports': Container('map', BY_PORT, 'vmap to drop or reject packets to service nodeports with '
                                           'no endpoints'),
        'firewall-ips': Container('map', BY_ADDRESS, 'destinations that are subject to LoadBalancerSourceRanges'),
        'service-ips': Container('map', BY_ADDRESS, 'ClusterIP, ExternalIP and LoadBalancer IP traffic'),
        'service-nodeports': Container('map', BY_PORT, 'NodePort traffic')}


def _base() -> dict[str, Chain]:
    return {
        **{name: Chain(list(rules), hook) for name, (hook, rules) in HOOKS.items()},
        'nodeport-endpoints-check': Chain(['ip daddr @nodeport-ips meta l4proto . th dport vmap '
                                           '@no-endpoint-nodeports']),
        'service-endpoints-check': Chain(['ip daddr . meta l4proto . th dport vmap @no-endpoint-services']),
        'firewall-check': Chain(['ip daddr . meta l4proto . th dport vmap @firewall-ips']),
        'services': Chain(['ip daddr . meta l4proto . th dport vmap @service-ips',
                           'ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports']),
        'masquerading': Chain(['meta mark & 0x00004000 == 0x00000000 return',
                               'meta mark set meta mark ^ 0x00004000', 'masquerade fully-random']),
        'cluster-ips-check': Chain([
            'ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"',
            f'ip daddr {SERVICES} drop comment "Drop traffic to unallocated ClusterIPs"']),
        'mark-for-masquerade': Chain(['meta mark set meta mark | 0x00004000']),
        'reject-chain': Chain(['reject'], comment='helper for @no-endpoint-services / @no-endpoint-nodeports')}


def _add(found: Table, port: ServicePort, pods: str) -> None:
    """The elements and chains of one port of a Service."""
    base = f'{port.namespace}/{port.service}/{port.protocol}/{port.port_name}'
    named = f'{digest(base, DIGITS)}-{base}'
    cluster, local, outside, firewall = (f'{kind}-{named}' for kind in (
        'service', 'local', 'external', 'firewall'))
    containers, chains = found.containers, found.chains
    containers['cluster-ips'].elements.append(port.address)
    internal = local if port.internal_local else cluster
    for address, targets, chain in ((port.address, port.internal, internal),
                                    *((each, port.from_outside, outside) for each in (*port.external,
                                                                                     *port.balanced))):
        place = f'{address} . {port.protocol} . {port.port}'
        if port.has_endpoints and (targets or chain == outside):
            containers['service-ips'].elements.append(f'{place} : goto {chain}')
        if not targets:
            containers['no-endpoint-services'].elements.append(f'{place} comment "{port.name}" : {_refusal(port)}')
        if address in port.balanced and port.source_ranges and port.has_endpoints:
            containers['firewall-ips'].elements.append(f'{place} comment "{port.name}" : goto {firewall}')
    if port.node_port:
        place = f'{port.protocol} . {port.node_port}'
        if port.has_endpoints:
            containers['service-nodeports'].elements.append(f'{place} : goto {outside}')
        if not port.from_outside:
            containers['no-endpoint-nodeports'].elements.append(f'{place} comment "{port.name}" : {_refusal(port)}')
    if not port.has_endpoints:
        return
    masquerade = [f'ip daddr {port.address} {port.protocol} dport {port.port} ip saddr != {pods} {MARK}'] if (
        pods and port.internal) else []
    for chain, targets in ((cluster, port.used_of_cluster), (local, port.used_here)):
        if targets:
            chains[chain] = Chain([*(masquerade if internal == chain else ()), *_spread(found, port, targets)])
    if port.reachable_from_outside:
        chains[outside] = Chain(list(_from_outside(port, pods, cluster, local)))
    if port.source_ranges and port.balanced:
        chains[firewall] = Chain([f'ip saddr != {{ {", ".join(port.source_ranges)} }} drop'])
    for target in port.reached:
        chains[_endpoint_chain(port, target)] = Chain(list(_endpoint(port, target)))


def _refusal(port: ServicePort) -> str:
    return 'drop' if port.has_endpoints else 'goto reject-chain'


def _from_outside(port: ServicePort, pods: str, cluster: str, local: str) -> Iterator[str]:
    if not port.external_local:
        yield MARK
        yield f'goto {cluster}'
        return
    if pods:
        yield f'ip saddr {pods} goto {cluster} comment "short-circuit pod traffic"'
    yield f'fib saddr type local {MARK} comment "masquerade local traffic"'
    yield f'fib saddr type local goto {cluster} comment "short-circuit local traffic"'
    if port.local:
        yield f'goto {local}'


def _spread(found: Table, port: ServicePort, targets: tuple[Target, ...]) -> Iterator[str]:
    """writeServiceToEndpointRules"""
    for target in targets if port.sticky else ():
        name = f'{AFFINITY}-{_endpoint_name(port, target)}'
        found.containers[name] = Container('set', 'ipv4_addr', '', [], (
            'size 65535', 'flags dynamic,timeout', f'timeout {_timeout(port.sticky)}'))
        yield f'ip saddr @{name} goto {_endpoint_chain(port, target)}'
    chosen = ', '.join(f'{number} : goto {_endpoint_chain(port, target)}' for number, target in enumerate(targets))
    yield f'numgen random mod {len(targets)} vmap {{ {chosen} }}'


def _endpoint(port: ServicePort, target: Target) -> Iterator[str]:
    yield f'ip saddr {target[0]} {MARK}'
    if port.sticky:
        yield f'update @{AFFINITY}-{_endpoint_name(port, target)} {{ ip saddr }}'
    yield f'meta l4proto {port.protocol} dnat to {target[0]}:{target[1]}'


def _endpoint_chain(port: ServicePort, target: Target) -> str:
    return f'endpoint-{_endpoint_name(port, target)}'


def _endpoint_name(port: ServicePort, target: Target) -> str:
    base = f'{port.namespace}/{port.service}/{port.protocol}/{port.port_name}__{target[0]}/{target[1]}'
    return f'{digest(base, DIGITS)}-{base}'


def _timeout(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return ''.join(f'{value}{unit}' for value, unit in ((hours, 'h'), (minutes, 'm'), (rest, 's')) if value) or '0s'


# -- as text ------------------------------------------------------------------------------------------------------


def listed(found: Table, chain: str = '', container: str = '') -> list[str]:
    """What `nft list table ip kube-proxy` prints, or of it one chain, set or map."""
    lines = [f'table ip {TABLE} {{']
    if not chain and not container:
        lines.append(f'\tcomment "{COMMENT}"')
    blocks: list[list[str]] = []
    if not chain:
        blocks += [_container(name, each) for name, each in found.containers.items() if container in ('', name)]
    if not container:
        blocks += [_chain(name, each) for name, each in found.chains.items() if chain in ('', name)]
    for number, block in enumerate(blocks):
        lines += ([''] if number else []) + block
    return [*lines, '}']


def _container(name: str, container: Container) -> list[str]:
    lines = [f'\t{container.kind} {name} {{', f'\t\ttype {container.type}',
             *(f'\t\t{option}' for option in container.options)]
    if container.comment:
        lines.append(f'\t\tcomment "{container.comment}"')
    if container.elements:
        per_line = 2 if container.type == 'ipv4_addr' else 1
        groups = [', '.join(container.elements[start:start + per_line])
                  for start in range(0, len(container.elements), per_line)]
        lines.append('\t\telements = { ' + ',\n\t\t\t     '.join(groups) + ' }')
    return [*lines, '\t}']


def _chain(name: str, chain: Chain) -> list[str]:
    lines = [f'\tchain {name} {{']
    if chain.comment:
        lines.append(f'\t\tcomment "{chain.comment}"')
    if chain.hook:
        lines.append(f'\t\ttype {chain.hook}; policy accept;')
    return [*lines, *(f'\t\t{rule}' for rule in chain.rules), '\t}']
