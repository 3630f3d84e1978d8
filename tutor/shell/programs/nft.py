"""nft, ipvsadm: what the service proxy has written into the kernel in its other modes, to be looked at."""

from __future__ import annotations

from typing import Any

from tutor.shell.process import IO, Context, Network
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse

NFT = 'nftables v1.0.9 (Old Doc Yak #3)'
MANAGED = '# Warning: table ip {} is managed by iptables-nft, do not touch!\n'
MISSING = 'Error: No such file or directory\n{line}\n{marks}'
IPVS_HEADER = ('IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n'
               '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n')


async def nft(argv: list[str], io: IO, ctx: Context) -> int:
    """nft list tables|ruleset|table ip NAME|chain ip NAME CHAIN|map ip NAME MAP|set ip NAME SET"""
    options = parse(argv, ctx, 'vVahns', {'version': 'v', 'handle': 'a', 'stateless': 's'})
    if 'v' in options:
        io.stdout.write(NFT + '\n')
        return 0
    if ctx.uid:
        raise Complaint('Operation not permitted (you must be root)', 1, bare=True)
    words = options.args
    if words[:1] != ['list'] or len(words) < 2:
        raise Complaint('error: only nft list is simulated here; NetworkPolicies and `chaos` cut traffic', 2)
    table, show = _network(ctx).rule_set()
    what, rest = words[1], [word for word in words[2:] if word not in ('ip', 'inet')]
    if what == 'tables':
        io.stdout.write(''.join(f'table ip {name}\n' for name in ('mangle', 'filter', 'nat')))
        io.stdout.write('table ip kube-proxy\n' if table is not None else '')
        return 0
    if what == 'ruleset':
        rest = ['kube-proxy'] if table is not None else []
    if what in ('ruleset', 'table') and (not rest or rest[0] in ('mangle', 'filter', 'nat')):
        raise Complaint(f'error: nft {" ".join(words)} is not simulated here: what iptables has written is shown by '
                        'iptables-save', 2)
    if table is None or rest[:1] != ['kube-proxy'] or not _has(table, what, rest[1:]):
        line = ' '.join(words)
        name = rest[-1] if rest else line
        raise Complaint(MISSING.format(line=line, marks=' ' * line.rindex(name) + '^' * len(name)), 1, bare=True)
    name = rest[1] if len(rest) > 1 else ''
    lines = show.listed(table, chain=name) if what == 'chain' else show.listed(
        table, container=name if what in ('map', 'set') else '')
    io.stdout.write(''.join(line + '\n' for line in lines))
    return 0


def _network(ctx: Context) -> Network:
    """Raises Complaint where there is none."""
    if ctx.host.network is None:
        raise Complaint('Operation not permitted', 1)
    return ctx.host.network


def _has(table: Any, what: str, names: list[str]) -> bool:
    """Whether the table has what is asked for."""
    if what in ('ruleset', 'table'):
        return True
    return bool(names) and (names[0] in table.chains if what == 'chain' else
                            names[0] in table.containers and table.containers[names[0]].kind == what)


async def ipvsadm(argv: list[str], io: IO, ctx: Context) -> int:
    """ipvsadm -L [-n] [-t|-u ADDRESS:PORT]: the virtual servers that kube-proxy has made in ipvs mode."""
    options = parse(argv, ctx, 'LlnAEDCRSadert:u:f:s:w:mgip:Zc', {
        'list': 'L', 'numeric': 'n', 'tcp-service': 't', 'udp-service': 'u', 'clear': 'C', 'add-service': 'A',
        'delete-service': 'D', 'stats': '', 'rate': '', 'connection': 'c'})
    if ctx.uid:
        raise Complaint("Can't initialize ipvs: Permission denied (you must be root)", 255, bare=True)
    if any(letter in options for letter in 'AEDCRSaderZ'):
        raise Complaint('error: changing virtual servers by hand is not simulated here')
    servers = _network(ctx).virtual_servers()
    wanted = {'TCP': options.get('t'), 'UDP': options.get('u')}
    chosen = [server for server in servers if not any(wanted.values())
              or wanted.get(server.protocol) == f'{server.address}:{server.port}']
    if any(wanted.values()) and not chosen:
        raise Complaint('No such service', 255)
    io.stdout.write(IPVS_HEADER if not any(wanted.values()) else IPVS_HEADER.partition('\n')[2])
    io.stdout.write(''.join(_server(server, ctx.network.flows(), ctx.simulation.now) for server in chosen))
    return 0


def _server(server: Any, flows: list[Any], now: float) -> str:
    """A virtual server, and the connections that each of its real servers has."""
    kept = f' persistent {server.persistent}' if server.persistent else ''
    lines = [f'{server.protocol}  {server.address}:{server.port} {server.scheduler}{kept}\n']
    for address, port in server.targets:
        mine = [flow for flow in flows if (flow.address, flow.port, flow.target, flow.target_port) == (
            server.address, server.port, address, port)]
        active = sum(flow.ended is None for flow in mine)
        lines.append(f'  -> {f"{address}:{port}":<28} {"Masq":<7} {1:<6} {active:<10} {len(mine) - active:<10}\n')
    return ''.join(lines)
