"""chroot: a program that sees another folder as its root. That is simulated where the folder is the root of a node, as
`kubectl debug node/…` mounts it at /host: the program then runs with the node's files, programs and sockets."""

from __future__ import annotations

from dataclasses import replace

from tutor.shell.capabilities import Capability
from tutor.shell.process import IO, Context, Host
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.options import missing_operand, parse
from tutor.shell.programs.running import NotRunnable, start
from tutor.shell.vfs import Directory, normalize

MACHINE = 'machine'
"""The key in a process's `extras` under which a container finds its node's machine."""
FAILED = 125


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """chroot DIRECTORY [COMMAND [ARG…]]"""
    options = parse(argv, ctx, '', {'groups': '=', 'userspec': '=', 'skip-chdir': ''}, FAILED, permute=False)
    if not options.args:
        raise missing_operand(argv, ctx)
    folder, words = options.args[0], options.args[1:] or [ctx.env.get('SHELL') or '/bin/sh', '-i']
    host = _host(folder, ctx)
    inner = replace(ctx, host=host, cwd='/', env={**ctx.env, 'PWD': '/'})
    try:
        return await start(words, io, inner).exit
    except NotRunnable as problem:
        said = f'failed to run command ‘{words[0]}’: {problem}'
        raise Complaint(f"can't execute '{words[0]}': {problem}" if ctx.host.userland == 'busybox' else said,
                        problem.status) from None


def _host(folder: str, ctx: Context) -> Host:
    """The machine whose root a folder is. Raises Complaint."""
    cannot = "can't" if ctx.host.userland == 'busybox' else 'cannot'
    failed = f"{cannot} change root directory to '{folder}': "
    try:
        node = ctx.files.node(normalize(folder, ctx.cwd))
    except OSError as problem:
        raise Complaint(failed + reason(problem), FAILED) from None
    if not isinstance(node, Directory):
        raise Complaint(f'{failed}Not a directory', FAILED)
    if not ctx.may(Capability.SYS_CHROOT):
        raise Complaint(f'{failed}Operation not permitted', FAILED)
    for host in (ctx.host, ctx.extras.get(MACHINE)):
        if isinstance(host, Host) and host.files.node('/') is node:
            return host
    raise Complaint(f'error: {folder} is not the root of a node; no other root is simulated', FAILED)
