"""Addresses and networks that fields hold, and which of them make no sense (apimachinery/pkg/util/validation/ip.go)."""

from __future__ import annotations

import ipaddress

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError

BAD_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
BAD_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def ip(value: str, path: str, found: list[FieldError]) -> bool:
    """IsValidIP: whether it is one."""
    valid = is_ip(value)
    if not valid:
        found.append(field.invalid(path, value, BAD_IP))
    return valid


def is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def cidr(value: str, path: str, found: list[FieldError]) -> Network | None:
    """IsValidCIDR: the network that it is, or None."""
    network = as_network(value)
    if network is None:
        found.append(field.invalid(path, value, BAD_CIDR))
    return network


def as_network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False) if '/' in text else None
    except ValueError:
        return None


def special(value: str, path: str, found: list[FieldError]) -> None:
    """ValidateNonSpecialIP: addresses that mean something else everywhere."""
    parsed = ipaddress.ip_address(value)
    if parsed.is_unspecified:
        found.append(field.invalid(path, value, f'may not be unspecified ({value})'))
    if parsed.is_loopback:
        found.append(field.invalid(path, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'))
    if parsed.is_link_local:
        found.append(field.invalid(path, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'))
    if parsed in _LINK_LOCAL_MULTICAST[parsed.version]:
        found.append(field.invalid(path, value,
                                   'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'))


_LINK_LOCAL_MULTICAST = {4: ipaddress.ip_network('224.0.0.0/24'), 6: ipaddress.ip_network('ff02::/16')}
