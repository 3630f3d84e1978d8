"""What redis-server says as it begins; that has changed with its versions."""

from __future__ import annotations

from collections.abc import Callable

from tutor.shell.process import Context

LOGO = """\
                _._
           _.-``__ ''-._
      _.-``    `.  `_.  ''-._           Redis VERSION (00000000/0) 64 bit
  .-`` .-```.  ```\\/    _.,_ ''-._
 (    '      ,       .-`  | `,    )     Running in standalone mode
 |`-._`-...-` __...-.``-._|'` _.-'|     Port: PORT
 |    `-._   `._    /     _.-'    |     PID: ID
  `-._    `-._  `-./  _.-'    _.-'
 |`-._`-._    `-.__.-'    _.-'_.-'|
 |    `-._`-._        _.-'_.-'    |           http://redis.io
  `-._    `-._`-.__.-'_.-'    _.-'
 |`-._`-._    `-.__.-'    _.-'_.-'|
 |    `-._`-._        _.-'_.-'    |
  `-._    `-._`-.__.-'_.-'    _.-'
      `-._    `-.__.-'    _.-'
          `-._        _.-'
              `-.__.-'
"""
LOGO_WIDTH = 69
UNCONFIGURED = ('Warning: no config file specified, using the default config. In order to specify a config file use '
                'redis-server /path/to/redis.conf')


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split('.'))


def mark(version: str) -> str:
    """Before 7.2 what one should know was a warning."""
    return '*' if number(version) >= (7, 2) else '#'


def stamp(ctx: Context, version: str) -> str:
    """The time of a line; before 5.0 without the year."""
    now = ctx.simulation.wall()
    year = f' {now:%Y}' if number(version) >= (5,) else ''
    return f'{now.day:02} {now:%b}{year} {now:%H:%M:%S}.{now.microsecond // 1000:03}'


def ready(version: str, port: str) -> str:
    if number(version) < (4,):
        return f'The server is now ready to accept connections on port {port}'
    return 'Ready to accept connections' + (' tcp' if number(version) >= (7, 2) else '')


def begin(write: Callable[[str], object], ctx: Context, version: str, file: str, port: str) -> None:
    """The lines until the data are loaded."""
    known, common = number(version), mark(version)

    def log(role: str, sign: str, text: str) -> None:
        write(f'{ctx.pid}:{role} {stamp(ctx, version)} {sign} {text}\n')

    if known >= (4,):
        log('C', common, 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo')
        log('C', common, f'Redis version={version}, bits=64, commit=00000000, modified={int(known >= (7, 4))}, '
                         f'pid={ctx.pid}, just started')
    if not file:
        log('C', '#', UNCONFIGURED)
    elif known >= (4,):
        log('C', common, 'Configuration loaded')
    if known >= (6, 2):
        log('M', '*', 'monotonic clock: POSIX clock_gettime')
    if known < (4,):
        write(_logo(version, port, ctx.pid))
        log('M', '#', f'Server started, Redis version {version}')
        return
    log('M', '*', f'Running mode=standalone, port={port}.')
    log('M', common, 'Server initialized')


def _logo(version: str, port: str, pid: int) -> str:
    """The picture; its lines go on with spaces where nothing is told at their side."""
    told = {'Redis VERSION': f'Redis {version}', 'Port: PORT': f'Port: {port}', 'PID: ID': f'PID: {pid}'}
    lines = []
    for line in LOGO.splitlines():
        word = next((word for word in told if word in line), '')
        lines.append(line.replace(word, told[word]) if word else line if line.endswith('mode') else
                     line.ljust(LOGO_WIDTH))
    return '\n'.join(lines) + '\n\n'
