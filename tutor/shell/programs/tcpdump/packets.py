"""The packets of which a flow consists, where on a machine they can be seen, and how tcpdump prints them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutor.shell.netview import ANSWERED, CLOSED, REFUSED, SYN, UDP, Device, Flow, mac_of

IN, OUT = 'In', 'Out'
NAMES = {22: 'ssh', 53: 'domain', 80: 'http', 443: 'https', 3306: 'mysql', 5432: 'postgresql', 6379: 'redis',
         8080: 'http-alt'}
STEPS = {SYN: (('S', True),), ANSWERED: (('S.', False), ('.', True)), REFUSED: (('R.', False),),
         CLOSED: (('F.', True), ('F.', False), ('.', True))}
"""The packets of each step of a connection: their flags, and whether they go from the client to the server."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet at one device."""

    device: str
    direction: str
    protocol: str
    source: tuple[str, int]
    target: tuple[str, int]
    about: str


def packets(flow: Flow, step: str, seen_at: list[Device], own: list[str]) -> Iterator[Packet]:
    """What passes at the devices of a machine or pod, whose own addresses are given, when something happens."""
    if flow.protocol == UDP:
        steps = [(_question(flow), True)] if step == SYN else [(_reply(flow), False)] if step == ANSWERED else []
    else:
        steps = [(_flags(flags, flow, forth), forth) for flags, forth in STEPS[step]]
    for about, forth in steps:
        for device, direction, server in _places(flow, seen_at, own)[::1 if forth else -1]:
            client, there = (flow.source, flow.source_port), server
            if forth:
                yield Packet(device, direction, flow.protocol, client, there, about)
            else:
                yield Packet(device, OUT if direction == IN else IN, flow.protocol, there, client, about)


def _places(flow: Flow, seen_at: list[Device], own: list[str]) -> list[tuple[str, str, tuple[str, int]]]:
    """Where the packets to the server pass: device, direction, and the server's address there. Behind the machine of
    the client it is that of the endpoint which the service proxy has chosen."""
    meant, chosen = (flow.address, flow.port), (flow.target, flow.target_port)
    if flow.source in own:
        return [('lo' if flow.target in own else 'eth0', OUT, meant if len(seen_at) == 1 else chosen)]
    if flow.target in own:
        return [('eth0', IN, chosen)]
    found = []
    source, target = (next((device.name for device in seen_at if device.mac == mac), '') for mac in (
        _mac(flow.source), _mac(flow.target)))
    bridge = next((device.name for device in seen_at if device.name != 'eth0' and device.address), '')
    if source:
        found += [(source, IN, meant), (bridge, IN, meant)]
    if not (source and target):
        found.append(('eth0', OUT if source else IN, chosen))
    if target:
        found += [(bridge, OUT, chosen), (target, OUT, chosen)]
    return found


def _mac(address: str) -> str:
    return mac_of(address) if address.count('.') == 3 else ''


def _flags(flags: str, flow: Flow, forth: bool) -> str:
    number = (flow.source_port * 2654435761 + (0 if forth else 97)) % 2**32
    text = f'Flags [{flags}]'
    if 'S' in flags:
        text += f', seq {number}'
    elif 'F' in flags or 'R' in flags:
        text += ', seq 1' if 'F' in flags else ', seq 0'
    if '.' in flags:
        text += f', ack {(flow.source_port * 2654435761) % 2**32 + 1 if flags == "S." else 1}'
    window = 64240 if flags == 'S' else 65160 if flags == 'S.' else 0 if 'R' in flags else 502
    options = ', options [mss 1460]' if 'S' in flags else ''
    return f'{text}, win {window}{options}, length 0'


def _number(flow: Flow) -> int:
    return flow.source_port * 40503 % 65536


def _question(flow: Flow) -> str:
    name = getattr(flow.question, 'name', '')
    if not name:
        return 'UDP, length 16'
    return f'{_number(flow)}+ {flow.question.kind}? {name}. ({len(name) + 18})'


def _reply(flow: Flow) -> str:
    records = getattr(flow.reply, 'records', None)
    if records is None:
        return 'UDP, length 16'
    rcode = {'NOERROR': '', 'NXDOMAIN': ' NXDomain', 'SERVFAIL': ' ServFail'}.get(flow.reply.rcode, ' Refused')
    star = '*' if flow.reply.authoritative else ''
    shown = ', '.join(f'{record.kind} {record.data}' for record in records)
    size = len(getattr(flow.question, 'name', '')) + 18 + sum(len(record.data) + 16 for record in records)
    return f'{_number(flow)}{rcode}{star}- {len(records)}/0/0 {shown}{" " if shown else ""}({size})'


def line(packet: Packet, stamp: str, numeric: bool, with_device: bool) -> str:
    """A packet as it is printed."""
    where = f'{packet.device:<5} {packet.direction:<3} ' if with_device else ''
    return f'{stamp} {where}IP {_end(packet.source, numeric)} > {_end(packet.target, numeric)}: {packet.about}\n'


def _end(end: tuple[str, int], numeric: bool) -> str:
    return f'{end[0]}.{end[1] if numeric else NAMES.get(end[1], end[1])}'
