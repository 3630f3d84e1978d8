"""IPAddresses and ServiceCIDRs."""

from __future__ import annotations

import ipaddress
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import addresses, metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_NO_PARENT = {'Group': '', 'Resource': '', 'Namespace': '', 'Name': ''}
_ONE_OF_EACH = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'


def _ip_name(value: str) -> list[str]:
    try:
        return [] if str(ipaddress.ip_address(value)) == value else ['must be a canonical format IP address']
    except ValueError:
        return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']


class IPAddressStrategy(Kind):
    columns = columns('Name, ParentRef')
    name_rule = staticmethod(_ip_name)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateIPAddressParentReference."""
        reference, path = (obj.get('spec') or {}).get('parentRef'), 'spec.parentRef'
        if reference is None:
            return [field.required(path)]
        group = reference.get('group', '')
        found = field.invalid_each(f'{path}.group', group, names.is_dns1123_subdomain(group)) if group else []
        for name in ('resource', 'name', 'namespace'):
            value = reference.get(name, '')
            if value:
                found += field.invalid_each(f'{path}.{name}', value, names.is_path_segment(value))
            elif name != 'namespace':
                found.append(field.required(f'{path}.{name}'))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateIPAddressUpdate."""
        reference = (new.get('spec') or {}).get('parentRef')
        if reference == (old.get('spec') or {}).get('parentRef'):
            return []
        return [field.invalid('spec.parentRef', reference and internal(
            reference, 'Group Resource Namespace Name', zeros=_NO_PARENT), 'field is immutable')]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        reference = (obj.get('spec') or {}).get('parentRef') or {}
        parts = [f'{reference.get("resource", "")}.{reference["group"]}' if reference.get('group')
                 else reference.get('resource', ''), reference.get('namespace', ''), reference.get('name', '')]
        return [obj['metadata']['name'], '/'.join(part for part in parts if part)]


class ServiceCIDRStrategy(Kind):
    columns = columns('Name, CIDRs, Age')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateServiceCIDR."""
        cidrs, found = (obj.get('spec') or {}).get('cidrs'), []
        if not cidrs:
            return [field.required('spec.cidrs', 'at least one CIDR required')]
        if len(cidrs) > 2:
            return [field.invalid('spec.cidrs', {'CIDRs': cidrs}, 'may only hold up to 2 values')]
        networks = [addresses.as_network(text) for text in cidrs]
        if len(cidrs) == 2 and (None in networks or len({network and network.version for network in networks}) == 1):
            return [field.invalid('spec.cidrs', {'CIDRs': cidrs}, _ONE_OF_EACH)]
        for index, text in enumerate(cidrs):
            addresses.cidr(text, f'spec.cidrs[{index}]', found)
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateServiceCIDRUpdate."""
        return metadata.immutable((new.get('spec') or {}).get('cidrs'), (old.get('spec') or {}).get('cidrs'),
                                  'spec.cidrs')

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], ','.join((obj.get('spec') or {}).get('cidrs') or ()), age(obj, simulation)]
