"""ip, ifconfig, route: the addresses of the machine, and where packets go."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint

LOOPBACK = ('1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN {group}qlen 1000\n'
            '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n'
            '    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n')


async def ip(argv: list[str], io: IO, ctx: Context) -> int:
    """ip [-4] addr|route|link|neigh [show] [dev DEVICE]"""
    words = [word for word in argv[1:] if not word.startswith('-')]
    what = words[0] if words else ''
    rest = [word for word in words[1:] if word not in ('show', 's', 'list', 'ls', 'dev')]
    addresses = _addresses(ctx)
    if what and ('address'.startswith(what) or 'link'.startswith(what)):
        shown = _links(addresses, ctx, rest[0] if rest else '')
        if not shown:
            raise Complaint(f"can't find device '{rest[0]}'" if ctx.host.userland == 'busybox' else
                            f'Device "{rest[0]}" does not exist.', 1, bare=ctx.host.userland != 'busybox')
        if 'address'.startswith(what):
            io.stdout.write(shown)
        else:
            io.stdout.write(''.join(line + '\n' for line in shown.splitlines() if 'inet' not in line
                                    and 'valid_lft' not in line))
    elif what and 'route'.startswith(what):
        io.stdout.write(_get(rest[1], addresses) if rest[:1] == ['get'] and len(rest) > 1 else _routes(addresses, ctx))
    elif what and 'neighbor'.startswith(what):
        for address in addresses[:1]:
            gateway = _gateway(address)
            io.stdout.write(f'{gateway} dev eth0 lladdr {_mac(gateway)} REACHABLE \n')
    else:
        raise Complaint(f'Object "{what}" is unknown, try "ip help".' if what else
                        'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }', 1 if what else 255, bare=True)
    return 0


def _addresses(ctx: Context) -> list[str]:
    return [address for address in getattr(ctx.host.network, 'addresses', []) if ':' not in address]


def _gateway(address: str) -> str:
    return address.rpartition('.')[0] + '.1'


def _mac(address: str) -> str:
    return '0a:58:' + ':'.join(f'{int(part):02x}' for part in address.split('.'))


def _routes(addresses: list[str], ctx: Context) -> str:
    kernel = '' if ctx.host.userland == 'busybox' else 'proto kernel '
    return ''.join(f'default via {_gateway(address)} dev eth0 \n'
                   f'{address.rpartition(".")[0]}.0/24 dev eth0 {kernel}scope link  src {address} \n'
                   for address in addresses[:1])


def _get(target: str, addresses: list[str]) -> str:
    """ip route get."""
    own = addresses[0] if addresses else '127.0.0.1'
    near = target.rpartition('.')[0] == own.rpartition('.')[0]
    via = '' if near else f'via {_gateway(own)} '
    return f'{target} {via}dev eth0  src {own} \n'


async def ifconfig(argv: list[str], io: IO, ctx: Context) -> int:
    """ifconfig [DEVICE], as BusyBox prints it."""
    for number, address in enumerate(_addresses(ctx)[:1]):
        io.stdout.write(f'eth{number}      Link encap:Ethernet  HWaddr {_mac(address).upper()}  \n'
                        f'          inet addr:{address}  Bcast:{address.rpartition(".")[0]}.255  Mask:255.255.255.0\n'
                        '          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n'
                        '          RX packets:12 errors:0 dropped:0 overruns:0 frame:0\n'
                        '          TX packets:9 errors:0 dropped:0 overruns:0 carrier:0\n'
                        '          collisions:0 txqueuelen:1000 \n'
                        '          RX bytes:1016 (1016.0 B)  TX bytes:682 (682.0 B)\n\n')
    if not argv[1:] or 'lo' in argv[1:]:
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


def _links(addresses: list[str], ctx: Context, device: str) -> str:
    group = '' if ctx.host.userland == 'busybox' else 'group default '
    shown = LOOPBACK.format(group=group) if device in ('', 'lo') else ''
    for number, address in enumerate(addresses, 2):
        if device not in ('', f'eth{number - 2}'):
            continue
        mac = _mac(address)
        shown += (f'{number}: eth{number - 2}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP '
                  f'{group}\n'
                  f'    link/ether {mac} brd ff:ff:ff:ff:ff:ff\n'
                  f'    inet {address}/24 brd {address.rpartition(".")[0]}.255 scope global eth{number - 2}\n'
                  f'       valid_lft forever preferred_lft forever\n')
    return shown
