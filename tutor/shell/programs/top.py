"""top."""

from __future__ import annotations

from tutor.shell.process import IO, Context, Process
from tutor.shell.programs.fullscreen import Screen
from tutor.shell.programs.machine import memory, processors, summary
from tutor.shell.programs.names import user_name
from tutor.shell.programs.options import parse
from tutor.shell.programs.ps import line_of, name_of, parent_of, share_of_memory, virtual
from tutor.shell.programs.screen import size


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """top [-b] [-n COUNT] [-d SECONDS]"""
    options = parse(argv, ctx, 'bn:d:o:p:u:HSci')
    count = int(options.get('n')) if options.get('n').isdigit() else 0
    batch = 'b' in options
    if not batch and not io.stdout.isatty:
        io.stderr.write('top: failed tty get\n')
        return 1
    process = ctx.host.processes.get(ctx.pid)
    if process is not None and not batch:
        ctx.signals['INT'] = lambda: process.leave(0)
    delay = float(options.get('d')) if options.get('d').replace('.', '', 1).isdigit() else 3.0
    with Screen(io, None if batch else ctx.terminal, ctx.simulation) as screen:
        shown = 0
        while not count or shown < count:
            if shown and await screen.key(delay) in ('q', 'Q'):
                return 0
            screen.show(_page(ctx) if batch else _cropped(_page(ctx), io, ctx))
            await io.stdout.drain()
            shown += 1
            if batch and shown > 10_000:
                return 1
    return 0


def _cropped(page: str, io: IO, ctx: Context) -> str:
    """As much of it as the terminal shows."""
    columns, rows = size(io.stdout, ctx)
    return ''.join(f'{line[:columns]}\n' for line in page.splitlines()[:rows - 1])


def _page(ctx: Context) -> str:
    facts, processes = memory(ctx), _busiest_first(ctx)
    if ctx.host.userland == 'busybox':
        return _busybox_page(ctx, facts)
    used = facts['MemTotal'] - facts['MemAvailable']
    cache = facts['Cached'] + facts['Buffers']
    busy = _busy(processes, ctx)
    lines = [f'top - {summary(ctx)}',
             f'Tasks: {len(processes):3d} total,   1 running, {len(processes) - 1:3d} sleeping,   '
             '0 stopped,   0 zombie',
             f'%Cpu(s): {1.3 + busy:4.1f} us,  0.7 sy,  0.0 ni, {98.0 - busy:4.1f} id,  0.0 wa,  0.0 hi,  0.0 si, '
             ' 0.0 st ',
             f'MiB Mem : {facts["MemTotal"] / 1024:8.1f} total, {facts["MemFree"] / 1024:8.1f} free, '
             f'{used / 1024:8.1f} used, {cache / 1024:8.1f} buff/cache     ',
             f'MiB Swap: {0:8.1f} total, {0:8.1f} free, {0:8.1f} used. {facts["MemAvailable"] / 1024:8.1f} avail Mem ',
             '',
             '    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND']
    for process in processes:
        user = user_name(ctx, process.context.uid) or str(process.context.uid)
        seconds, cores = process.cpu
        state = 'R' if process.pid == ctx.pid or cores >= 0.5 else 'S'
        resident = process.resident // 1024
        lines.append(f'{process.pid:>7} {user:<8}  20   0{virtual(process):>8}{resident:>7}{resident * 29 // 32:>7} '
                     f'{state} {cores * 100:>5.1f} {share_of_memory(process, ctx):>5.1f} '
                     f'{f"{int(seconds) // 60}:{seconds % 60:05.2f}":>9} {name_of(process)}')
    return '\n'.join(lines) + '\n'


def _busiest_first(ctx: Context) -> list[Process]:
    return sorted(ctx.host.processes.values(), key=lambda process: -round(process.cpu[1], 3))


def _busy(processes: list[Process], ctx: Context) -> float:
    """The share of all cores, in percent, that is computed on."""
    return min(sum(process.cpu[1] for process in processes) / processors(ctx) * 100, 98.0)


def _busybox_page(ctx: Context, facts: dict[str, int]) -> str:
    used = facts['MemTotal'] - facts['MemFree']
    lines = [f'Mem: {used}K used, {facts["MemFree"]}K free, {facts["Shmem"]}K shrd, {facts["Buffers"]}K buff, '
             f'{facts["Cached"]}K cached', 'CPU:   1% usr   1% sys   0% nic  98% idle   0% io   0% irq   0% sirq',
             'Load average: 0.12 0.08 0.05 1/312 42', '  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND']
    for process in _busiest_first(ctx):
        user = user_name(ctx, process.context.uid) or str(process.context.uid)
        size, cores = virtual(process), process.cpu[1] / processors(ctx)
        state = 'R' if process.pid == ctx.pid or process.cpu[1] >= 0.5 else 'S'
        shown = str(size) if size < 100_000 else f'{size // 1024}m'
        lines.append(f'{process.pid:>5} {parent_of(process, ctx):>5} {user:<8} {state:<5} {shown:>4} '
                     f'{size * 100 // facts["MemTotal"]:>3}%   0 {cores * 100:>3.0f}% {line_of(process)}')
    return '\n'.join(lines) + '\n'
