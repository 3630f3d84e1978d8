"""Endpoints: deprecated, still there."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import addresses
from tutor.cluster.registry.cells import NONE, age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_PROTOCOLS = ('SCTP', 'TCP', 'UDP')
_SHOWN = 3


class EndpointsStrategy(Kind):
    columns = columns('Name, Endpoints, Age')
    prefix = 'services/endpoints'
    deprecation = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'

    def default(self, obj: Object) -> None:
        for subset in obj.get('subsets') or ():
            for port in subset.get('ports') or ():
                port.setdefault('protocol', 'TCP')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateEndpoints."""
        found: list[FieldError] = []
        for index, subset in enumerate(obj.get('subsets') or ()):
            _subset(subset, f'subsets[{index}]', found)
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], _format(obj), age(obj, simulation)]


def _format(obj: Object) -> str:
    """formatEndpoints."""
    found: list[str] = []
    for subset in obj.get('subsets') or ():
        addresses = [address['ip'] for address in subset.get('addresses') or ()]
        ports = subset.get('ports') or ()
        if not ports:
            found += addresses
        for port in ports:
            found += [_host_port(address, port.get('port', 0)) for address in addresses]
    if not found:
        return NONE
    text = ','.join(found[:_SHOWN])
    return f'{text} + {len(found) - _SHOWN} more...' if len(found) > _SHOWN else text


def _host_port(address: str, port: int) -> str:
    return f'[{address}]:{port}' if ':' in address else f'{address}:{port}'


def _subset(subset: Object, path: str, found: list[FieldError]) -> None:
    if not subset.get('addresses') and not subset.get('notReadyAddresses'):
        found.append(field.required(path, 'must specify `addresses` or `notReadyAddresses`'))
    for name in ('addresses', 'notReadyAddresses'):
        for index, address in enumerate(subset.get(name) or ()):
            _address(address, f'{path}.{name}[{index}]', found)
    ports = subset.get('ports') or ()
    for index, port in enumerate(ports):
        here = f'{path}.ports[{index}]'
        if name := port.get('name'):
            found += [field.invalid(f'{here}.name', name, text) for text in names.is_dns1123_label(name)]
        elif len(ports) > 1:
            found.append(field.required(f'{here}.name'))
        found += [field.invalid(f'{here}.port', port.get('port', 0), text)
                  for text in names.is_valid_port_number(port.get('port', 0))]
        if port.get('protocol') not in _PROTOCOLS:
            found.append(field.not_supported(f'{here}.protocol', port.get('protocol', ''), _PROTOCOLS))
        if protocol := port.get('appProtocol'):
            found += field.invalid_each(f'{here}.appProtocol', protocol, names.is_qualified_name(protocol))


def _address(address: Object, path: str, found: list[FieldError]) -> None:
    """validateEndpointAddress."""
    value = address.get('ip', '')
    valid = addresses.ip(value, f'{path}.ip', found)
    if hostname := address.get('hostname'):
        found += field.invalid_each(f'{path}.hostname', hostname, names.is_dns1123_label(hostname))
    if node := address.get('nodeName'):
        found += field.invalid_each(f'{path}.nodeName', node, names.is_dns1123_subdomain(node))
    if valid:
        addresses.special(value, f'{path}.ip', found)
    else:
        found.append(field.invalid(f'{path}.ip', value, 'must be a valid IP address'))
