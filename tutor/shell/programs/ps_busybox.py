"""BusyBox's ps -o (procps/ps.c): headers from the left, numbers from the right, and the last column as it comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tutor.shell.process import IO, Context, Process
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.names import group_name, user_name
from tutor.shell.programs.ps import line_of, name_of, parent_of, state_of, virtual


class Column(NamedTuple):
    """One of out_spec."""

    title: str
    width: int
    shown: Callable[[Process, Context, int], str]


def table(specs: list[str], io: IO, ctx: Context) -> int:
    """Print the columns that were asked for. Raises Complaint."""
    chosen = [_column(part) for spec in specs for part in spec.split(',')]
    rows = [[column.title for column in chosen]]
    rows += [[column.shown(process, ctx, column.width) for column in chosen]
             for process in ctx.host.processes.values()]
    for row in rows:
        cells = [f'{cell:<{column.width}}' for cell, column in zip(row, chosen, strict=True)]
        io.stdout.write(' '.join([*cells[:-1], row[-1]]) + '\n')
    return 0


def _column(part: str) -> Column:
    name, equals, title = part.partition('=')
    if name not in COLUMNS:
        raise Complaint(f"bad -o argument '{name}', supported arguments: {','.join(COLUMNS)}")
    return COLUMNS[name]._replace(title=title) if equals else COLUMNS[name]


def _user(process: Process, ctx: Context, width: int) -> str:
    return (user_name(ctx, process.context.uid) or str(process.context.uid))[:width]


def _group(process: Process, ctx: Context, width: int) -> str:
    return (group_name(ctx, process.context.gid) or str(process.context.gid))[:width]


def _parent(process: Process, ctx: Context, width: int) -> str:
    return f'{parent_of(process, ctx):>{width}}'


def _minutes(seconds: float, width: int) -> str:
    return f'{int(seconds) // 60:>{width - 3}}:{int(seconds) % 60:02d}'


def _size(kilobytes: int, width: int) -> str:
    """smart_ulltoa4: four places, with a unit where they do not do."""
    value, unit = float(kilobytes), ''
    for unit in (' ', 'm', 'g', 't'):
        if value < 9999.5 and unit == ' ':
            return f'{int(value):>4}'
        if value < 999.5 and unit != ' ':
            return f'{value:.1f}{unit}' if value < 9.95 else f'{int(value):>3}{unit}'
        value /= 1024
    return f'{int(value):>3}{unit}'[:width]


def _state(process: Process, ctx: Context, width: int) -> str:
    return state_of(process, ctx)


def _name(process: Process, ctx: Context, width: int) -> str:
    return name_of(process)


def _line(process: Process, ctx: Context, width: int) -> str:
    return line_of(process)


def _virtual(process: Process, ctx: Context, width: int) -> str:
    return _size(virtual(process), width)


COLUMNS: dict[str, Column] = {
    'user': Column('USER', 8, _user),
    'group': Column('GROUP', 8, _group),
    'comm': Column('COMMAND', 16, _name),
    'args': Column('COMMAND', 256, _line),
    'pid': Column('PID', 5, lambda process, ctx, width: f'{process.pid:>{width}}'),
    'ppid': Column('PPID', 5, _parent),
    'pgid': Column('PGID', 5, lambda process, ctx, width: f'{process.pid:>{width}}'),
    'etime': Column('ELAPSED', 7, lambda process, ctx, width: _minutes(ctx.simulation.now - process.started, width)),
    'nice': Column('NI', 5, lambda process, ctx, width: f'{0:>{width}}'),
    'rgroup': Column('RGROUP', 8, _group),
    'ruser': Column('RUSER', 8, _user),
    'time': Column('TIME', 5, lambda process, ctx, width: _minutes(process.cpu[0], width)),
    'tty': Column('TT', 6, lambda process, ctx, width: '136,0' if process.context.terminal is not None else '?'),
    'vsz': Column('VSZ', 4, _virtual),
    'sid': Column('SID', 5, lambda process, ctx, width: f'{process.pid:>{width}}'),
    'stat': Column('STAT', 4, _state),
    'rss': Column('RSS', 4, lambda process, ctx, width: _size(process.resident // 1024, width)),
}
