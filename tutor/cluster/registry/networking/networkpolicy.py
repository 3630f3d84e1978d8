"""NetworkPolicies."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import format_label_selector
from tutor.cluster.registry import addresses, label_selectors
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_PROTOCOLS = ('TCP', 'UDP', 'SCTP')


class NetworkPolicyStrategy(Kind):
    generation = True
    columns = columns('Name, Pod-Selector, Age')

    def default(self, obj: Object) -> None:
        """SetDefaults_NetworkPolicy."""
        spec = obj.setdefault('spec', {})
        spec.setdefault('podSelector', {})
        if not spec.get('policyTypes'):
            spec['policyTypes'] = ['Ingress', 'Egress'] if 'egress' in spec else ['Ingress']
        for direction in ('ingress', 'egress'):
            for rule in spec.get(direction) or ():
                for port in rule.get('ports') or ():
                    port.setdefault('protocol', 'TCP')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateNetworkPolicySpec."""
        spec = obj['spec']
        found = label_selectors.validate(spec.get('podSelector'), 'spec.podSelector')
        for direction, peers in (('ingress', 'from'), ('egress', 'to')):
            for index, rule in enumerate(spec.get(direction) or ()):
                path = f'spec.{direction}[{index}]'
                for number, port in enumerate(rule.get('ports') or ()):
                    _port(port, f'{path}.ports[{number}]', found)
                for number, peer in enumerate(rule.get(peers) or ()):
                    _peer(peer, f'{path}.{peers}[{number}]', found)
        types = spec.get('policyTypes') or ()
        if len(types) > 2:
            return [*found, field.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')]
        for index, kind in enumerate(types):
            if kind not in ('Ingress', 'Egress'):
                found.append(field.not_supported(f'spec.policyTypes[{index}]', kind, ('Ingress', 'Egress')))
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], format_label_selector(obj['spec'].get('podSelector')), age(obj, simulation)]


def _port(port: Object, path: str, found: list[FieldError]) -> None:
    """ValidateNetworkPolicyPort."""
    protocol, number, end = port.get('protocol'), port.get('port'), port.get('endPort')
    if protocol is not None and protocol not in _PROTOCOLS:
        found.append(field.not_supported(f'{path}.protocol', protocol, _PROTOCOLS))
    if number is None:
        if end is not None:
            found.append(field.invalid(f'{path}.endPort', end, 'may not be specified when `port` is not specified'))
    elif isinstance(number, str):
        if end is not None:
            found.append(field.invalid(f'{path}.endPort', end, 'may not be specified when `port` is non-numeric'))
        found += [field.invalid(f'{path}.port', number, text) for text in names.is_valid_port_name(number)]
    else:
        found += [field.invalid(f'{path}.port', number, text) for text in names.is_valid_port_number(number)]
        if end is not None:
            if end < number:
                # As upstream, it is the port that is shown.
                found.append(field.invalid(f'{path}.endPort', number, 'must be greater than or equal to `port`'))
            found += [field.invalid(f'{path}.endPort', end, text) for text in names.is_valid_port_number(end)]


def _peer(peer: Object, path: str, found: list[FieldError]) -> None:
    """ValidateNetworkPolicyPeer."""
    count = 0
    for name in ('podSelector', 'namespaceSelector'):
        if name in peer:
            count += 1
            found += label_selectors.validate(peer[name], f'{path}.{name}')
    if 'ipBlock' in peer:
        _block(peer['ipBlock'], f'{path}.ipBlock', found)
        if count:
            found.append(field.forbidden(path, 'may not specify both ipBlock and another peer'))
    elif not count:
        found.append(field.required(path, 'must specify a peer'))


def _block(block: Object, path: str, found: list[FieldError]) -> None:
    """ValidateIPBlock."""
    cidr = block.get('cidr', '')
    if not cidr:
        found.append(field.required(f'{path}.cidr'))
        return
    network = addresses.cidr(cidr, f'{path}.cidr', found)
    if network is None:
        return
    for index, text in enumerate(block.get('except') or ()):
        here = f'{path}.except[{index}]'
        inner = addresses.cidr(text, here, found)
        if inner is not None and (inner.version != network.version or inner == network
                                  or not inner.subnet_of(network)):  # type: ignore[arg-type]
            found.append(field.invalid(here, text, 'must be a strict subset of `cidr`'))
