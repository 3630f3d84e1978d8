"""tcpdump itself: its options, and the capture until it is told to end."""

from __future__ import annotations

from tutor.cluster.simulation import Cancelled
from tutor.shell.netview import Flow
from tutor.shell.process import IO, Context, Network
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import Options, parse
from tutor.shell.programs.tcpdump.filters import BadFilter, Filter, compiled
from tutor.shell.programs.tcpdump.packets import line, packets

FLAGS = 'i:c:nNqtvlpeSAXxDw:r:s:B:UK#'
ABSENT = {'A': 'what packets carry is', 'X': 'what packets carry is', 'x': 'what packets carry is',
          'w': 'files of packets are', 'r': 'files of packets are'}
ANY = 'any'


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """tcpdump [-i DEVICE|any] [-n] [-c COUNT] [EXPRESSION…]"""
    options = parse(argv, ctx, FLAGS, {'interface': 'i', 'count': '=', 'list-interfaces': 'D', 'number': '#'})
    found = ctx.network.devices()
    if 'D' in options:
        names = [*(device.name for device in found), ANY, 'lo']
        io.stdout.write(''.join(f'{number}.{name} [Up, Running]\n' for number, name in enumerate(names, 1)))
        return 0
    absent = next((letter for letter in ABSENT if letter in options), '')
    if absent:
        raise Complaint(f'error: {ABSENT[absent]} not simulated here (-{absent})')
    device = options.get('i', 'eth0')
    if device not in (ANY, 'lo', *(each.name for each in found)):
        raise Complaint(f'{device}: No such device exists\n(No such device exists)')
    if ctx.uid:
        raise Complaint(f"{device}: You don't have permission to perform this capture on that device\n"
                        '(socket: Operation not permitted)')
    try:
        wanted = compiled(' '.join(options.args))
    except BadFilter:
        raise Complaint("can't parse filter expression: syntax error") from None
    return await _capture(ctx.network, device, wanted, options, io, ctx)


async def _capture(network: Network, device: str, wanted: Filter, options: Options, io: IO, ctx: Context) -> int:
    simulation, everywhere = ctx.simulation, device == ANY
    most = int(options.get('c')) if options.get('c').isdigit() else 0
    kind = 'LINUX_SLL2 (Linux cooked v2)' if everywhere else 'EN10MB (Ethernet)'
    io.stderr.write(('tcpdump: data link type LINUX_SLL2\n' if everywhere else '') +
                    'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n'
                    f'listening on {device}, link-type {kind}, snapshot length 262144 bytes\n')
    ended, count = simulation.future(), 0
    own = network.addresses

    def told(flow: Flow, step: str) -> None:
        nonlocal count
        stamp = '' if 't' in options else f'{simulation.wall():%H:%M:%S.%f}'
        for packet in packets(flow, step, network.devices(), own):
            if not (everywhere or packet.device == device) or not wanted(packet) or (most and count >= most):
                continue
            count += 1
            io.stdout.write(line(packet, stamp, 'n' in options, everywhere).lstrip(' '))
        if most and count >= most:
            ended.resolve(None)

    stop = network.watch(told)
    for name in ('INT', 'TERM'):
        ctx.signals[name] = lambda: ended.resolve(None)
    try:
        await ended
    except Cancelled:
        if not ended.done:
            raise
    finally:
        stop()
        io.stderr.write(f'\n{count} packet{"" if count == 1 else "s"} captured\n{count} packet'
                        f'{"" if count == 1 else "s"} received by filter\n0 packets dropped by kernel\n')
    return 0
