"""pcap-filter expressions: hosts, networks, ports and protocols, with and, or, not and parentheses."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from tutor.shell.programs.tcpdump.packets import Packet

Filter = Callable[[Packet], bool]
SERVICES = {'ssh': 22, 'domain': 53, 'http': 80, 'https': 443, 'mysql': 3306, 'postgresql': 5432}
PROTOCOLS = ('tcp', 'udp', 'icmp', 'ip', 'arp', 'ip6')
DIRECTIONS = ('src', 'dst')


class BadFilter(ValueError):
    """An expression that cannot be understood."""


def compiled(expression: str) -> Filter:
    """The test that an expression is. Raises BadFilter."""
    tokens = re.findall(r'[()!]|&&|\|\||[^\s()!]+', expression)
    if not tokens:
        return lambda packet: True
    parser = _Parser(tokens)
    found = parser.either()
    if parser.tokens:
        raise BadFilter
    return found


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def _take(self) -> str:
        if not self.tokens:
            raise BadFilter
        return self.tokens.pop(0)

    def either(self) -> Filter:
        """One or the other."""
        found = self._both()
        while self.tokens and self.tokens[0] in ('or', '||'):
            self._take()
            found = _or(found, self._both())
        return found

    def _both(self) -> Filter:
        found = self._one()
        while self.tokens and self.tokens[0] in ('and', '&&'):
            self._take()
            found = _and(found, self._one())
        return found

    def _one(self) -> Filter:
        word = self._take()
        if word in ('not', '!'):
            inner = self._one()
            return lambda packet: not inner(packet)
        if word == '(':
            found = self.either()
            if self._take() != ')':
                raise BadFilter
            return found
        return self._primitive(word)

    def _primitive(self, word: str) -> Filter:
        protocol, direction = '', ''
        if word in PROTOCOLS:
            protocol = word
            if not self.tokens or self.tokens[0] in ('and', 'or', '&&', '||', ')'):
                return _protocol(protocol)
            word = self._take()
        if word in DIRECTIONS:
            direction, word = word, self._take()
        if word in ('host', 'port', 'portrange', 'net'):
            kind, value = word, self._take()
        else:
            kind, value = 'host', word
        test = _test(kind, value, direction)
        return _and(_protocol(protocol), test) if protocol else test


def _and(one: Filter, other: Filter) -> Filter:
    return lambda packet: one(packet) and other(packet)


def _or(one: Filter, other: Filter) -> Filter:
    return lambda packet: one(packet) or other(packet)


def _protocol(name: str) -> Filter:
    return lambda packet: name in ('ip', packet.protocol)


def _test(kind: str, value: str, direction: str) -> Filter:
    """A test of one end, or of either."""
    if kind in ('port', 'portrange'):
        first, dash, last = value.partition('-')
        ports = [SERVICES.get(text, int(text) if text.isdigit() else -1) for text in (first, last if dash else first)]
        if -1 in ports:
            raise BadFilter
        return lambda packet: any(ports[0] <= end[1] <= ports[1] for end in _ends(packet, direction))
    try:
        network = ip_network(value if kind == 'net' else f'{value}/32', strict=False)
    except ValueError:
        raise BadFilter from None
    return lambda packet: any(ip_address(end[0]) in network for end in _ends(packet, direction))


def _ends(packet: Packet, direction: str) -> list[tuple[str, int]]:
    return [end for name, end in zip(DIRECTIONS, (packet.source, packet.target), strict=True)
            if direction in ('', name)]
