"""EndpointSlices."""

from __future__ import annotations

import ipaddress
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_FAMILIES = ('FQDN', 'IPv4', 'IPv6')
_PROTOCOLS = ('SCTP', 'TCP', 'UDP')
UNSET = '<unset>'
BAD_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'


class EndpointSliceStrategy(Kind):
    columns = columns('Name, AddressType, Ports, Endpoints, Age')
    generation = True

    def default(self, obj: Object) -> None:
        for port in obj.get('ports') or ():
            port.setdefault('name', '')
            port.setdefault('protocol', 'TCP')
        obj.setdefault('endpoints', None)
        obj.setdefault('ports', None)

    def changed(self, new: Object, old: Object) -> bool:
        return any(new.get(name) != old.get(name) for name in ('endpoints', 'ports')) \
            or new['metadata'].get('labels') != old['metadata'].get('labels')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateEndpointSlice."""
        family = obj.get('addressType', '')
        found: list[FieldError] = []
        if not family:
            found.append(field.required('addressType'))
        elif family not in _FAMILIES:
            found.append(field.not_supported('addressType', family, _FAMILIES))
        endpoints = obj.get('endpoints') or ()
        if len(endpoints) > 1000:
            found.append(field.too_many('endpoints', len(endpoints), 1000))
        for index, endpoint in enumerate(endpoints):
            _endpoint(endpoint, family, f'endpoints[{index}]', found)
        _ports(obj.get('ports') or (), found)
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        found = self.check(new, context)
        return found + metadata.immutable(new.get('addressType'), old.get('addressType'), 'addressType')

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        addresses = [address for endpoint in obj.get('endpoints') or () for address in endpoint.get('addresses') or ()]
        return [obj['metadata']['name'], obj.get('addressType', ''), _format_ports(obj.get('ports') or []),
                some(addresses, 3), age(obj, simulation)]


def some(values: list[str], limit: int) -> str:
    """formatDiscoveryEndpoints."""
    if not values:
        return UNSET
    if len(values) > limit:
        return f'{",".join(values[:limit])} + {len(values) - limit} more...'
    return ','.join(values)


def _format_ports(ports: list[Object]) -> str:
    """formatDiscoveryPorts."""
    shown = []
    for port in ports:
        number = port.get('port')
        shown.append(str(number) if number is not None else port.get('name') or '*')
    return some(shown, 3)


def _endpoint(endpoint: Object, family: str, path: str, found: list[FieldError]) -> None:
    addresses = endpoint.get('addresses') or ()
    if not addresses:
        found.append(field.required(f'{path}.addresses', 'must contain at least 1 address'))
    elif len(addresses) > 100:
        found.append(field.too_many(f'{path}.addresses', len(addresses), 100))
    for index, address in enumerate(addresses):
        here = f'{path}.addresses[{index}]'
        if family == 'FQDN':
            found += [field.invalid(here, address, text) for text in names.is_dns1123_subdomain(address)]
        elif family in _FAMILIES:
            _address(address, family, here, found)
    if endpoint.get('hostname'):
        found += [field.invalid(f'{path}.hostname', endpoint['hostname'], text)
                  for text in names.is_dns1123_label(endpoint['hostname'])]


def _address(address: str, family: str, path: str, found: list[FieldError]) -> None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        found.append(field.invalid(path, address, BAD_IP))
        return
    if f'IPv{parsed.version}' != family:
        found.append(field.invalid(path, address, f'must be an {family} address'))
    special(address, path, found)


def special(address: str, path: str, found: list[FieldError]) -> None:
    """ValidateEndpointIP: addresses that mean something else everywhere."""
    parsed = ipaddress.ip_address(address)
    if parsed.is_unspecified:
        found.append(field.invalid(path, address, f'may not be unspecified ({parsed})'))
    if parsed.is_loopback:
        found.append(field.invalid(path, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'))
    if parsed.is_link_local:
        found.append(field.invalid(path, address, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'))
    if parsed.is_multicast:
        found.append(field.invalid(path, address,
                                   'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'))


def _ports(ports: Any, found: list[FieldError]) -> None:
    seen: set[str] = set()
    for index, port in enumerate(ports):
        here, name = f'ports[{index}]', port.get('name', '')
        if name:
            found += [field.invalid(f'{here}.name', name, text) for text in names.is_dns1123_label(name)]
        if name in seen:
            found.append(field.duplicate(f'{here}.name', name))
        seen.add(name)
        if port.get('protocol') not in _PROTOCOLS:
            found.append(field.not_supported(f'{here}.protocol', port.get('protocol', ''), _PROTOCOLS))
