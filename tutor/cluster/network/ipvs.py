"""What kube-proxy in ipvs mode leaves in a kernel: virtual servers, addresses of its own device, and a few rules for
iptables (pkg/proxy/ipvs/proxier.go)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tutor.cluster.network import iptables_rules
from tutor.cluster.network.iptables import Rule, Tables
from tutor.cluster.network.iptables_rules import FORWARDING, LOCAL_TARGET
from tutor.cluster.network.service_ports import ServicePort, Target, in_order

DEVICE = 'kube-ipvs0'


@dataclass(frozen=True, slots=True)
class VirtualServer:
    """One line of ipvsadm and those of its real servers; `persistent` in seconds, 0 for not at all."""

    protocol: str
    address: str
    port: int
    scheduler: str
    persistent: int
    targets: tuple[Target, ...]


def virtual_servers(ports: Iterable[ServicePort], own: Iterable[str], scheduler: str) -> list[VirtualServer]:
    """Those of a node; `own` are the addresses at which its node ports are open."""
    found = [server for port in ports for server in _servers(port, tuple(own), scheduler)]
    return sorted(found, key=lambda server: (server.protocol, in_order(server.address), server.port))


def _servers(port: ServicePort, own: tuple[str, ...], scheduler: str) -> Iterator[VirtualServer]:
    places = [(port.address, port.port, port.internal),
              *((address, port.port, port.from_outside) for address in (*port.external, *port.balanced)),
              *((address, port.node_port, port.from_outside) for address in own if port.node_port)]
    for address, number, targets in places:
        yield VirtualServer(port.protocol.upper(), address, number, scheduler, port.sticky, targets)


def addresses(ports: Iterable[ServicePort]) -> list[str]:
    """Those of kube-ipvs0: each a Service's."""
    found = {address for port in ports for address in (port.address, *port.external, *port.balanced)}
    return sorted(found, key=in_order)


def rules(found: Tables, pods: str) -> None:
    """createAndLinkKubeChain, writeIptablesRules: the rules look into sets, so that there are always as many."""
    iptables_rules.nat(found)
    found.nat['KUBE-POSTROUTING'].insert(0, Rule(
        'MASQUERADE', comment='Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose',
        matches='-m set --match-set KUBE-LOOP-BACK dst,dst,src'))
    found.nat['KUBE-LOAD-BALANCER'] = [Rule('KUBE-MARK-MASQ')]
    found.nat['KUBE-NODE-PORT'] = [Rule('KUBE-MARK-MASQ', '', '', 'tcp', 'Kubernetes nodeport TCP port for masquerade '
                                        'purpose', '-m set --match-set KUBE-NODE-PORT-TCP dst')]
    masquerade = 'Kubernetes service cluster ip + port for masquerade purpose'
    found.nat['KUBE-SERVICES'] = [
        Rule('RETURN', '127.0.0.0/8'),
        Rule('KUBE-MARK-MASQ', f'!{pods}' if pods else '', comment=masquerade, matches=_in('KUBE-CLUSTER-IP')),
        Rule('KUBE-NODE-PORT', matches=LOCAL_TARGET), Rule('ACCEPT', matches=_in('KUBE-CLUSTER-IP'))]
    found.filter['INPUT'][:0] = [
        Rule('KUBE-IPVS-FILTER', comment='kubernetes ipvs access filter'), Rule('KUBE-PROXY-FIREWALL'),
        Rule('KUBE-NODE-PORT', comment='kubernetes health check rules')]
    found.filter['FORWARD'][:0] = [Rule('KUBE-PROXY-FIREWALL'), Rule('KUBE-FORWARD', comment=FORWARDING)]
    found.filter['KUBE-FORWARD'] = [*iptables_rules.FORWARDED]
    allowed = ('KUBE-LOAD-BALANCER', 'KUBE-CLUSTER-IP', 'KUBE-EXTERNAL-IP', 'KUBE-EXTERNAL-IP-LOCAL')
    found.filter['KUBE-IPVS-FILTER'] = [
        *(Rule('RETURN', matches=_in(name)) for name in allowed),
        Rule('RETURN', matches='-m set --match-set KUBE-HEALTH-CHECK-NODE-PORT dst'),
        Rule('REJECT', matches='-m conntrack --ctstate NEW -m set --match-set KUBE-IPVS-IPS dst',
             more=iptables_rules.REJECTED)]
    found.filter['KUBE-NODE-PORT'] = [Rule('ACCEPT', comment='Kubernetes health check node port',
                                           matches='-m set --match-set KUBE-HEALTH-CHECK-NODE-PORT dst')]
    found.filter['KUBE-PROXY-FIREWALL'] = []


def _in(name: str) -> str:
    return f'-m set --match-set {name} dst,dst'
