"""watch."""

from __future__ import annotations

from tutor.cluster.simulation import Cancelled
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.fullscreen import Screen
from tutor.shell.programs.options import missing_operand, parse
from tutor.shell.programs.running import NotRunnable, start
from tutor.shell.programs.screen import size, visible_width
from tutor.shell.streams import BytesReader, Capture

LONG = {'interval': 'n', 'differences': 'd', 'no-title': 't', 'errexit': 'e', 'chgexit': 'g', 'color': 'c', 'exec': 'x',
        'beep': 'b', 'precise': 'p', 'no-wrap': 'w'}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """watch [-n SECONDS] [-dtegx] COMMAND"""
    options = parse(argv, ctx, 'n:dtegcxbpw', LONG, permute=False)
    if not options.args:
        raise missing_operand(argv, ctx)
    try:
        interval = max(float(options.get('n', '2')), 0.1)
    except ValueError:
        raise Complaint(f'failed to parse argument: \'{options.get("n")}\'') from None
    if not io.stdout.isatty:
        raise Complaint('Error opening terminal: unknown.', bare=True)
    command = options.args if 'x' in options else ['sh', '-c', ' '.join(options.args)]
    before = None
    with Screen(io, ctx.terminal, ctx.simulation) as screen:
        while True:
            output, status = await _once(command, ctx)
            if 'e' in options and status:
                return 8
            if 'g' in options and before not in (None, output):
                return 0
            screen.show(_screen(output, interval, ' '.join(options.args), 't' in options, io, ctx))
            await io.stdout.drain()
            before = output
            if await screen.key(interval) == 'q':
                return 0


async def _once(command: list[str], ctx: Context) -> tuple[str, int]:
    """Run the command; its output and status."""
    output = Capture(4 * 1024 * 1024)
    try:
        process = start(command, IO(BytesReader(), output, output), ctx)
    except NotRunnable as problem:
        return f'{command[0]}: {problem}\n', problem.status
    try:
        status = await process.exit
    except Cancelled:
        process.signal('INT')
        raise
    return output.text(), status


def _screen(output: str, interval: float, command: str, plain: bool, io: IO, ctx: Context) -> str:
    columns, rows = size(io.stdout, ctx)
    lines = output.splitlines()
    if plain:
        return '\n'.join(lines[:rows - 1]) + '\n'
    left = f'Every {interval:.1f}s: {command}'
    right = f'{ctx.host.hostname}: {ctx.simulation.wall():%a %b %e %H:%M:%S %Y}'
    room = columns - visible_width(left) - len(right)
    title = left + ' ' * room + right if room > 0 else left[:max(columns - len(right) - 4, 0)] + '... ' + right
    return '\n'.join([title, '', *lines[:rows - 3]]) + '\n'
