"""traceroute: the machines on the way to an address."""

from __future__ import annotations

from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import missing_operand, parse

LONGEST = 30
PATIENCE = 5.0


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """traceroute [-n] [-m HOPS] [-w SECONDS] HOST"""
    options = parse(argv, ctx, 'nIm:w:q:', {})
    if not options.args:
        raise missing_operand(argv, ctx)
    name, network = options.args[0], ctx.host.network
    busybox = ctx.host.userland == 'busybox'
    whole: Any = network
    try:
        if network is None:
            raise OSError
        address = (await whole.resolve(name))[0]
    except OSError:
        raise Complaint(f"bad address '{name}'" if busybox else f'{name}: Name or service not known\n'
                        f"Cannot handle \"host\" cmdline arg `{name}' on position 1 (argc 1)", 1 if busybox else 2,
                        bare=not busybox) from None
    most = int(options.get('m')) if options.get('m').isdigit() else LONGEST
    wait = float(options.get('w')) if options.get('w').replace('.', '', 1).isdigit() else PATIENCE
    size = '46' if busybox else '60'
    io.stdout.write(f'traceroute to {name} ({address}), {most} hops max, {size} byte packets\n')
    hops: list[str] = whole.path(address)
    for number in range(1, most + 1):
        if number <= len(hops):
            await ctx.simulation.sleep(0.0006 * number)
            times = '  '.join(f'{0.2 * number + ctx.simulation.random.random() / 10:.3f} ms' for _ in range(3))
            hop = hops[number - 1]
            shown = hop if 'n' in options else f'{hop} ({hop})'
            io.stdout.write(f'{number:2d}  {shown}  {times}\n')
            if hop == address:
                return 0
        else:
            await ctx.simulation.sleep(wait * 3)
            io.stdout.write(f'{number:2d}  *  *  *\n' if busybox else f'{number:2d}  * * *\n')
    return 0
