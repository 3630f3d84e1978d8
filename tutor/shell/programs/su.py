"""su: become another user. root may without a password; the accounts of these machines have none that would fit."""

from __future__ import annotations

from dataclasses import replace

from tutor.cluster.simulation import Cancelled
from tutor.shell.capabilities import Capability
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse
from tutor.shell.sshd import account, login_context


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """su [-] [-c COMMAND] [USER]"""
    if ctx.uid and ctx.host.userland == 'busybox':
        raise Complaint('must be suid to work properly')
    words = [word for word in argv if word != '-']
    options = parse(words, ctx, 'lmpc:s:', {'login': 'l', 'command': 'c', 'preserve-environment': 'p', 'shell': 's'})
    name = options.args[0] if options.args else 'root'
    user = account(ctx.files, name)
    if user is None:
        raise Complaint(f'user {name} does not exist or the user entry does not contain all the required fields',
                        busybox=f'unknown user {name}')
    if not ctx.uid and not ctx.may(Capability.SETGID):
        raise Complaint('cannot set groups: Operation not permitted',
                        busybox="can't set groups: Operation not permitted")
    if ctx.uid:
        io.stdout.write('Password: ')
        await io.stdin.readline()
        io.stdout.write('\n')
        raise Complaint('Authentication failure')
    from tutor.shell.sh import main as shell
    login = '-' in argv or 'l' in options
    context = login_context(ctx.host, user, ctx)
    if not login:
        context = replace(context, cwd=ctx.cwd, env={**ctx.env, 'HOME': user.home, 'USER': name, 'LOGNAME': name})
    command = ['-c', options.get('c')] if 'c' in options else []
    process = ctx.host.start(shell, ['-bash' if login else 'bash', *command], io, context)
    try:
        return await process.exit
    except Cancelled:
        process.signal('INT')
        raise
