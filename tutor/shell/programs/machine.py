"""free, nproc, uptime: what the machine has. The numbers come from /proc of the machine if it has them."""

from __future__ import annotations

import re

from tutor.shell.machine import FIRST_BOOT
from tutor.shell.process import IO, MEMORY, Context
from tutor.shell.programs.options import parse


def memory(ctx: Context) -> dict[str, int]:
    """/proc/meminfo in kilobytes."""
    try:
        found = re.findall(r'^(\w+):\s+(\d+) kB', ctx.files.read_text('/proc/meminfo'), re.MULTILINE)
    except OSError:
        found = []
    facts = {name: int(value) for name, value in found}
    if ctx.host.machine is not None:
        facts.update(measured(*ctx.host.machine.usage('memory')))
    total = facts.setdefault('MemTotal', MEMORY // 1024)
    facts.setdefault('MemFree', total * 45 // 100)
    facts.setdefault('Buffers', total * 2 // 100)
    facts.setdefault('Cached', total * 30 // 100)
    facts.setdefault('MemAvailable', facts['MemFree'] + facts['Cached'])
    facts.setdefault('Shmem', 3072)
    return facts


def measured(total: int, used: int) -> dict[str, int]:
    """The memory of a node's machine, of whose rest the most is cache."""
    left = max(total - used, 0) // 1024
    return {'MemTotal': total // 1024, 'MemAvailable': left, 'MemFree': left * 3 // 5, 'Cached': left * 2 // 5,
            'Buffers': total // 1024 // 100}


def processors(ctx: Context) -> int:
    try:
        return ctx.files.read_text('/proc/cpuinfo').count('processor\t:') or 2
    except OSError:
        return 2


async def nproc(argv: list[str], io: IO, ctx: Context) -> int:
    """nproc"""
    parse(argv, ctx, '', {'all': '', 'ignore': '='})
    io.stdout.write(f'{processors(ctx)}\n')
    return 0


async def free(argv: list[str], io: IO, ctx: Context) -> int:
    """free [-bkmgh]"""
    options = parse(argv, ctx, 'bkmghts:c:w',
                    {'human': 'h', 'bytes': 'b', 'kibi': 'k', 'mebi': 'm', 'gibi': 'g', 'total': 't'})
    facts = memory(ctx)
    cache = facts['Cached'] + facts['Buffers']
    used = facts['MemTotal'] - facts['MemAvailable']
    unit = options.last('bkmgh') or 'k'

    def shown(kilobytes: int) -> str:
        if unit == 'h':
            from tutor.shell.programs.ls import human
            return human(kilobytes * 1024) + 'i' if kilobytes else '0B'
        return str(kilobytes * 1024 // {'b': 1, 'k': 1024, 'm': 1024**2, 'g': 1024**3}[unit])
    names = ('total', 'used', 'free', 'shared', 'buff/cache', 'available')
    row = (facts['MemTotal'], used, facts['MemFree'], facts['Shmem'], cache, facts['MemAvailable'])
    first = 8 if ctx.host.userland == 'busybox' else 9
    for head, cells in (('', names), ('Mem:', [shown(value) for value in row]), ('Swap:', [shown(0)] * 3)):
        io.stdout.write(f'{head:<{first}}' + ' '.join(f'{cell:>11}' for cell in cells) + '\n')
    return 0


async def uptime(argv: list[str], io: IO, ctx: Context) -> int:
    """uptime"""
    options = parse(argv, ctx, 'ps', {'pretty': 'p', 'since': 's'})
    if 'p' in options:
        seconds = _seconds_up(ctx)
        io.stdout.write(f'up {seconds // 3600 % 24} hours, {seconds // 60 % 60} minutes\n')
        return 0
    io.stdout.write(f' {summary(ctx)}\n')
    return 0


def summary(ctx: Context) -> str:
    """What uptime says, and the first line of top."""
    seconds = _seconds_up(ctx)
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    up = (f'{days} day{"s" if days > 1 else ""}, ' if days else '') + (f'{hours:2d}:{minutes:02d}' if hours
                                                                       else f'{minutes} min')
    return f'{ctx.simulation.wall():%H:%M:%S} up {up},  1 user,  load average: 0.12, 0.08, 0.05'


def _seconds_up(ctx: Context) -> int:
    machine = ctx.host.machine
    return int(ctx.simulation.now - (machine.booted_at if machine is not None else FIRST_BOOT))
