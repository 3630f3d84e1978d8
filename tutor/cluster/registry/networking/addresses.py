"""IPAddresses and ServiceCIDRs."""

from __future__ import annotations

import ipaddress
from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import addresses
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation


def _ip_name(value: str) -> list[str]:
    try:
        return [] if str(ipaddress.ip_address(value)) == value else ['must be a canonical format IP address']
    except ValueError:
        return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']


class IPAddressStrategy(Kind):
    columns = columns('Name, ParentRef')
    name_rule = staticmethod(_ip_name)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        reference = (obj.get('spec') or {}).get('parentRef')
        if reference is None:
            return [field.required('spec.parentRef')]
        return [field.required(f'spec.parentRef.{name}') for name in ('resource', 'name') if not reference.get(name)]

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
        for index, text in enumerate(cidrs):
            addresses.cidr(text, f'spec.cidrs[{index}]', found)
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], ','.join((obj.get('spec') or {}).get('cidrs') or ()), age(obj, simulation)]
