"""sleep, usleep, timeout, time."""

from __future__ import annotations

import re

from tutor.cluster.simulation import Cancelled
from tutor.shell.process import IO, SIGNALS, Context
from tutor.shell.programs.complaint import USAGE, Complaint
from tutor.shell.programs.options import missing_operand, parse
from tutor.shell.programs.running import NotRunnable, start

UNITS = {'': 1, 's': 1, 'm': 60, 'h': 3600, 'd': 86400}


def duration(word: str) -> float | None:
    """Seconds of `5`, `0.5`, `2m`, `1h`, `infinity`; None for anything else."""
    if word in ('infinity', 'inf'):
        return 1e10
    match = re.fullmatch(r'(\d+\.?\d*|\.\d+)([smhd]?)', word)
    return float(match[1]) * UNITS[match[2]] if match else None


async def sleep(argv: list[str], io: IO, ctx: Context) -> int:
    """sleep NUMBER[smhd]…"""
    options = parse(argv, ctx, '')
    if not options.args:
        raise missing_operand(argv, ctx)
    total = 0.0
    for word in options.args:
        seconds = duration(word)
        if seconds is None:
            raise Complaint(f"invalid time interval ‘{word}’\nTry 'sleep --help' for more information.",
                            busybox=f"invalid number '{word}'")
        total += seconds
    await ctx.simulation.sleep(total)
    return 0


async def usleep(argv: list[str], io: IO, ctx: Context) -> int:
    """usleep MICROSECONDS"""
    word = argv[1] if len(argv) > 1 else ''
    if not word.isdigit():
        raise Complaint(f"invalid number '{word}'")
    await ctx.simulation.sleep(int(word) / 1e6)
    return 0


async def timeout(argv: list[str], io: IO, ctx: Context) -> int:
    """timeout [-s SIGNAL] [-k DURATION] DURATION COMMAND [ARG…]"""
    options = parse(argv, ctx, 's:k:v', {'signal': 's', 'kill-after': 'k', 'foreground': '', 'preserve-status': '',
                                         'verbose': 'v'}, status=125, permute=False)
    if len(options.args) < 2:
        raise Complaint("Try 'timeout --help' for more information.", 125, bare=True, busybox=USAGE)
    seconds = duration(options.args[0])
    if seconds is None:
        raise Complaint(f"invalid time interval ‘{options.args[0]}’\nTry 'timeout --help' for more information.", 125)
    signal = options.get('s', 'TERM').upper().removeprefix('SIG')
    signal = next((name for name, number in SIGNALS.items() if str(number) == signal), signal)
    try:
        process = start(options.args[1:], io, ctx)
    except NotRunnable as problem:
        name = options.args[1]
        if ctx.host.userland == 'busybox':
            raise Complaint(f"can't execute '{name}': {problem}", problem.status) from None
        raise Complaint(f"failed to run command ‘{name}’: {problem}", problem.status) from None
    try:
        if not seconds or await ctx.simulation.within(seconds, process.exit):
            return await process.exit
        process.signal(signal)
        await _give_up(process, duration(options.get('k')) if 'k' in options else None, ctx)
        status = await process.exit
    except Cancelled:
        process.signal('INT')
        raise
    own = ctx.host.processes.get(ctx.pid)
    if ctx.host.userland == 'busybox' and own is not None:
        own.killed_by = process.killed_by  # It has become the command; another process watches the time.
    if ctx.host.userland == 'busybox':
        return status
    return status if 'preserve-status' in options or signal == 'KILL' else 124


async def _give_up(process, kill_after: float | None, ctx: Context) -> None:
    """Wait for the end, with KILL after a while."""
    if kill_after is not None and not await ctx.simulation.within(kill_after, process.exit):
        process.signal('KILL')


async def time(argv: list[str], io: IO, ctx: Context) -> int:
    """time COMMAND [ARG…]"""
    words = [word for word in argv[1:] if word not in ('-p', '-v')]
    if not words:
        return 0
    began = ctx.simulation.now
    try:
        process = start(words, io, ctx)
    except NotRunnable as problem:
        raise Complaint(f'cannot run {words[0]}: {problem}', problem.status) from None
    status = await process.exit
    minutes, seconds = divmod(ctx.simulation.now - began, 60)
    real = f'real\t{int(minutes)}m {seconds:.2f}s' if ctx.host.userland == 'busybox' else \
        f'real\t{int(minutes)}m{seconds:.3f}s'
    zero = '0m 0.00s' if ctx.host.userland == 'busybox' else '0m0.001s'
    if '-p' in argv[1:-len(words)]:
        io.stderr.write(f'real {ctx.simulation.now - began:.2f}\nuser 0.00\nsys 0.00\n')
    else:
        io.stderr.write(f'{real}\nuser\t{zero}\nsys\t{zero}\n')
    return status
