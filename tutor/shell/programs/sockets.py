"""ss and netstat: what listens on the machine or in the pod, and which connections are open."""

from __future__ import annotations

from typing import Any

from tutor.shell.netview import ANSWERED, TCP
from tutor.shell.process import IO, Context, Process
from tutor.shell.programs.options import parse

DAEMONS = {22: 'sshd', 10248: 'kubelet', 10250: 'kubelet'}
"""Which of a machine's own daemons listens at a port: they share one view of its network."""


def _listening(ctx: Context, wanted: str) -> list[tuple[str, str, int, Process | None]]:
    """Protocol, address, port and process, in the order of their numbers."""
    network = ctx.host.network
    found = []
    for protocol, address, port, owner in network.sockets() if network is not None else ():
        if protocol in wanted:
            found.append((protocol, address, port, _owner(owner, port, ctx)))
    return sorted(found, key=lambda item: (item[0] != 'udp', item[2], item[1]))


def _open(ctx: Context) -> list[tuple[str, str]]:
    """Both ends of each open connection, one's own first."""
    network = ctx.host.network
    if network is None:
        return []
    found = []
    for flow in network.flows():
        if flow.protocol != TCP or flow.state != ANSWERED:
            continue
        client = f'{flow.source}:{flow.source_port}'
        if flow.source in network.addresses:
            found.append((client, f'{flow.address}:{flow.port}'))
        if flow.target in network.addresses:
            found.append((f'{flow.target}:{flow.target_port}', client))
    return found


def _owner(owner: Any, port: int, ctx: Context) -> Process | None:
    """Whose socket it is, as far as the user may see: only root sees those of others."""
    network = ctx.host.network
    processes = list(ctx.host.processes.values())
    if ctx.host.machine is None:
        return processes[0] if owner is network and owner.of_pod and processes else None
    named = DAEMONS.get(port, '')
    found = [process for process in processes if (
        _name(process) == named if named else process.context.host is not ctx.host
        and process.context.host.network is owner)]
    return found[0] if found and ctx.uid in (0, found[0].context.uid) else None


def _wanted(options: Any) -> str:
    chosen = [name for letter, name in (('t', 'tcp'), ('u', 'udp')) if letter in options]
    return ' '.join(chosen) or 'tcp udp'


async def ss(argv: list[str], io: IO, ctx: Context) -> int:
    """ss -tulnp"""
    options = parse(argv, ctx, 'tulnpaeimosH4x6', {'listening': 'l', 'tcp': 't', 'udp': 'u', 'numeric': 'n',
                                                  'processes': 'p', 'all': 'a', 'no-header': 'H'})
    many = 't' not in options or 'u' in options
    listens = 'l' in options or 'a' in options
    if 's' in options:
        count = len(_listening(ctx, 'tcp'))
        io.stdout.write(f'Total: {count}\nTCP:   {count} (estab 0, closed 0, orphaned 0, timewait 0)\n')
        return 0
    if 'H' not in options:
        io.stdout.write(f'{"Netid " if many else ""}State  Recv-Q Send-Q Local Address:Port Peer Address:Port'
                        f'{"Process" if "p" in options else ""}\n')
    for protocol, address, port, process in _listening(ctx, _wanted(options)) if listens else ():
        state, queue = ('LISTEN', 4096) if protocol == 'tcp' else ('UNCONN', 0)
        who = f'users:(("{_name(process)}",pid={process.pid},fd=7))' if process and 'p' in options else ''
        there = '0.0.0.0' if address else '*'
        io.stdout.write(f'{f"{protocol:<6}" if many else ""}{state:<6} 0      {queue:<6d} {address or "*":>13}:'
                        f'{port:<8d} {there:>7}:*    {who}'.rstrip(' ') + '\n')
    for own, other in _open(ctx) if 'l' not in options and 'tcp' in _wanted(options) else ():
        io.stdout.write(f'{"tcp   " if many else ""}ESTAB  0      0      {own:>22} {other:>22}\n')
    return 0


async def netstat(argv: list[str], io: IO, ctx: Context) -> int:
    """netstat -tulnp"""
    options = parse(argv, ctx, 'tulnpaWrei', {})
    shows = 'p' in options
    busybox = ctx.host.userland == 'busybox'
    if shows and ctx.uid and not busybox:
        io.stderr.write('(Not all processes could be identified, non-owned process info\n will not be shown, you would '
                        'have to be root to see it all.)\n')
    listens, every = 'l' in options, 'a' in options
    which = '(servers and established)' if every else '(only servers)' if listens else '(w/o servers)'
    io.stdout.write(f'Active Internet connections {which}\nProto Recv-Q Send-Q Local Address           '
                    f'Foreign Address         State       {"PID/Program name    " if shows else ""}\n')
    for protocol, address, port, process in sorted(_listening(ctx, _wanted(options)), key=lambda item: item[0]) if (
            listens or every) else ():
        local = f'{address or "0.0.0.0"}:{port}'
        state = 'LISTEN' if protocol == 'tcp' else ''
        who = (f'{process.pid}/{_name(process)}' if process is not None else '-') if shows else ''
        io.stdout.write(f'{protocol:<5}      0      0 {local:<23} 0.0.0.0:*               {state:<11} {who}'.rstrip(' ')
                        + ('' if shows else '      ' if state else '') + '\n')
    for own, other in _open(ctx) if not listens and 'tcp' in _wanted(options) else ():
        io.stdout.write(f'tcp        0      0 {own:<23} {other:<23} ESTABLISHED{" -" if shows else ""}\n')
    return 0


def _name(process: Process) -> str:
    return process.argv[0].partition(':')[0].rpartition('/')[2]
