"""stat, file."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zlib import crc32

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import reason
from tutor.shell.programs.disks import VIRTUAL, mounted
from tutor.shell.programs.modes import permissions
from tutor.shell.programs.names import group_name, user_name
from tutor.shell.programs.options import missing_operand, parse
from tutor.shell.vfs import Device, Directory, File, Node, Symlink, normalize

FILE_SYSTEM = [('  File: "%n"\n    ID: %-8i Namelen: %-7l Type: %T\n' + size +
                'Blocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d\n')
               for size in ('Block size: %-10s Fundamental block size: %S\n', 'Block size: %-10s\n')]
"""What GNU and BusyBox tell of a file system."""
KINDS = {'overlay': (0x794c7630, 'overlayfs'), 'ext4': (0xef53, 'ext2/ext3'), 'tmpfs': (0x1021994, 'tmpfs'),
         'proc': (0x9fa0, 'proc'), 'sysfs': (0x62656572, 'sysfs'), 'cgroup2': (0x63677270, 'cgroup2fs'),
         'devpts': (0x1cd1, 'devpts'), 'mqueue': (0x19800202, 'mqueue')}
"""The number and the name that stat has for the kinds of file system."""
LONG = {'format': 'c', 'dereference': 'L', 'file-system': 'f', 'terse': 't', 'printf': '='}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """stat [-Lf] [-c FORMAT] FILE…"""
    options = parse(argv, ctx, 'Lftc:', LONG)
    if not options.args:
        raise missing_operand(argv, ctx)
    status = 0
    for path in options.args:
        try:
            node = ctx.files.node(normalize(path, ctx.cwd), follow='L' in options)
        except OSError as problem:
            text = f"can't stat '{path}': {reason(problem)}" if ctx.host.userland == 'busybox' else \
                f"cannot statx '{path}': {reason(problem)}"
            io.stderr.write(f'stat: {text}\n')
            status = 1
            continue
        if 'printf' in options:
            form = options.get('printf').replace('\\n', '\n').replace('\\t', '\t')
        elif 'c' in options:
            form = options.get('c') + '\n'
        else:
            form = FILE_SYSTEM[ctx.host.userland == 'busybox'] if 'f' in options else ''
        if 'f' in options:
            io.stdout.write(_of_file_system(form, path, ctx))
        else:
            io.stdout.write(_formatted(form, path, node, ctx) if form else _block(path, node, ctx))
    return status


def _of_file_system(form: str, path: str, ctx: Context) -> str:
    kind, room, inodes = mounted(ctx, ctx.files.realpath(normalize(path, ctx.cwd)))
    magic, name = KINDS.get(kind, (0, 'UNKNOWN'))
    if ctx.host.userland == 'busybox' and kind == 'cgroup2':
        name = 'UNKNOWN'
    total, used, nodes, taken = (0, 0, 0, 0) if kind in VIRTUAL else \
        (room.total // 4, room.used // 4, inodes.total, inodes.used)
    facts = {'n': path, 'i': f'{crc32(kind.encode()):x}', 'l': '255', 't': f'{magic:x}', 'T': name, 's': '4096',
             'S': '4096', 'b': str(total), 'f': str(total - used), 'a': str(total - used), 'c': str(nodes),
             'd': str(nodes - taken), '%': '%'}
    return re.sub(r'%(-?\d*)(.)', lambda match: _padded(facts.get(match[2], '?'), match[1]), form)


def _padded(text: str, width: str) -> str:
    return text.ljust(int(width[1:])) if width.startswith('-') else text.rjust(int(width or 0))


def _type(node: Node) -> str:
    if isinstance(node, File):
        return 'regular file' if node.size else 'regular empty file'
    return 'directory' if isinstance(node, Directory) else 'symbolic link' if isinstance(node, Symlink) else \
        'character special file'


def _when(node: Node, ctx: Context) -> str:
    moment = datetime.fromtimestamp(ctx.simulation.epoch.timestamp() + node.mtime, UTC)
    return f'{moment:%Y-%m-%d %H:%M:%S.%f}000 +0000'


def _formatted(form: str, path: str, node: Node, ctx: Context) -> str:
    def one(match: re.Match[str]) -> str:
        seconds = str(int(ctx.simulation.epoch.timestamp() + node.mtime))
        blocks = node.room // 512
        target = f"'{path}' -> '{node.target}'" if isinstance(node, Symlink) else f"'{path}'" \
            if ctx.host.userland == 'busybox' else path
        if match[1] == 'N' and ctx.host.userland != 'busybox':
            target = f"'{path}' -> '{node.target}'" if isinstance(node,
                                                                  Symlink) else f"'{path}'" if ' ' in path else path
        facts = {'n': path, 'N': target, 's': str(node.size), 'a': f'{node.mode & 0o7777:o}',
                 'A': permissions(node),
                 'F': _type(node), 'u': str(node.uid), 'g': str(node.gid), 'U': user_name(ctx, node.uid) or 'UNKNOWN',
                 'G': group_name(ctx, node.gid) or 'UNKNOWN', 'y': _when(node, ctx), 'Y': seconds,
                 'z': _when(node, ctx),
                 'Z': seconds, 'x': _when(node, ctx), 'X': seconds, 'h': str(node.links), 'i': '131072',
                 'b': str(blocks), 'B': '512', 'o': '4096', 'd': '2049', 'D': '801', 'm': '/', 't': '0', 'T': '0',
                 'w': '-', 'W': '0',
                 'f': f'{_raw_mode(node):x}', '%': '%'}
        return facts.get(match[1], '?')
    return re.sub(r'%(.)', one, form)


def _raw_mode(node: Node) -> int:
    kind = 0o40000 if isinstance(node, Directory) else 0o120000 if isinstance(node, Symlink) else \
        0o20000 if isinstance(node, Device) else 0o100000
    return kind | node.mode


def _block(path: str, node: Node, ctx: Context) -> str:
    name = f'{path} -> {node.target}' if isinstance(node, Symlink) else path
    blocks = node.room // 512
    user, group = user_name(ctx, node.uid) or 'UNKNOWN', group_name(ctx, node.gid) or 'UNKNOWN'
    when = _when(node, ctx)
    return (f'  File: {name}\n  Size: {node.size:<10}\tBlocks: {blocks:<10} IO Block: 4096   {_type(node)}\n'
            f'Device: 8,1\tInode: 131072      Links: {node.links}\n'
            f'Access: ({node.mode & 0o7777:04o}/{permissions(node)})  Uid: ({node.uid:>5}/{user:>8})   '
            f'Gid: ({node.gid:>5}/{group:>8})\nAccess: {when}\nModify: {when}\nChange: {when}\n Birth: {when}\n')


async def file(argv: list[str], io: IO, ctx: Context) -> int:
    """file [-b] FILE…"""
    options = parse(argv, ctx, 'bi', {'brief': 'b', 'mime': 'i'})
    for path in options.args:
        try:
            node = ctx.files.node(normalize(path, ctx.cwd), follow=False)
            what = _content(node)
        except OSError as problem:
            what = f'cannot open `{path}\' ({reason(problem)})'
        io.stdout.write(what + '\n' if 'b' in options else f'{path}: {what}\n')
    return 0


def _content(node: Node) -> str:
    if isinstance(node, Directory):
        return 'directory'
    if isinstance(node, Symlink):
        return f'symbolic link to {node.target}'
    if not isinstance(node, File):
        return 'character special'
    data = node.data()
    for magic, what in ((b'\x7fELF', 'ELF 64-bit LSB executable, x86-64'), (b'\x1f\x8b', 'gzip compressed data'),
                        (b'#!/bin/bash', 'Bourne-Again shell script, ASCII text executable'),
                        (b'#!/bin/sh', 'POSIX shell script, ASCII text executable'),
                        (b'-----BEGIN CERTIFICATE', 'PEM certificate'), (b'{', 'JSON text data')):
        if data.startswith(magic):
            return what
    if not data:
        return 'empty'
    try:
        return 'ASCII text' if data.decode().isascii() else 'Unicode text, UTF-8 text'
    except UnicodeDecodeError:
        return 'data'
