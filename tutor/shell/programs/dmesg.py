"""dmesg: what the kernel has said since the machine was switched on."""

from __future__ import annotations

from typing import Any

from tutor.shell.capabilities import Capability
from tutor.shell.process import IO, Context
from tutor.shell.programs.chroot import MACHINE
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.journalctl import wall
from tutor.shell.programs.options import parse
from tutor.shell.systemd.journal import KERNEL, Entry

LONG = {'ctime': 'T', 'follow': 'w', 'follow-new': 'W', 'human': 'H', 'level': 'l', 'notime': 't', 'nopager': 'P',
        'color': '?', 'kernel': 'k', 'decode': 'x', 'reltime': 'e', 'show-delta': 'd'}
LEVELS = ('emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug')
REFUSED = 'read kernel buffer failed: Operation not permitted'


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """dmesg [-T] [-t] [-w] [-l LEVELS]"""
    options = parse(argv, ctx, 'TwWHl:tPkxedrsn:', LONG)
    machine: Any = ctx.host.machine or (ctx.extras.get(MACHINE) if ctx.may(Capability.SYSLOG) else None)
    if machine is None or ctx.uid:
        raise Complaint(REFUSED, busybox='klogctl: Operation not permitted')
    wanted = [LEVELS.index(level) for level in options.get('l').split(',') if level in LEVELS]

    def show(entry: Entry) -> None:
        since = entry.moment - machine.booted_at
        stamp = '' if 't' in options else f'[{wall(entry, ctx.simulation):%a %b %e %H:%M:%S %Y}] ' \
            if 'T' in options else f'[{since:12.6f}] '
        io.stdout.write(f'{stamp}{entry.message}\n')

    def said(after: int) -> list[Entry]:
        return [entry for entry in machine.journal.all()
                if entry.identifier == KERNEL and entry.number > after and entry.moment >= machine.booted_at
                and (not wanted or entry.priority in wanted)]
    last = machine.journal.count if 'W' in options else -1
    while True:
        for entry in said(last):
            show(entry)
        last = machine.journal.count
        if 'w' not in options and 'W' not in options:
            return 0
        await machine.journal.added.wait()
