"""What the kernel of a machine or pod knows of its network, for the programs that look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TCP, UDP = 'tcp', 'udp'
SYN, ANSWERED, REFUSED, CLOSED = 'syn', 'answered', 'refused', 'closed'
"""What happens to a connection: the first packet goes out, the other side takes or refuses it, it ends."""


@dataclass(frozen=True, slots=True)
class Device:
    """A network device. `peer` is the number of its other end in another namespace, 0 when it has none; `master` the
    bridge it belongs to. `dummy` are the addresses of a device that is down and leads nowhere."""

    number: int
    name: str
    mac: str
    address: str = ''
    prefix: int = 24
    peer: int = 0
    master: str = ''
    dummy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A line of the routing table; `target` is 'default' or a network."""

    target: str
    device: str
    via: str = ''
    source: str = ''


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A machine on the same wire whose hardware address is known."""

    address: str
    mac: str
    device: str


@dataclass(slots=True)
class Flow:
    """One connection, or one question and its answer: who asked (with the port), which address was meant, and where it
    went after the service proxy. `question` and `reply` are those of DNS."""

    protocol: str
    source: str
    source_port: int
    address: str
    port: int
    target: str
    target_port: int
    source_node: str
    target_node: str
    began: float
    state: str = SYN
    ended: float | None = None
    question: Any = None
    reply: Any = None


Watcher = Callable[[Flow, str], None]
"""Told of a flow and what has just happened to it."""


def mac_of(address: str) -> str:
    """The hardware address that a bridge plug-in makes of an IPv4 address."""
    return '0a:58:' + ':'.join(f'{int(part):02x}' for part in address.split('.'))
