"""nsenter: a program in the namespaces of another process, such as a container's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tutor.shell.capabilities import Capability
from tutor.shell.process import IO, Context, Host, Process
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse
from tutor.shell.programs.running import NotRunnable, start

KINDS = {'mount': 'm', 'uts': 'u', 'ipc': 'i', 'net': 'n', 'pid': 'p', 'cgroup': 'C', 'user': 'U', 'time': 'T',
         'all': 'a', 'target': 't', 'root': 'r', 'wd': 'w', 'preserve-credentials': ''}
OWN = (('user', 'U'), ('ipc', 'i'), ('uts', 'u'), ('net', 'n'), ('pid', 'p'), ('mnt', 'm'))

ENTERING = Capability.SYS_PTRACE, Capability.SYS_ADMIN
"""What going into the namespaces of other processes takes."""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """nsenter -t PID [-n] [-m] [-u] [-i] [-p] [-a] [COMMAND [ARG…]]"""
    options = parse(argv, ctx, 't:muinpCUTarwFZ', KINDS, permute=False)
    chosen = [letter for _, letter in OWN if letter in options or 'a' in options]
    target = options.get('t')
    if not target:
        raise Complaint('no target PID specified' if chosen else 'neither filename nor target pid supplied for ns/net')
    if not target.isdigit():
        raise Complaint(f"failed to parse pid: '{target}'")
    process = _process(int(target), ctx)
    if process is None or ctx.uid or not (ctx.may(*ENTERING) or process.context.host is ctx.host):
        space = next((name for name, letter in OWN if letter in (chosen or ['n'])), 'net')
        why = 'Permission denied' if process is not None else 'No such file or directory'
        path = f'/proc/{target}/ns/{space}'
        raise Complaint(f"can't open '{path}': {why}" if ctx.host.userland == 'busybox' else
                        f'cannot open {path}: {why}')
    inner = _inside(process, chosen, ctx)
    words = options.args or ['/bin/sh']
    try:
        return await start(words, io, inner).exit
    except NotRunnable as problem:
        raise Complaint(f'failed to execute {words[0]}: {problem}', problem.status) from None


def _process(pid: int, ctx: Context) -> Process | None:
    try:
        return ctx.host.processes[pid]
    except KeyError:
        return None


def _inside(process: Process, chosen: list[str], ctx: Context) -> Context:
    """The surroundings of a program in the chosen namespaces; the files are one's own unless the mounts are entered."""
    shown: Any = process
    host: Host = getattr(shown, 'inner', process).context.host
    if 'm' in chosen or host is ctx.host:
        return replace(ctx, host=host, cwd='/', env={**ctx.env, 'PWD': '/'})
    mixed = Host(ctx.simulation, host.hostname if 'u' in chosen else ctx.host.hostname, ctx.files,
                 host.network if 'n' in chosen else ctx.host.network, ctx.host.programs, ctx.host.userland)
    mixed.processes = host.processes if 'p' in chosen else ctx.host.processes
    mixed.next_pid = ctx.host.next_pid
    if 'n' not in chosen:
        mixed.machine = ctx.host.machine
    return replace(ctx, host=mixed)
