"""service: the old way to ask for a unit, which hands on to systemctl."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs import systemctl
from tutor.shell.programs.complaint import Complaint

USAGE = 'Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]'
VERBS = ('start', 'stop', 'restart', 'reload', 'status', 'force-reload', 'try-restart')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """service NAME start|stop|restart|reload|status"""
    name, *words = argv[1:] or ['']
    if not name or name in ('-h', '--help'):
        io.stdout.write(USAGE + '\n')
        return 0 if name else 1
    if name == '--version':
        io.stdout.write('service ver. 1.66\n')
        return 0
    if name.startswith('-'):
        raise Complaint(f'error: service {name} is not simulated here')
    if not words:
        raise Complaint(USAGE, 1, bare=True)
    if words == ['--full-restart']:
        words = ['restart']
    if words[0] not in VERBS:
        raise Complaint(f'error: service {name} {words[0]} is not simulated here')
    return await systemctl.main(['systemctl', words[0], f'{name}.service', *words[1:]], io, ctx)
