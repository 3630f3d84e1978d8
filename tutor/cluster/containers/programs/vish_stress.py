"""vish/stress: takes memory step by step, and keeps cores busy."""

from __future__ import annotations

from tutor.apimachinery.duration import parse_duration
from tutor.apimachinery.quantity import value as quantity_value
from tutor.cluster.containers.programs.serving import go_flags, until_terminated
from tutor.shell.process import IO, Context

AT_ONCE = 64
"""How many chunks are taken in one event, with all their pauses."""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """stress -cpus N -mem-total QUANTITY -mem-alloc-size QUANTITY -mem-alloc-sleep DURATION"""
    flags, _ = go_flags(argv[1:])
    total, step = flags.get('mem-total', '0'), flags.get('mem-alloc-size', '4Ki')
    pause = flags.get('mem-alloc-sleep', '1ms')

    def log(line: int, text: str) -> None:
        io.stderr.write(f'I{ctx.simulation.wall():%m%d %H:%M:%S.%f}       1 main.go:{line}] {text}\n')

    log(26, f'Allocating "{total}" memory, in "{step}" chunks, with a {pause} sleep between allocations')
    cpus = int(flags['cpus']) if flags.get('cpus', '').isdigit() else 0
    for _ in range(cpus):
        log(39, 'Spawning a thread to consume CPU')
    ctx.host.burn(ctx.pid, float(cpus))
    size, wanted, chunk = 0, quantity_value(total), max(quantity_value(step), 1) * AT_ONCE
    while size < wanted:
        size = min(size + chunk, wanted)
        if not ctx.host.allocate(ctx.pid, size):
            return 137
        await ctx.simulation.sleep(parse_duration(pause) * AT_ONCE)
    log(29, f'Allocated "{total}" memory')
    return await until_terminated(ctx)
