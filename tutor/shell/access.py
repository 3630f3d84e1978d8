"""Who may do what with files. root may everything that is not read-only."""

from __future__ import annotations

import errno
import os

from tutor.shell.capabilities import Capability
from tutor.shell.process import Context
from tutor.shell.vfs import Device, Directory, File, Node

READ, WRITE, EXECUTE = 4, 2, 1
SETGID = 0o2000


def allowed(node: Node, ctx: Context, bit: int) -> bool:
    """Whether the user may read, write or execute a node."""
    if ctx.may(Capability.DAC_OVERRIDE):
        return bit != EXECUTE or bool(node.mode & 0o111) or isinstance(node, Directory)
    groups = {ctx.gid, *ctx.extras.get('groups', ())}
    shift = 6 if ctx.uid == node.uid else 3 if node.gid in groups else 0
    return bool(node.mode >> shift & bit)


def guard(path: str, ctx: Context) -> None:
    """Raise OSError when the user may not make or remove this entry: EROFS, else EACCES."""
    if ctx.may(Capability.DAC_OVERRIDE):
        return
    folder = path.rstrip('/').rpartition('/')[0] or '/'
    try:
        place = ctx.files.find(folder)
    except OSError:
        return
    if place.node is None or allowed(place.node, ctx, WRITE):
        return
    if place.read_only:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)
    raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)


def own(path: str, ctx: Context) -> bool:
    """Give a new entry to the user; in a setgid directory it has that one's group, which a directory hands on. Whether
    there was anything to give."""
    parent = ctx.files.node(path.rstrip('/').rpartition('/')[0] or '/')
    handed = bool(parent.mode & SETGID)
    group = parent.gid if handed else ctx.gid
    if not (ctx.uid or group or handed):
        return False
    ctx.files.chown(path, ctx.uid, group)
    node = ctx.files.node(path, follow=False)
    if handed and isinstance(node, Directory):
        ctx.files.chmod(path, node.mode | SETGID)
    return True


def open_write(path: str, append: bool, ctx: Context) -> File | Device:
    """Open a file for writing, made if need be, as the user; raises OSError."""
    files = ctx.files
    place = files.find(path)
    if place.node is None:
        guard(path, ctx)
        node = files.open_write(path, append, 0o666 & ~ctx.umask)
        return files.open_write(path, True) if own(path, ctx) else node
    if isinstance(place.node, File) and not place.read_only and not allowed(place.node, ctx, WRITE):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)
    return files.open_write(path, append)
