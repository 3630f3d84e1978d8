"""NetworkPolicies, enforced where connections begin: what a pod may send, and what it may get."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from tutor.apimachinery.objects import Object, key
from tutor.apimachinery.selectors import from_label_selector
from tutor.client.informer import Informers
from tutor.cluster.network.fabric import Fabric
from tutor.cluster.network.stack import Stack

Labels = dict[str, str]
Matches = Callable[[Labels], bool]


@dataclass(frozen=True, slots=True)
class End:
    """One end of a connection, as policies see it. `namespace` is None for what is no pod."""

    address: str
    namespace: Object | None = None
    pod: Object | None = None

    @property
    def name(self) -> str:
        return self.namespace['metadata']['name'] if self.namespace else ''

    @property
    def labels(self) -> Labels:
        return (self.pod or {}).get('metadata', {}).get('labels') or {}


@dataclass(frozen=True, slots=True)
class Peer:
    """NetworkPolicyPeer of a policy in `home`."""

    home: str
    pods: Matches | None = None
    namespaces: Matches | None = None
    block: IPv4Network | IPv6Network | None = None
    excluded: tuple[IPv4Network | IPv6Network, ...] = ()

    def includes(self, end: End) -> bool:
        if self.block is not None:
            address = ip_address(end.address)
            return address in self.block and not any(address in net for net in self.excluded)
        if end.pod is None or end.namespace is None:
            return False
        if self.namespaces is None:
            inside = end.name == self.home
        else:
            inside = self.namespaces(end.namespace['metadata'].get('labels') or {})
        return inside and (self.pods is None or self.pods(end.labels))


@dataclass(frozen=True, slots=True)
class Rule:
    """One ingress or egress rule; no peers and no ports mean all of them."""

    peers: tuple[Peer, ...]
    ports: tuple[Object, ...]

    def allows(self, other: End, receiver: End, port: int, protocol: str) -> bool:
        return (not self.peers or any(peer.includes(other) for peer in self.peers)) and (
            not self.ports or any(_is_port(wanted, receiver, port, protocol) for wanted in self.ports))


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A policy, ready to be asked; None for a direction that it says nothing about."""

    selects: Matches
    ingress: tuple[Rule, ...] | None
    egress: tuple[Rule, ...] | None


class NetworkPolicies:
    """What the network plug-in of a cluster forbids. It is asked only while there are policies."""

    def __init__(self, fabric: Fabric, informers: Informers) -> None:
        self._fabric = fabric
        self._by_namespace: dict[str, dict[str, CompiledPolicy]] = {}
        self._pods = informers.of('pods')
        self._namespaces = informers.of('namespaces')
        informers.of('networkpolicies.networking.k8s.io').on_change(self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        policy = new or old
        assert policy is not None
        namespace = policy['metadata']['namespace']
        mine = self._by_namespace.setdefault(namespace, {})
        if new is None:
            mine.pop(key(policy), None)
        else:
            mine[key(policy)] = compile_policy(new)
        if not mine:
            del self._by_namespace[namespace]
        self._fabric.policy = self if self._by_namespace else None

    def allows(self, source: Stack, target: Stack, port: int, protocol: str) -> bool:
        """Whether both the sender's and the receiver's policies let a connection pass. What comes from the node of
        a pod always does: the kubelet's probes."""
        if source.node == target.node and not (source.pod and target.pod):
            return True
        sender, receiver = self._end(source), self._end(target)
        return all((
            self._passes(sender, 'egress', receiver, receiver, port, protocol),
            self._passes(receiver, 'ingress', sender, receiver, port, protocol)))

    def _end(self, stack: Stack) -> End:
        if not stack.pod:
            return End(stack.address)
        namespace, _, name = stack.pod.partition('/')
        return End(stack.address, self._namespaces.get('', namespace), self._pods.get(namespace, name))

    def _passes(self, subject: End, direction: str, other: End, receiver: End, port: int, protocol: str) -> bool:
        """Whether some policy that selects the subject allows it, or none selects it in this direction."""
        if subject.pod is None:
            return True
        isolated = False
        for policy in self._by_namespace.get(subject.name, {}).values():
            rules = policy.ingress if direction == 'ingress' else policy.egress
            if rules is None or not policy.selects(subject.labels):
                continue
            if any(rule.allows(other, receiver, port, protocol) for rule in rules):
                return True
            isolated = True
        return not isolated


def compile_policy(policy: Object) -> CompiledPolicy:
    """A NetworkPolicy as it is asked."""
    spec, home = policy['spec'], policy['metadata']['namespace']
    kinds = spec.get('policyTypes') or ['Ingress', *(['Egress'] if spec.get('egress') else [])]
    return CompiledPolicy(
        _matcher(spec.get('podSelector')),
        _rules(spec.get('ingress'), 'from', home) if 'Ingress' in kinds else None,
        _rules(spec.get('egress'), 'to', home) if 'Egress' in kinds else None)


def _rules(rules: Iterable[Any] | None, side: str, home: str) -> tuple[Rule, ...]:
    return tuple(Rule(tuple(_peer(peer, home) for peer in rule.get(side) or ()), tuple(rule.get('ports') or ()))
                 for rule in rules or ())


def _peer(peer: Object, home: str) -> Peer:
    block = peer.get('ipBlock')
    if block:
        return Peer(home, block=ip_network(block['cidr'], strict=False),
                    excluded=tuple(ip_network(cidr, strict=False) for cidr in block.get('except') or ()))
    pods, namespaces = peer.get('podSelector'), peer.get('namespaceSelector')
    return Peer(home, None if pods is None else _matcher(pods), None if namespaces is None else _matcher(namespaces))


def _matcher(selector: Any) -> Matches:
    """An empty selector matches everything."""
    return from_label_selector(selector or {}).matches


def _is_port(wanted: Object, receiver: End, port: int, protocol: str) -> bool:
    """NetworkPolicyPort: a number, a range up to endPort, or the name of a port of the receiving pod."""
    if wanted.get('protocol', 'TCP') != protocol:
        return False
    number = wanted.get('port')
    if number is None:
        return True
    if isinstance(number, str):
        spec = (receiver.pod or {}).get('spec') or {}
        return any(found.get('name') == number and found.get('containerPort') == port
                   and found.get('protocol', 'TCP') == protocol
                   for container in (*(spec.get('containers') or ()), *(spec.get('initContainers') or ()))
                   for found in container.get('ports') or ())
    return number <= port <= wanted.get('endPort', number)
