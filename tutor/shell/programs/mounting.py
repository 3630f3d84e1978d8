"""umount, mountpoint."""

from __future__ import annotations

import errno

from tutor.shell.capabilities import Capability
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.disks import mount_points
from tutor.shell.programs.options import missing_operand, parse
from tutor.shell.vfs import Directory, normalize


async def umount(argv: list[str], io: IO, ctx: Context) -> int:
    """umount [-lf] PATH…"""
    options = parse(argv, ctx, 'rldfnat:', {'lazy': 'l', 'force': 'f', 'recursive': 'R', 'all': 'a'})
    if not options.args:
        raise missing_operand(argv, ctx)
    busybox, status = ctx.host.userland == 'busybox', 0
    for path in options.args:
        problem = _problem(path, ctx)
        if busybox:
            text = f"can't unmount {path}: {reason(problem)}"
        else:
            text = {errno.ENOENT: f'{path}: no mount point specified.', errno.EINVAL: f'{path}: not mounted.',
                    errno.EPERM: f'{path}: must be superuser to unmount.'}[problem.errno or 0]
        io.stderr.write(f'umount: {text}\n')
        status = 1 if busybox else 32
    return status


def _problem(path: str, ctx: Context) -> OSError:
    """Why a path cannot be unmounted (path_umount). Raises Complaint where the real one could be."""
    whole = normalize(path, ctx.cwd)
    if not ctx.files.exists(whole):
        return OSError(errno.ENOENT, 'No such file or directory')
    if not ctx.may(Capability.SYS_ADMIN):
        return OSError(errno.EPERM, 'Operation not permitted')
    if whole not in mount_points(ctx):
        return OSError(errno.EINVAL, 'Invalid argument')
    raise Complaint('error: unmounting is not simulated here')


async def mountpoint(argv: list[str], io: IO, ctx: Context) -> int:
    """mountpoint [-q] PATH"""
    options = parse(argv, ctx, 'qdx', {'quiet': 'q'})
    if len(options.args) != 1:
        raise missing_operand(argv, ctx)
    path, quiet = options.args[0], 'q' in options
    try:
        node = ctx.files.node(normalize(path, ctx.cwd))
    except OSError as problem:
        if not quiet:
            io.stderr.write(f'mountpoint: {path}: {reason(problem)}\n')
        return 1
    found = isinstance(node, Directory) and ctx.files.realpath(normalize(path, ctx.cwd)) in mount_points(ctx)
    if not quiet:
        io.stdout.write(f'{path} is {"" if found else "not "}a mountpoint\n')
    return 0 if found else 1 if ctx.host.userland == 'busybox' else 32
