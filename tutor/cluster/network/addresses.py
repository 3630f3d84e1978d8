"""Addresses: which pod CIDR a node has, and which addresses in it are free (the host-local IPAM plug-in)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network


class AddressesExhausted(Exception):
    """No address left; the text is the plug-in's."""


def pod_cidr(index: int, cluster: str = '10.244.0.0/16', size: int = 24) -> str:
    """The CIDR of the node with this number: 10.244.<index>.0/24, going on past 10.244.255.0."""
    base = int(IPv4Network(cluster).network_address)
    return f'{IPv4Address(base + index * 2 ** (32 - size))}/{size}'


class PodAddresses:
    """Hands out the addresses of one node, each next one after the last, so that a freed one rests a while."""

    def __init__(self, cidr: str) -> None:
        network = IPv4Network(cidr)
        self._base = int(network.network_address)
        self._first = 2
        self._count = network.num_addresses - 3
        self._next = 0
        self._used: set[int] = set()

    def allocate(self) -> str:
        """A free address. Raises AddressesExhausted."""
        for _ in range(self._count):
            number = self._first + self._next
            self._next = (self._next + 1) % self._count
            if number not in self._used:
                self._used.add(number)
                return str(IPv4Address(self._base + number))
        first, last = IPv4Address(self._base + 1), IPv4Address(self._base + self._count + 1)
        raise AddressesExhausted(f'no IP addresses available in range set: {first}-{last}')

    def free(self, address: str) -> None:
        self._used.discard(int(IPv4Address(address)) - self._base)
