"""ip, netstat: the addresses and ports of the machine."""

from __future__ import annotations

from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse

LOOPBACK = ('1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN {group}qlen 1000\n'
            '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n'
            '    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n')


async def ip(argv: list[str], io: IO, ctx: Context) -> int:
    """ip [-4] addr|route|link"""
    words = [word for word in argv[1:] if not word.startswith('-')]
    what = words[0] if words else ''
    addresses = [address for address in getattr(ctx.host.network, 'addresses', []) if ':' not in address]
    if what and 'address'.startswith(what):
        io.stdout.write(_links(addresses, ctx))
    elif what and 'route'.startswith(what):
        for address in addresses[:1]:
            gateway = address.rpartition('.')[0] + '.1'
            io.stdout.write(f'default via {gateway} dev eth0 \n{address.rpartition(".")[0]}.0/24 dev eth0 '
                            f'{"proto kernel " if ctx.host.userland != "busybox" else ""}scope link  src {address} \n')
    elif what and 'link'.startswith(what):
        io.stdout.write(''.join(line + '\n' for line in _links(addresses, ctx).splitlines() if 'inet' not in line
                                and 'valid_lft' not in line))
    else:
        raise Complaint(f'Object "{what}" is unknown, try "ip help".' if what else
                        'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }', 1 if what else 255, bare=True)
    return 0


def _links(addresses: list[str], ctx: Context) -> str:
    group = '' if ctx.host.userland == 'busybox' else 'group default '
    shown = LOOPBACK.format(group=group)
    for number, address in enumerate(addresses, 2):
        octets = [int(part) for part in address.split('.')]
        mac = '0a:58:' + ':'.join(f'{octet:02x}' for octet in octets)
        shown += (f'{number}: eth{number - 2}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP '
                  f'{group}\n'
                  f'    link/ether {mac} brd ff:ff:ff:ff:ff:ff\n'
                  f'    inet {address}/24 brd {address.rpartition(".")[0]}.255 scope global eth{number - 2}\n'
                  f'       valid_lft forever preferred_lft forever\n')
    return shown


async def netstat(argv: list[str], io: IO, ctx: Context) -> int:
    """netstat [-tlnp]"""
    parse(argv, ctx, 'tulnpaWre')
    stack: Any = getattr(ctx.host.network, 'stack', None)
    io.stdout.write('Active Internet connections (only servers)\n'
                    'Proto Recv-Q Send-Q Local Address           Foreign Address         State       \n')
    for address, port in sorted(getattr(stack, 'listeners', {})):
        local = f'{address or "0.0.0.0"}:{port}'
        io.stdout.write(f'tcp        0      0 {local:<23} 0.0.0.0:*               LISTEN\n')
    return 0
