"""Programs that do nothing but wait for the signal to end."""

from __future__ import annotations

from collections.abc import Callable

from tutor.cluster.simulation import Cancelled
from tutor.shell.process import IO, Context


async def pause(argv: list[str], io: IO, ctx: Context) -> int:
    """/pause: sleeps until it is told to end."""
    if '-v' in argv[1:]:
        io.stdout.write('pause.c 3.10\n')
        return 0
    await until_ended(ctx)
    io.stderr.write('Shutting down, got signal: Terminated\n')
    return 0


async def until_ended(ctx: Context, *signals: str) -> str:
    """Wait for one of the signals (TERM and INT unless others are named); its name."""
    ended = ctx.simulation.future()
    for name in signals or ('TERM', 'INT'):
        ctx.signals[name] = lambda name=name: ended.resolve(name)
    return await ended


async def until_stopped(ctx: Context, stop: Callable[[], int | None]) -> int:
    """Wait like `until_ended`, then stop, which may give another exit status than 0. Killed processes stop too, but not
    those of a simulation that is forgotten: nothing is left there to be told."""
    try:
        await until_ended(ctx)
    except Cancelled:
        stop()
        raise
    return stop() or 0
