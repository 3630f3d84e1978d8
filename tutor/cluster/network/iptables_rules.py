"""The rules that kube-proxy and the kubelet write for iptables (pkg/proxy/iptables/proxier.go: syncProxyRules,
pkg/kubelet/kubelet_network_linux.go)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from tutor.cluster.network.iptables import Rule, Tables
from tutor.cluster.network.service_ports import ServicePort, Target, digest

LAST = 'kubernetes service nodeports; NOTE: this must be the last rule in this chain'
NEW = '-m conntrack --ctstate NEW'
PORTALS, OUTSIDE = 'kubernetes service portals', 'kubernetes externally-visible service portals'
FIREWALL, FORWARDING = 'kubernetes load balancer firewall', 'kubernetes forwarding rules'
LOCAL_SOURCE, LOCAL_TARGET = '-m addrtype --src-type LOCAL', '-m addrtype --dst-type LOCAL'
REJECTED = '--reject-with icmp-port-unreachable'
DIGITS = 16
"""Of a chain's digest (portProtoHash)."""
MARK = Rule('MARK', more='--set-xmark 0x4000/0x4000')
FORWARDED = (Rule('ACCEPT', comment=FORWARDING, matches='-m mark --mark 0x4000/0x4000'),
             Rule('ACCEPT', comment='kubernetes forwarding conntrack rule',
                  matches='-m conntrack --ctstate RELATED,ESTABLISHED'))


def kubelet(found: Tables) -> None:
    """initNetworkUtil: what tells that the rules were not flushed, and the guard of 127.0.0.0/8."""
    for chains in (found.nat, found.filter, found.mangle):
        chains['KUBE-KUBELET-CANARY'] = []
    found.mangle['KUBE-IPTABLES-HINT'] = []
    for chain in ('INPUT', 'OUTPUT'):
        found.filter[chain].append(Rule('KUBE-FIREWALL'))
    found.filter['KUBE-FIREWALL'] = [Rule(
        'DROP', '!127.0.0.0/8', '127.0.0.0/8', comment='block incoming localnet connections',
        matches='-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT')]


def nat(found: Tables) -> None:
    """For iptables and ipvs: where Services begin, and the masquerading of what is marked."""
    for chain in ('PREROUTING', 'OUTPUT'):
        found.nat[chain].append(Rule('KUBE-SERVICES', comment=PORTALS))
    found.nat['POSTROUTING'].append(Rule('KUBE-POSTROUTING', comment='kubernetes postrouting rules'))
    found.nat['KUBE-MARK-MASQ'] = [MARK]
    found.nat['KUBE-POSTROUTING'] = [
        Rule('RETURN', matches='-m mark ! --mark 0x4000/0x4000'), Rule('MARK', more='--set-xmark 0x4000/0x0'),
        Rule('MASQUERADE', comment='kubernetes service traffic requiring SNAT', more='--random-fully')]


def proxy(found: Tables, ports: Iterable[ServicePort], address: str, pods: str, localhost: bool) -> None:
    """The proxy of a node with an address: it knows pods by a range, and opens node ports on 127.0.0.1 if
    `localhost`."""
    _frame(found)
    for port in ports:
        _Writer(found, port, address, pods, localhost).write()
    found.nat['KUBE-SERVICES'].append(Rule('KUBE-NODEPORTS', comment=LAST, matches=LOCAL_TARGET))


def _frame(found: Tables) -> None:
    """iptablesJumpChains, each prepended; and what every node has."""
    for chains in (found.nat, found.filter, found.mangle):
        chains['KUBE-PROXY-CANARY'] = []
    nat(found)
    found.nat.update({'KUBE-NODEPORTS': [], 'KUBE-SERVICES': []})
    services, outside = (Rule(chain, comment=words, first=NEW) for chain, words in (
        ('KUBE-SERVICES', PORTALS), ('KUBE-EXTERNAL-SERVICES', OUTSIDE)))
    balancers = Rule('KUBE-PROXY-FIREWALL', comment=FIREWALL, first=NEW)
    health = Rule('KUBE-NODEPORTS', comment='kubernetes health check service ports')
    for chain, rules in (('INPUT', (balancers, health, outside)), ('OUTPUT', (balancers, services)), (
            'FORWARD', (balancers, Rule('KUBE-FORWARD', comment=FORWARDING), services, outside))):
        found.filter[chain][:0] = rules
    found.filter.update({chain: [] for chain in (
        'KUBE-EXTERNAL-SERVICES', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL', 'KUBE-SERVICES')})
    found.filter['KUBE-FORWARD'] = [
        Rule('DROP', matches='-m conntrack --ctstate INVALID -m nfacct --nfacct-name  ct_state_invalid_dropped_pkts'),
        *FORWARDED]


class _Writer:
    """The rules of one port of a Service."""

    def __init__(self, found: Tables, port: ServicePort, address: str, pods: str, localhost: bool) -> None:
        self._nat, self._filter = found.nat, found.filter
        self._port, self._address, self._pods, self._localhost = port, address, pods, localhost
        code = digest(port.name + port.protocol, DIGITS)
        self._cluster, self._local = f'KUBE-SVC-{code}', f'KUBE-SVL-{code}'
        self._outside, self._firewall = f'KUBE-EXT-{code}', f'KUBE-FW-{code}'

    def write(self) -> None:
        port = self._port
        self._capture_cluster_ip()
        self._capture_from_outside()
        if port.health_port:
            self._filter['KUBE-NODEPORTS'].append(self._to(
                'ACCEPT', f'{port.name} health check node port', '', port.health_port, protocol='tcp'))
        if not port.has_endpoints:
            return
        if port.internal and self._pods:
            self._nat.setdefault(self._internal, []).append(self._to(
                'KUBE-MARK-MASQ', f'{port.name} cluster IP', port.address, port.port, f'!{self._pods}'))
        if port.reachable_from_outside:
            self._from_outside()
        if port.guarded:
            self._guard()
        if port.used_of_cluster:
            self._spread(self._cluster, port.used_of_cluster)
        if port.used_here:
            self._spread(self._local, port.used_here)
        for target in port.reached:
            self._endpoint(target)

    @property
    def _internal(self) -> str:
        return self._local if self._port.internal_local else self._cluster

    def _to(self, target: str, comment: str, address: str, number: int, source: str = '', protocol: str = '',
            before: str = '', after: str = '', more: str = '') -> Rule:
        """A rule for what goes to a port of an address."""
        kind = protocol or self._port.protocol
        return Rule(target, source, f'{address}/32' if address else '', kind, comment, ' '.join(
            part for part in (before, f'-m {kind} --dport {number}', after) if part), more)

    def _refuse(self, chain: str, local: bool, address: str, number: int, before: str = '') -> None:
        """Without any endpoint traffic is rejected; without one on this node it is dropped."""
        words = 'has no local endpoints' if local else 'has no endpoints'
        self._filter[chain].append(self._to('DROP' if local else 'REJECT', f'{self._port.name} {words}', address,
                                            number, before=before, more='' if local else REJECTED))

    def _capture_cluster_ip(self) -> None:
        port = self._port
        if port.internal:
            self._nat['KUBE-SERVICES'].append(self._to(self._internal, f'{port.name} cluster IP', port.address,
                                                       port.port))
        else:
            self._refuse('KUBE-SERVICES', port.has_endpoints, port.address, port.port)

    def _capture_from_outside(self) -> None:
        """External IPs, load balancers' addresses and the node port."""
        port = self._port
        balancer = self._firewall if port.guarded else self._outside
        places = [*((address, 'external IP', self._outside) for address in port.external),
                  *((address, 'loadbalancer IP', balancer) for address in port.balanced)]
        for address, words, chain in places:
            if port.has_endpoints:
                self._nat['KUBE-SERVICES'].append(self._to(chain, f'{port.name} {words}', address, port.port))
            if chain == self._firewall:
                self._filter['KUBE-PROXY-FIREWALL'].append(self._to(
                    'DROP', f'{port.name} traffic not accepted by {self._firewall}', address, port.port))
            if not port.from_outside:
                self._refuse('KUBE-EXTERNAL-SERVICES', port.has_endpoints, address, port.port)
        if port.node_port and port.has_endpoints:
            self._open_node_port()
        if port.node_port and not port.from_outside:
            self._refuse('KUBE-EXTERNAL-SERVICES', port.has_endpoints, '', port.node_port, LOCAL_TARGET)

    def _open_node_port(self) -> None:
        port, rules = self._port, self._nat['KUBE-NODEPORTS']
        if self._localhost:
            counted = self._to(self._outside, port.name, '', port.node_port,
                               after='-m nfacct --nfacct-name  localhost_nps_accepted_pkts')
            counted.destination = '127.0.0.0/8'
            rules.append(counted)
        rules.append(self._to(self._outside, port.name, '', port.node_port))

    def _from_outside(self) -> None:
        port, words = self._port, f'for {self._port.name} external destinations'
        rules = self._nat[self._outside] = []
        if not port.external_local:
            rules.append(Rule('KUBE-MARK-MASQ', comment=f'masquerade traffic {words}'))
        else:
            if self._pods:
                rules.append(Rule(self._cluster, self._pods, comment=f'pod traffic {words}'))
            rules += [Rule('KUBE-MARK-MASQ', comment=f'masquerade LOCAL traffic {words}', matches=LOCAL_SOURCE),
                      Rule(self._cluster, comment=f'route LOCAL traffic {words}', matches=LOCAL_SOURCE)]
        if port.from_outside:
            rules.append(Rule(self._local if port.external_local else self._cluster))

    def _guard(self) -> None:
        """loadBalancerSourceRanges."""
        port, words = self._port, f'{self._port.name} loadbalancer IP'
        own = any(ip_address(self._address) in ip_network(cidr, strict=False) for cidr in port.source_ranges)
        sources = [*port.source_ranges, *((f'{address}/32' for address in port.balanced) if own else ())]
        self._nat[self._firewall] = [
            *(Rule(self._outside, source, comment=words) for source in sources),
            Rule('', comment=f'other traffic to {port.name} will be dropped by KUBE-PROXY-FIREWALL')]

    def _spread(self, chain: str, targets: tuple[Target, ...]) -> None:
        """writeServiceToEndpointRules"""
        port, rules = self._port, self._nat.setdefault(chain, [])
        for target in targets if port.sticky else ():
            own = self._chain_of(target)
            rules.append(Rule(own, comment=self._arrow(target), matches=(
                f'-m recent --rcheck --seconds {port.sticky} --reap --name {own} --mask 255.255.255.255 --rsource')))
        for place, target in enumerate(targets):
            left = len(targets) - place
            chance = f'-m statistic --mode random --probability {_probability(left)}' if left > 1 else ''
            rules.append(Rule(self._chain_of(target), comment=self._arrow(target), matches=chance))

    def _endpoint(self, target: Target) -> None:
        port, own = self._port, self._chain_of(target)
        kept = f'-m recent --set --name {own} --mask 255.255.255.255 --rsource ' if port.sticky else ''
        self._nat[own] = [
            Rule('KUBE-MARK-MASQ', f'{target[0]}/32', comment=port.name),
            Rule('DNAT', '', '', port.protocol, port.name, f'{kept}-m {port.protocol}',
                 f'--to-destination {target[0]}:{target[1]}')]

    def _arrow(self, target: Target) -> str:
        return f'{self._port.name} -> {target[0]}:{target[1]}'

    def _chain_of(self, target: Target) -> str:
        return f'KUBE-SEP-{digest(f"{self._port.name}{self._port.protocol}{target[0]}:{target[1]}", DIGITS)}'


def _probability(count: int) -> str:
    """One in so many, as the kernel keeps it: in 31 bits."""
    return f'{round(0x80000000 / count) / 0x80000000:.11f}'
