"""sudo: run a program as root. The learner may; nobody asks for a password."""

from __future__ import annotations

from dataclasses import replace

from tutor.cluster.simulation import Cancelled
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.names import user_id
from tutor.shell.programs.options import parse
from tutor.shell.programs.running import NotRunnable, program
from tutor.shell.sshd import handed

USAGE = ('usage: sudo -h | -K | -k | -V\nusage: sudo [-u user] [-EHiSs] [VAR=value] [command [arg ...]]')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """sudo [-u USER] [-EHins] [NAME=VALUE…] [COMMAND [ARG…]]"""
    options = parse(argv, ctx, 'u:g:EHinsSklvbA', {'user': 'u', 'preserve-env': 'E', 'login': 'i', 'shell': 's',
                                                    'non-interactive': 'n', 'set-home': 'H'}, permute=False)
    name = options.get('u', 'root')
    uid = user_id(ctx, name)
    if uid is None:
        raise Complaint(f'unknown user {name}\nsudo: error initializing audit plugin sudoers_audit')
    words = list(options.args)
    home = '/root' if not uid else f'/home/{name}'
    env = {**ctx.env, 'HOME': home, 'USER': name, 'LOGNAME': name, 'SUDO_USER': ctx.user, 'SUDO_UID': str(ctx.uid)}
    while words and '=' in words[0].partition('/')[0]:
        key, _, value = words.pop(0).partition('=')
        env[key] = value
    if not words:
        if 'i' not in options and 's' not in options:
            raise Complaint(USAGE, bare=True)
        words = ['-bash' if 'i' in options else 'bash']
    context = replace(ctx, uid=uid, gid=uid, user=name, env=env, extras=handed(ctx),
                      cwd=home if 'i' in options else ctx.cwd)
    try:
        process = ctx.host.start(program(words[0].lstrip('-'), context), words, io, context)
    except NotRunnable as problem:
        why = 'command not found' if problem.status == 127 else problem
        raise Complaint(f'{words[0]}: {why}') from None
    try:
        return await process.exit
    except Cancelled:
        process.signal('INT')
        raise
