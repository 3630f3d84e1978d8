"""ps."""

from __future__ import annotations

from tutor.shell.process import IO, Context, Process
from tutor.shell.programs.complaint import Complaint
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
    if 'o' in options:
        return _columns(options.all('o'), chosen, 'no-headers' in options, io, ctx)
    if 'u' in options:
        return _user_oriented(chosen, io, ctx)
    if 'f' in options or 'F' in options:
        return _full(chosen, io, ctx)
    io.stdout.write('    PID TTY          TIME CMD\n')
    for process in chosen:
        io.stdout.write(f'{process.pid:>7} {_tty(process):<8} 00:00:00 {name_of(process)}\n')
    return 0 if chosen else 1


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
        return _columns(options.all('o'), list(ctx.host.processes.values()), False, io, ctx)
    io.stdout.write('PID   USER     TIME  COMMAND\n')
    for process in ctx.host.processes.values():
        user = user_name(ctx, process.context.uid) or str(process.context.uid)
        io.stdout.write(f'{process.pid:5d} {user:<8} {"0:00":>5} {line_of(process)}'.rstrip(' ') + '\n')
    return 0


def _user_oriented(chosen: list[Process], io: IO, ctx: Context) -> int:
    io.stdout.write('USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n')
    start = f'{ctx.simulation.epoch:%H:%M}'
    for process in chosen:
        state = 'R+' if process.pid == ctx.pid else 'T' if process.gate.closed else 'Ss' if process.pid == 1 else 'S'
        io.stdout.write(f'{_user(process, ctx):<8} {process.pid:>7}  0.0  0.1   4364  3200 {_tty(process):<8} '
                        f'{state:<4} {start}   0:00 {line_of(process)}\n')
    return 0


def _full(chosen: list[Process], io: IO, ctx: Context) -> int:
    io.stdout.write('UID          PID    PPID  C STIME TTY          TIME CMD\n')
    start = f'{ctx.simulation.epoch:%H:%M}'
    for process in chosen:
        parent = 0 if process.pid == 1 else 1
        io.stdout.write(f'{_user(process, ctx):<8} {process.pid:>7} {parent:>7}  0 {start} {_tty(process):<8} 00:00:00 '
                        f'{line_of(process)}\n')
    return 0


def _user(process: Process, ctx: Context) -> str:
    return (user_name(ctx, process.context.uid) or str(process.context.uid))[:8]


def _columns(specs: list[str], chosen: list[Process], no_headers: bool, io: IO, ctx: Context) -> int:
    wanted: list[tuple[str, str, int]] = []
    for spec in specs:
        for part in spec.replace(' ', ',').split(','):
            key, equals, title = part.partition('=')
            if key not in COLUMNS:
                raise Complaint(f'unknown user-defined format specifier "{key}"' if ctx.host.userland != 'busybox'
                                else f"bad -o argument '{key}', supported arguments: user,group,comm,args,pid,ppid")
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
            return '0' if process.pid == 1 else '1'
        case 'user':
            return _user(process, ctx)
        case 'uid':
            return str(process.context.uid)
        case 'comm':
            return name_of(process)
        case 'cmd' | 'args' | 'command':
            return line_of(process)
        case 'stat' | 'state' | 's':
            return 'R' if process.pid == ctx.pid else 'T' if process.gate.closed else 'S'
        case 'tty':
            return _tty(process)
        case 'time':
            return '00:00:00'
        case 'rss':
            return '3200'
        case 'vsz':
            return '4364'
    return '0.0' if '%' in key or key.startswith('p') else '0'
