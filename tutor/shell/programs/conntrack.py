"""conntrack: the kernel's table of connections."""

from __future__ import annotations

from typing import Any

from tutor.shell.netview import ANSWERED, CLOSED, SYN, TCP, UDP, Flow
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse

NUMBERS = {TCP: 6, UDP: 17}
STATES = {SYN: 'SYN_SENT', ANSWERED: 'ESTABLISHED', CLOSED: 'TIME_WAIT'}
LASTS = {SYN: 120, ANSWERED: 432000, CLOSED: 120}
VERSION = 'conntrack v1.4.8 (conntrack-tools)'


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """conntrack -L|-C [-p PROTOCOL] [-s ADDRESS] [-d ADDRESS] [--sport PORT] [--dport PORT]"""
    options = parse(argv, ctx, 'LCDEp:s:d:n', {
        'dump': 'L', 'count': 'C', 'proto': 'p', 'src': 's', 'orig-src': 's', 'dst': 'd', 'orig-dst': 'd',
        'sport': '=', 'dport': '=', 'state': '='})
    if ctx.uid:
        raise Complaint(f'{VERSION}: Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do '
                        'this', bare=True)
    if 'D' in options or 'E' in options or not ('L' in options or 'C' in options):
        raise Complaint('error: only -L and -C are simulated here')
    network = ctx.host.network
    chosen = [flow for flow in (network.flows() if network is not None else ()) if _wanted(flow, options)]
    if 'C' in options:
        io.stdout.write(f'{len(chosen)}\n')
        return 0
    io.stdout.write(''.join(_line(flow, ctx.simulation.now) for flow in chosen))
    io.stderr.write(f'{VERSION}: {len(chosen)} flow entries have been shown.\n')
    return 0


def _wanted(flow: Flow, options: Any) -> bool:
    asked = {'p': flow.protocol, 's': flow.source, 'd': flow.address, 'sport': str(flow.source_port),
             'dport': str(flow.port), 'state': STATES[flow.state] if flow.protocol == TCP else ''}
    return all(options.get(name).lower() == value.lower() for name, value in asked.items() if name in options)


def _line(flow: Flow, now: float) -> str:
    """One entry: the way there, and the way back as the service proxy has made it."""
    since = flow.ended if flow.ended is not None else flow.began if flow.state == SYN or flow.protocol == UDP else now
    left = max(int((30 if flow.protocol == UDP else LASTS[flow.state]) - (now - since)), 0)
    state = f'{STATES[flow.state]} ' if flow.protocol == TCP else ''
    there = f'src={flow.source} dst={flow.address} sport={flow.source_port} dport={flow.port}'
    back = f'src={flow.target} dst={flow.source} sport={flow.target_port} dport={flow.source_port}'
    if flow.state == SYN:
        return f'{flow.protocol:<8} {NUMBERS[flow.protocol]} {left} {state}{there} [UNREPLIED] {back} mark=0 use=1\n'
    assured = '[ASSURED] ' if flow.protocol == TCP else ''
    return f'{flow.protocol:<8} {NUMBERS[flow.protocol]} {left} {state}{there} {back} {assured}mark=0 use=1\n'
