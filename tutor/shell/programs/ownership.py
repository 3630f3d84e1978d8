"""chmod, chown, chgrp."""

from __future__ import annotations

import errno
import os

from tutor.shell.capabilities import Capability
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.modes import changed
from tutor.shell.programs.names import group_id, user_id
from tutor.shell.programs.options import missing_operand, parse
from tutor.shell.vfs import Directory, Symlink, normalize

LONG = {'recursive': 'R', 'verbose': 'v', 'changes': 'c', 'quiet': 'f', 'silent': 'f', 'no-dereference': 'h',
        'reference': '='}


async def chmod(argv: list[str], io: IO, ctx: Context) -> int:
    """chmod [-Rv] MODE FILE…"""
    words = [f'\0{word}' if word[:1] == '-' and set(word[1:]) & set('rwxst') and set(word[1:]) <= set('rwxXst')
             else word for word in argv]
    options = parse(words, ctx, 'Rvcf', LONG)
    args = [word.lstrip('\0') for word in options.args]
    if len(args) < 2:
        raise missing_operand(argv, ctx, 'missing operand' if not args else f"missing operand after ‘{args[0]}’")

    def change(path: str) -> None:
        node = ctx.files.node(path)
        mode = changed(args[0], node.mode, isinstance(node, Directory), ctx.umask)
        if mode is None:
            raise Complaint(f"invalid mode: ‘{args[0]}’\nTry 'chmod --help' for more information.",
                            busybox=f"invalid mode '{args[0]}'")
        if ctx.uid != node.uid and not ctx.may(Capability.FOWNER):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        if mode != node.mode:
            ctx.files.chmod(path, mode)

    return _each(argv[0], args[1:], 'R' in options, change, 'changing permissions of', io, ctx)


async def chown(argv: list[str], io: IO, ctx: Context) -> int:
    """chown [-Rhv] [USER][:GROUP] FILE…"""
    options = parse(argv, ctx, 'RhvcfHLP', LONG)
    args = options.args
    if len(args) < 2:
        raise missing_operand(argv, ctx, 'missing operand' if not args else f"missing operand after ‘{args[0]}’")
    user, colon, group = args[0].partition(':' if ':' in args[0] else '.')
    uid = _number(user, user_id(ctx, user), 'user', args[0]) if user else None
    gid = _number(group, group_id(ctx, group), 'group', args[0]) if group else None
    if colon and not group:
        gid = uid
    return _each(argv[0], args[1:], 'R' in options, _owner(uid, gid, ctx), 'changing ownership of', io, ctx)


async def chgrp(argv: list[str], io: IO, ctx: Context) -> int:
    """chgrp [-Rv] GROUP FILE…"""
    options = parse(argv, ctx, 'RhvcfHLP', LONG)
    args = options.args
    if len(args) < 2:
        raise missing_operand(argv, ctx, 'missing operand' if not args else f"missing operand after ‘{args[0]}’")
    gid = _number(args[0], group_id(ctx, args[0]), 'group', args[0])
    return _each(argv[0], args[1:], 'R' in options, _owner(None, gid, ctx), 'changing group of', io, ctx)


def _owner(uid: int | None, gid: int | None, ctx: Context):
    def change(path: str) -> None:
        node = ctx.files.node(path)
        if ctx.files.find(path).read_only:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        keeps = ctx.uid == node.uid and uid in (None, node.uid) and gid in (None, node.gid)
        if not keeps and not ctx.may(Capability.CHOWN):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        ctx.files.chown(path, node.uid if uid is None else uid, node.gid if gid is None else gid)
    return change


def _number(name: str, known: int | None, what: str, spec: str) -> int:
    if known is not None:
        return known
    if name.isdigit():
        return int(name)
    raise Complaint(f"invalid {what}: ‘{spec}’", busybox=f'unknown {what} {name}')


def _each(name: str, paths: list[str], recursive: bool, change, doing: str, io: IO, ctx: Context) -> int:
    status = 0
    for path in paths:
        whole = normalize(path, ctx.cwd)
        try:
            inside = list(ctx.files.walk(whole)) if recursive else [(whole, ctx.files.node(whole))]
            for each, node in inside:
                if not isinstance(node, Symlink):
                    change(each)
        except OSError as problem:
            if ctx.host.userland == 'busybox':
                text = f'{path}: {reason(problem)}'
            elif problem.errno in (errno.ENOENT, errno.ENOTDIR):
                text = f"cannot access '{path}': {reason(problem)}"
            else:
                text = f"{doing} '{path}': {reason(problem)}"
            io.stderr.write(f'{name}: {text}\n')
            status = 1
    return status
