"""ps."""

from __future__ import annotations

from datetime import datetime, timedelta

from tutor.shell.process import IO, Context, Process
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.machine import memory
from tutor.shell.programs.names import user_name
from tutor.shell.programs.options import parse

COLUMNS = {'pid': ('PID', 7), 'ppid': ('PPID', 7), 'user': ('USER', -8), 'uid': ('UID', 5), 'comm': ('COMMAND', -15),
           'cmd': ('CMD', -27), 'args': ('COMMAND', -27), 'command': ('COMMAND', -27), 'stat': ('STAT', -4),
           'tty': ('TT', -8), 'time': ('TIME', 8), 'pcpu': ('%CPU', 4), '%cpu': ('%CPU', 4), 'pmem': ('%MEM', 4),
           '%mem': ('%MEM', 4), 'rss': ('RSS', 5), 'vsz': ('VSZ', 6), 'etime': ('ELAPSED', 11), 'ni': ('NI', 3),
           'state': ('S', 1), 's': ('S', 1), 'start': ('STARTED', 8), 'lstart': ('STARTED', 24)}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """ps [aux] [-ef] [-o COLUMNS] [-p PID]"""
    if ctx.host.userland == 'busybox':
        return _busybox(argv, io, ctx)
    words = ['-' + argv[1], *argv[2:]] if len(argv) > 1 and argv[1][:1] not in '-' and argv[1].isalpha() else argv[1:]
    options = parse(['ps', *words], ctx, 'AaxuefFlwo:p:C:U:Hjr',
                    {'pid': 'p', 'format': 'o', 'sort': '=', 'no-headers': '',
                                                                  'headers': '', 'forest': '', 'user': 'U'})
    chosen = list(ctx.host.processes.values())
    if 'p' in options:
        wanted = set(options.get('p').replace(',', ' ').split())
        chosen = [process for process in chosen if str(process.pid) in wanted]
    elif 'C' in options:
        chosen = [process for process in chosen if name_of(process) == options.get('C')]
    elif not any(letter in options for letter in 'Aaex'):
        chosen = [process for process in chosen if process.context.terminal is not None or process.pid == ctx.pid]
    chosen = _sorted(chosen, options.get('sort'), ctx)
    if 'o' in options:
        return _columns(options.all('o'), chosen, 'no-headers' in options, io, ctx)
    if 'u' in options:
        return _user_oriented(chosen, io, ctx)
    if 'l' in options:
        return _long(chosen, 'f' in options or 'F' in options, io, ctx)
    if 'f' in options or 'F' in options:
        return _full(chosen, io, ctx)
    io.stdout.write('    PID TTY          TIME CMD\n')
    for process in chosen:
        io.stdout.write(f'{process.pid:>7} {_tty(process):<8} {_clock(process)} {name_of(process)}\n')
    return 0 if chosen else 1


def _sorted(chosen: list[Process], keys: str, ctx: Context) -> list[Process]:
    """--sort: the last key orders first, so that the first one has the last word."""
    for key in reversed(keys.split(',') if keys else ()):
        name = key.lstrip('+-')
        if name not in COLUMNS:
            raise Complaint('unknown sort specifier')
        chosen = sorted(chosen, key=lambda process, name=name: _rank(name, process, ctx), reverse=key[:1] == '-')
    return chosen


def _rank(name: str, process: Process, ctx: Context) -> tuple[float, str]:
    number = {'rss': process.resident, 'vsz': process.resident, 'pmem': process.resident, '%mem': process.resident,
              'pid': process.pid, 'ppid': parent_of(process, ctx), 'uid': process.context.uid, 'time': process.cpu[0],
              'pcpu': _percent(process), '%cpu': _percent(process), 'etime': -process.started,
              'start': process.started, 'lstart': process.started}.get(name)
    return (number, '') if number is not None else (0.0, _value(name, process, ctx))


def parent_of(process: Process, ctx: Context) -> int:
    """Orphans are the first process's; who came into a container from outside has no parent there."""
    if process.pid == 1:
        return 0
    if process.parent in ctx.host.processes:
        return process.parent
    return 1 if process.parent or ctx.host.machine is not None else 0


def begun(process: Process) -> datetime:
    return process.context.simulation.epoch + timedelta(seconds=process.started)


def virtual(process: Process) -> int:
    """VSZ in kilobytes, of which a simulated process has little more than it uses."""
    return process.resident // 1024 + 1164


def _percent(process: Process) -> float:
    """The share of one core over the life of the process."""
    lived = process.context.simulation.now - process.started
    return min(process.cpu[0] / lived * 100, 999.0) if lived >= 1 else 0.0


def share_of_memory(process: Process, ctx: Context) -> float:
    return process.resident / 10.24 / memory(ctx)['MemTotal']


def _start(process: Process) -> str:
    """START and STIME: the time of what began within a day, else the date."""
    old = process.context.simulation.now - process.started >= 86400
    return f'{begun(process):%b%d}' if old else f'{begun(process):%H:%M}'


def _clock(process: Process) -> str:
    """TIME, as it stands but with u."""
    seconds = int(process.cpu[0])
    return f'{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}'


def state_of(process: Process, ctx: Context) -> str:
    if process.pid == ctx.pid or process.cpu[1] >= 0.5:
        return 'R'
    return 'T' if process.gate.closed else 'S'


def name_of(process: Process) -> str:
    """comm: the program's name, whatever title the process has given itself."""
    return process.argv[0].partition(': ')[0].rpartition('/')[2][:15]


def line_of(process: Process) -> str:
    return ''.join(char if char >= ' ' else ' ' for char in ' '.join(process.argv))


def _tty(process: Process) -> str:
    return 'pts/0' if process.context.terminal is not None else '?'


def _busybox(argv: list[str], io: IO, ctx: Context) -> int:
    options = parse(argv, ctx, 'o:TaxuefwlA')
    if 'o' in options:
        from tutor.shell.programs import ps_busybox
        return ps_busybox.table(options.all('o'), io, ctx)
    io.stdout.write('PID   USER     TIME  COMMAND\n')
    for process in ctx.host.processes.values():
        user = user_name(ctx, process.context.uid) or str(process.context.uid)
        io.stdout.write(f'{process.pid:5d} {user:<8} {"0:00":>5} {line_of(process)}'.rstrip(' ') + '\n')
    return 0


def _user_oriented(chosen: list[Process], io: IO, ctx: Context) -> int:
    io.stdout.write('USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n')
    for process in chosen:
        state, seconds = state_of(process, ctx), int(process.cpu[0])
        mark = '+' if process.pid == ctx.pid else 's' if process.leads else ''
        io.stdout.write(f'{_user(process, ctx):<8} {process.pid:>7} {_percent(process):>4.1f} '
                        f'{share_of_memory(process, ctx):>4.1f} {virtual(process):>6} {process.resident // 1024:>5} '
                        f'{_tty(process):<8} {state + mark:<4} {_start(process)} '
                        f'{f"{seconds // 60}:{seconds % 60:02d}":>6} {line_of(process)}\n')
    return 0


def _full(chosen: list[Process], io: IO, ctx: Context) -> int:
    io.stdout.write('UID          PID    PPID  C STIME TTY          TIME CMD\n')
    for process in chosen:
        io.stdout.write(f'{_user(process, ctx):<8} {process.pid:>7} {parent_of(process, ctx):>7} '
                        f'{int(_percent(process)):>2} {_start(process)} {_tty(process):<8} {_clock(process)} '
                        f'{line_of(process)}\n')
    return 0


def _long(chosen: list[Process], full: bool, io: IO, ctx: Context) -> int:
    """-l: flags, state and priority besides; of memory the pages."""
    io.stdout.write('F S UID          PID    PPID  C PRI  NI ADDR SZ WCHAN  STIME TTY          TIME CMD\n' if full else
                    'F S   UID     PID    PPID  C PRI  NI ADDR SZ WCHAN  TTY          TIME CMD\n')
    for process in chosen:
        user = f'{_user(process, ctx):<8}' if full else f'{process.context.uid:>5}'
        pages = virtual(process) // 4
        io.stdout.write(f'{4 if process.leads else 0} {state_of(process, ctx)} {user} {process.pid:>7} '
                        f'{parent_of(process, ctx):>7} {int(_percent(process)):>2}  80   0 - {pages:>5} '
                        f'-      {_start(process) + " " if full else ""}{_tty(process):<8} {_clock(process)} '
                        f'{line_of(process) if full else name_of(process)}\n')
    return 0


def _user(process: Process, ctx: Context) -> str:
    """The name; of a long one the beginning and a plus sign."""
    name = user_name(ctx, process.context.uid) or str(process.context.uid)
    return name if len(name) <= 8 else f'{name[:7]}+'


def _columns(specs: list[str], chosen: list[Process], no_headers: bool, io: IO, ctx: Context) -> int:
    wanted: list[tuple[str, str, int]] = []
    for spec in specs:
        for part in spec.replace(' ', ',').split(','):
            key, equals, title = part.partition('=')
            if key not in COLUMNS:
                raise Complaint(f'unknown user-defined format specifier "{key}"')
            name, width = COLUMNS[key]
            wanted.append((key, title if equals else name, width))
    rows = [[title for _, title, _ in wanted]] if any(title for _, title, _ in wanted) and not no_headers else []
    rows += [[_value(key, process, ctx) for key, _, _ in wanted] for process in chosen]
    for row in rows:
        cells = [f'{cell:>{width}}' if width > 0 else f'{cell:<{-width}}'
                 for cell, (_, _, width) in zip(row, wanted, strict=True)]
        cells[-1] = row[-1] if wanted[-1][2] < 0 else cells[-1]
        io.stdout.write(' '.join(cells) + '\n')
    return 0


def _value(key: str, process: Process, ctx: Context) -> str:
    match key:
        case 'pid':
            return str(process.pid)
        case 'ppid':
            return str(parent_of(process, ctx))
        case 'user':
            return _user(process, ctx)
        case 'uid':
            return str(process.context.uid)
        case 'comm':
            return name_of(process)
        case 'cmd' | 'args' | 'command':
            return line_of(process)
        case 'stat' | 'state' | 's':
            return state_of(process, ctx)
        case 'tty':
            return _tty(process)
        case _:
            return _figure(key, process, ctx)


def _figure(key: str, process: Process, ctx: Context) -> str:
    """What a process uses, and since when."""
    match key:
        case 'time':
            return _clock(process)
        case 'rss':
            return str(process.resident // 1024)
        case 'vsz':
            return str(virtual(process))
        case 'pcpu' | '%cpu':
            return f'{_percent(process):.1f}'
        case 'pmem' | '%mem':
            return f'{share_of_memory(process, ctx):.1f}'
        case 'etime':
            return _elapsed(int(process.context.simulation.now - process.started))
        case 'start':
            return f'{begun(process):%H:%M:%S}'
        case 'lstart':
            return f'{begun(process):%a %b %e %H:%M:%S %Y}'
    return '0'


def _elapsed(seconds: int) -> str:
    """[[DD-]hh:]mm:ss"""
    days, hours = seconds // 86400, seconds // 3600 % 24
    before = f'{days:02d}-{hours:02d}:' if days else f'{hours:02d}:' if hours else ''
    return f'{before}{seconds // 60 % 60:02d}:{seconds % 60:02d}'
