"""ip, ifconfig, route, arp: the addresses of the machine, and where packets go."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from tutor.shell.capabilities import Capability
from tutor.shell.netview import Device, Route, mac_of
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint

LOOPBACK = ('1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN {group}qlen 1000\n'
            '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n'
            '    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n')


CHANGES = ('add', 'a', 'del', 'delete', 'd', 'change', 'chg', 'replace', 'append', 'set', 'flush')
OBJECTS = ('address', 'link', 'route', 'neighbor', 'rule')


async def ip(argv: list[str], io: IO, ctx: Context) -> int:
    """ip [-4] addr|route|link|neigh [show] [dev DEVICE]"""
    words = [word for word in argv[1:] if not word.startswith('-')]
    what = words[0] if words else ''
    if any(word in CHANGES for word in words[1:2]) and any(kind.startswith(what) for kind in OBJECTS):
        raise _refused(ctx)
    rest = [word for word in words[1:] if word not in ('show', 's', 'list', 'ls', 'dev')]
    brief = any(word in ('-br', '-brief') for word in argv[1:])
    if what and ('address'.startswith(what) or 'link'.startswith(what)):
        io.stdout.write(_shown(rest[0] if rest else '', 'address'.startswith(what), brief, ctx))
    elif what and 'route'.startswith(what):
        asks = rest[:1] == ['get'] and len(rest) > 1
        io.stdout.write(_get(rest[1], ctx) if asks else ''.join(_route(route, ctx) for route in ctx.network.routes()))
    elif what and 'neighbor'.startswith(what):
        for near in ctx.network.neighbours():
            io.stdout.write(f'{near.address} dev {near.device} lladdr {near.mac} REACHABLE \n')
    else:
        raise Complaint(f'Object "{what}" is unknown, try "ip help".' if what else
                        'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }', 1 if what else 255, bare=True)
    return 0


def _refused(ctx: Context) -> Complaint:
    """Why devices, addresses and routes stay as they are."""
    if ctx.may(Capability.NET_ADMIN):
        return Complaint('error: changing the network is not simulated here')
    busybox = ctx.host.userland == 'busybox'
    return Complaint('RTNETLINK answers: Operation not permitted', 1 if busybox else 2, bare=not busybox)


def _shown(wanted: str, addresses: bool, brief: bool, ctx: Context) -> str:
    """ip addr and ip link. Raises Complaint for a device that there is not."""
    chosen = [device for device in ctx.network.devices() if wanted in ('', device.name)]
    if wanted not in ('', 'lo') and not chosen:
        busybox = ctx.host.userland == 'busybox'
        raise Complaint(f"can't find device '{wanted}'" if busybox else f'Device "{wanted}" does not exist.', 1,
                        bare=not busybox)
    if brief:
        rows = [('lo', 'UNKNOWN', '127.0.0.1/8', '00:00:00:00:00:00')] if wanted in ('', 'lo') else []
        rows += [(_name(device), 'DOWN' if device.dummy else 'UP', ' '.join(
            f'{address}/{prefix}' for address, prefix in _addressed(device)), device.mac) for device in chosen]
        return ''.join(f'{name:<16} {state:<14} {address if addresses else mac} \n'
                       for name, state, address, mac in rows)
    group = '' if ctx.host.userland == 'busybox' else 'group default '
    parts = [LOOPBACK.format(group=group)] if wanted in ('', 'lo') else []
    parts += [_block(device, group) for device in chosen]
    lines = ''.join(parts).splitlines(keepends=True)
    return ''.join(line for line in lines if addresses or ('inet' not in line and 'valid_lft' not in line))


def _name(device: Device) -> str:
    return f'{device.name}@if{device.peer}' if device.peer else device.name


def _addressed(device: Device) -> list[tuple[str, int]]:
    """A device's addresses and their prefixes."""
    return [*(((device.address, device.prefix),) if device.address else ()), *((each, 32) for each in device.dummy)]


def _block(device: Device, group: str) -> str:
    if device.dummy:
        return (f'{device.number}: {device.name}: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN {group}\n    '
                f'link/ether {device.mac} brd ff:ff:ff:ff:ff:ff\n' + ''.join(
                    f'    inet {address}/32 scope global {device.name}\n'
                    '       valid_lft forever preferred_lft forever\n' for address in device.dummy))
    master = f'master {device.master} ' if device.master else ''
    shown = (f'{device.number}: {_name(device)}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue {master}'
             f'state UP {group}\n    link/ether {device.mac} brd ff:ff:ff:ff:ff:ff'
             f'{" link-netnsid 0" if device.peer and group else ""}\n')
    if device.address:
        shown += (f'    inet {device.address}/{device.prefix} brd {device.address.rpartition(".")[0]}.255 scope global '
                  f'{device.name}\n       valid_lft forever preferred_lft forever\n')
    return shown


def _addresses(ctx: Context) -> list[str]:
    return [address for address in ctx.network.addresses if ':' not in address]


def _gateway(address: str) -> str:
    return address.rpartition('.')[0] + '.1'


def _route(route: Route, ctx: Context) -> str:
    kernel = '' if ctx.host.userland == 'busybox' else 'proto kernel '
    if route.via:
        return f'{route.target} via {route.via} dev {route.device} \n'
    return f'{route.target} dev {route.device} {kernel}scope link  src {route.source} \n'


def _get(target: str, ctx: Context) -> str:
    """ip route get."""
    own = (_addresses(ctx) or ['127.0.0.1'])[0]
    try:
        address = ip_address(target)
        found = next((route for route in ctx.network.routes() if route.target != 'default'
                      and address in ip_network(route.target)), None)
    except ValueError:
        raise Complaint(f'Error: any valid prefix is expected rather than "{target}".', 1, bare=True) from None
    found = found or Route('default', 'eth0', _gateway(own))
    via = f'via {found.via} ' if found.via else ''
    return f'{target} {via}dev {found.device} src {found.source or own} uid 0 \n    cache \n'


async def arp(argv: list[str], io: IO, ctx: Context) -> int:
    """arp [-n|-a]"""
    found = ctx.network.neighbours()
    if ctx.host.userland == 'busybox' or '-a' in argv:
        io.stdout.write(''.join(f'? ({near.address}) at {near.mac} [ether]  on {near.device}\n' for near in found))
        return 0
    io.stdout.write('Address                  HWtype  HWaddress           Flags Mask            Iface\n')
    for near in found:
        io.stdout.write(f'{near.address:<25}{"ether":<8}{near.mac:<20}{"C":<22}{near.device}\n')
    return 0


async def ifconfig(argv: list[str], io: IO, ctx: Context) -> int:
    """ifconfig [DEVICE], as BusyBox prints it."""
    wanted = next((word for word in argv[1:] if not word.startswith('-')), '')
    addresses = _addresses(ctx)[:1]
    if wanted not in ('', 'lo', *(f'eth{number}' for number in range(len(addresses)))):
        raise Complaint(f'{wanted}: error fetching interface information: Device not found')
    for number, address in enumerate(addresses if wanted != 'lo' else ()):
        io.stdout.write(f'eth{number}      Link encap:Ethernet  HWaddr {mac_of(address).upper()}  \n'
                        f'          inet addr:{address}  Bcast:{address.rpartition(".")[0]}.255  Mask:255.255.255.0\n'
                        '          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n'
                        '          RX packets:12 errors:0 dropped:0 overruns:0 frame:0\n'
                        '          TX packets:9 errors:0 dropped:0 overruns:0 carrier:0\n'
                        '          collisions:0 txqueuelen:1000 \n'
                        '          RX bytes:1016 (1016.0 B)  TX bytes:682 (682.0 B)\n\n')
    if wanted in ('', 'lo'):
        io.stdout.write('lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n'
                        '          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n'
                        '          RX packets:0 errors:0 dropped:0 overruns:0 frame:0\n'
                        '          TX packets:0 errors:0 dropped:0 overruns:0 carrier:0\n'
                        '          collisions:0 txqueuelen:1000 \n          RX bytes:0 (0.0 B)  TX bytes:0 (0.0 B)\n\n')
    return 0


async def route(argv: list[str], io: IO, ctx: Context) -> int:
    """route [-n]"""
    io.stdout.write('Kernel IP routing table\n'
                    'Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n')
    for address in _addresses(ctx)[:1]:
        anywhere = '0.0.0.0' if '-n' in argv else 'default'
        here = '0.0.0.0' if '-n' in argv else '*'
        io.stdout.write(f'{anywhere:<15} {_gateway(address):<15} 0.0.0.0         UG    0      0        0 eth0\n'
                        f'{address.rpartition(".")[0] + ".0":<15} {here:<15} 255.255.255.0   U     0      0        0 '
                        'eth0\n')
    return 0
