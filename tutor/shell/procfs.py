"""/proc/net: the network of a machine or pod as its kernel writes it (proc(5))."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, ip_network

from tutor.shell.netview import ANSWERED, TCP, Route
from tutor.shell.process import Network

DEVICES = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
"""  # noqa: E501 - as wide as the kernel makes it
LINE = ('{name:>6}: {received[1]:>7} {received[0]:>7}    0    0    0     0          0         0 '
        '{sent[1]:>8} {sent[0]:>7}    0    0    0     0       0          0\n')
NOTHING, RECEIVED, SENT = (0, 0), (12, 1016), (9, 682)
"""Packets and bytes: those of a loopback device, and those of all others, which are not counted."""
ROUTES = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'
SOCKETS = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
ESTABLISHED, LISTEN = '01', '0A'
UP, GATEWAY = 1, 2
WIDTH = 127
"""Of each line of a table."""
FIRST_INODE = 24600


def files(network: Callable[[], Network | None]) -> dict[str, Callable[[], bytes]]:
    """The files of /proc/net, each with what makes it when it is read; `network` may not be there yet."""
    def shown(make: Callable[[Network], str]) -> Callable[[], bytes]:
        return lambda: b'' if (found := network()) is None else make(found).encode()
    return {'dev': shown(_devices), 'route': shown(_routes), 'tcp': shown(_tcp)}


def _devices(network: Network) -> str:
    lines = [LINE.format(name='lo', received=NOTHING, sent=NOTHING)]
    lines += [LINE.format(name=device.name, received=RECEIVED, sent=SENT) for device in network.devices()]
    return DEVICES + ''.join(lines)


def _routes(network: Network) -> str:
    lines = [ROUTES, *(_route(route) for route in network.routes())]
    return ''.join(f'{line:<{WIDTH}}\n' for line in lines)


def _route(route: Route) -> str:
    target = ip_network('0.0.0.0/0' if route.target == 'default' else route.target)
    flags = UP | (GATEWAY if route.via else 0)
    return (f'{route.device}\t{_hexadecimal(str(target.network_address))}\t{_hexadecimal(route.via or "0.0.0.0")}\t'
            f'{flags:04X}\t0\t0\t0\t{_hexadecimal(str(target.netmask))}\t0\t0\t0')


def _tcp(network: Network) -> str:
    found = [(f'{_end(address or "0.0.0.0", port)} {_end("0.0.0.0", 0)}', LISTEN)
             for protocol, address, port, _ in network.sockets() if protocol == TCP]
    for flow in network.flows():
        if flow.protocol != TCP or flow.state != ANSWERED:
            continue
        client = _end(flow.source, flow.source_port)
        if flow.source in network.addresses:
            found.append((f'{client} {_end(flow.address, flow.port)}', ESTABLISHED))
        if flow.target in network.addresses:
            found.append((f'{_end(flow.target, flow.target_port)} {client}', ESTABLISHED))
    lines = [f'{number:>4}: {ends} {state} 00000000:00000000 00:00000000 00000000     0        0 '
             f'{FIRST_INODE + number} 1 0000000000000000 100 0 0 10 0' for number, (ends, state) in enumerate(found)]
    return ''.join(f'{line:<{WIDTH + 22}}\n' for line in (SOCKETS, *lines))


def _end(address: str, port: int) -> str:
    return f'{_hexadecimal(address)}:{port:04X}'


def _hexadecimal(address: str) -> str:
    """An address as the kernel shows it: its four bytes, the last one first."""
    return IPv4Address(address).packed[::-1].hex().upper()
