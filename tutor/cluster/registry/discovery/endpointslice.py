"""EndpointSlices."""

from __future__ import annotations

import ipaddress
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import addresses, metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_FAMILIES = ('FQDN', 'IPv4', 'IPv6')
_PROTOCOLS = ('SCTP', 'TCP', 'UDP')
UNSET = '<unset>'


class EndpointSliceStrategy(Kind):
    columns = columns('Name, AddressType, Ports, Endpoints, Age')
    generation = True

    def default(self, obj: Object) -> None:
        for port in obj.get('ports') or ():
            port.setdefault('name', '')
            port.setdefault('protocol', 'TCP')
        for endpoint in obj.get('endpoints') or ():
            endpoint.setdefault('conditions', {})
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
            endpoints = ()
        for index, endpoint in enumerate(endpoints):
            _endpoint(endpoint, family, f'endpoints[{index}]', found)
        _ports(obj.get('ports') or (), found)
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        found = self.check(new, context)
        return found + metadata.immutable(new.get('addressType', ''), old.get('addressType', ''), 'addressType')

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """warnOnDeprecatedAddressType."""
        return ['spec.addressType: FQDN endpoints are deprecated'] if obj.get('addressType') == 'FQDN' else []

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        shown = [address for endpoint in obj.get('endpoints') or () for address in endpoint.get('addresses') or ()]
        return [obj['metadata']['name'], obj.get('addressType', ''), _format_ports(obj.get('ports') or []),
                some(shown, 3), age(obj, simulation)]


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
    """validateEndpoints."""
    given = endpoint.get('addresses') or ()
    if not given:
        found.append(field.required(f'{path}.addresses', 'must contain at least 1 address'))
    elif len(given) > 100:
        found.append(field.too_many(f'{path}.addresses', len(given), 100))
    for index, address in enumerate(given):
        here = f'{path}.addresses[{index}]'
        if family == 'FQDN':
            _domain(address, here, found)
        elif family in _FAMILIES:
            _address(address, family, here, found)
    if (node := endpoint.get('nodeName')) is not None:
        found += field.invalid_each(f'{path}.nodeName', node, names.is_dns1123_subdomain(node))
    if (hostname := endpoint.get('hostname')) is not None:
        found += field.invalid_each(f'{path}.hostname', hostname, names.is_dns1123_label(hostname))
    for name in ('forZones', 'forNodes'):
        _hints((endpoint.get('hints') or {}).get(name) or (), name, f'{path}.hints.{name}', found)


def _domain(name: str, path: str, found: list[FieldError]) -> None:
    """IsFullyQualifiedDomainName."""
    if not name:
        found.append(field.required(path))
        return
    name = name.removesuffix('.')
    if told := names.is_dns1123_subdomain(name):
        found.append(field.invalid(path, name, ','.join(told)))
    elif '.' not in name:
        found.append(field.invalid(path, name, 'should be a domain with at least two segments separated by dots'))
    elif bad := next((label for label in name.split('.') if names.is_dns1123_label(label)), None):
        found.append(field.invalid(path, bad, ','.join(names.is_dns1123_label(bad))))


def _hints(hints: Any, name: str, path: str, found: list[FieldError]) -> None:
    """ValidateEndpointHints."""
    if len(hints) > 8:
        found.append(field.too_many(path, len(hints), 8))
        return
    rule = names.is_label_value if name == 'forZones' else names.is_dns1123_subdomain
    seen: set[str] = set()
    for index, hint in enumerate(hints):
        value = hint.get('name', '')
        if value in seen:
            found.append(field.duplicate(f'{path}[{index}].name', value))
        seen.add(value)
        found += field.invalid_each(f'{path}[{index}].name', value, rule(value))


def _address(address: str, family: str, path: str, found: list[FieldError]) -> None:
    if not addresses.ip(address, path, found):
        return
    if f'IPv{ipaddress.ip_address(address).version}' != family:
        found.append(field.invalid(path, address, f'must be an {family} address'))
    addresses.special(address, path, found)


def _ports(ports: Any, found: list[FieldError]) -> None:
    """validatePorts."""
    if len(ports) > 20000:
        found.append(field.too_many('ports', len(ports), 20000))
        return
    seen: set[str] = set()
    for index, port in enumerate(ports):
        here, name = f'ports[{index}]', port.get('name', '')
        if name:
            found += field.invalid_each(f'{here}.name', name, names.is_dns1123_label(name))
        if name in seen:
            found.append(field.duplicate(f'{here}.name', name))
        seen.add(name)
        if port.get('protocol') not in _PROTOCOLS:
            found.append(field.not_supported(f'{here}.protocol', port.get('protocol', ''), _PROTOCOLS))
        if protocol := port.get('appProtocol'):
            found += field.invalid_each(f'{here}.appProtocol', protocol, names.is_qualified_name(protocol))
