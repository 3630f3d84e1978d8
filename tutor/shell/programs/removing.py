"""rm, rmdir."""

from __future__ import annotations

import errno

from tutor.shell.access import guard
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.options import Options, missing_operand, parse
from tutor.shell.vfs import Directory, normalize

LONG = {'force': 'f', 'recursive': 'r', 'verbose': 'v', 'dir': 'd', 'interactive': '?', 'no-preserve-root': '',
        'preserve-root': '?', 'one-file-system': ''}


async def rm(argv: list[str], io: IO, ctx: Context) -> int:
    """rm [-rfdvi] FILE…"""
    options = parse(argv, ctx, 'rRfdviI', LONG)
    if not options.args:
        if 'f' in options:
            return 0
        raise missing_operand(argv, ctx)
    removal = _Removal(argv[0].rpartition('/')[2], options, io, ctx)
    for path in options.args:
        await removal.argument(path)
    return removal.status


async def unlink(argv: list[str], io: IO, ctx: Context) -> int:
    """unlink FILE"""
    options = parse(argv, ctx, '', {})
    if len(options.args) != 1:
        raise missing_operand(argv, ctx)
    path = options.args[0]
    try:
        whole = normalize(path, ctx.cwd)
        guard(whole, ctx)
        if ctx.files.is_dir(whole):
            raise OSError(errno.EISDIR, 'Is a directory')
        ctx.files.remove(whole)
    except OSError as problem:
        raise Complaint(f"cannot unlink '{path}': {reason(problem)}",
                        busybox=f"can't remove file '{path}': {reason(problem)}") from None
    return 0


class _Removal:
    def __init__(self, name: str, options: Options, io: IO, ctx: Context) -> None:
        self._name = name
        self._io = io
        self._ctx = ctx
        self._busybox = ctx.host.userland == 'busybox'
        self._recursive = 'r' in options or 'R' in options
        self._force = 'f' in options
        self._folders = 'd' in options
        self._verbose = 'v' in options
        self._ask = options.last('if') == 'i'
        self.status = 0

    async def argument(self, path: str) -> None:
        whole = normalize(path, self._ctx.cwd)
        if path.rstrip('/').rpartition('/')[2] in ('.', '..'):
            self._complain(f"refusing to remove '.' or '..' directory: skipping '{path}'")
            return
        if whole == '/' and self._recursive:
            self._complain("it is dangerous to operate recursively on '/'\n"
                           'rm: use --no-preserve-root to override this failsafe')
            return
        try:
            node = self._ctx.files.node(whole, follow=False)
        except OSError as problem:
            if not (self._force and problem.errno in (errno.ENOENT, errno.ENOTDIR)):
                self._problem(path, problem)
            return
        if isinstance(node, Directory) and not self._recursive and not (self._folders and not node.entries):
            self._complain(f"'{path}' is a directory" if self._busybox else f"cannot remove '{path}': Is a directory")
            return
        await self._remove(path, whole)

    async def _remove(self, shown: str, whole: str) -> bool:
        files = self._ctx.files
        folder = isinstance(files.node(whole, follow=False), Directory)
        if folder:
            gone = True
            for name in files.listdir(whole):
                gone = await self._remove(f'{shown.rstrip("/")}/{name}', f'{whole.rstrip("/")}/{name}') and gone
            if not gone:
                return False
        if self._ask and not await self._agreed(shown, folder):
            return False
        try:
            guard(whole, self._ctx)
            (files.rmdir if folder else files.remove)(whole)
        except OSError as problem:
            self._problem(shown, problem)
            return False
        if self._verbose:
            self._io.stdout.write(f"removed {'directory ' if folder and not self._busybox else ''}'{shown}'\n")
        return True

    async def _agreed(self, shown: str, folder: bool) -> bool:
        what = 'directory' if folder else 'regular file'
        self._io.stderr.write(f"{self._name}: remove {what} '{shown}'? ")
        return (await self._io.stdin.readline())[:1].lower() == b'y'

    def _problem(self, path: str, problem: OSError) -> None:
        self._complain(f"can't remove '{path}': {reason(problem)}" if self._busybox
                       else f"cannot remove '{path}': {reason(problem)}")

    def _complain(self, text: str) -> None:
        self._io.stderr.write(f'{self._name}: {text}\n')
        self.status = 1


async def rmdir(argv: list[str], io: IO, ctx: Context) -> int:
    """rmdir [-pv] DIRECTORY…"""
    options = parse(argv, ctx, 'pv', {'parents': 'p', 'verbose': 'v', 'ignore-fail-on-non-empty': ''})
    if not options.args:
        raise missing_operand(argv, ctx)
    status = 0
    for path in options.args:
        each = path.rstrip('/')
        while each:
            try:
                guard(normalize(each, ctx.cwd), ctx)
                ctx.files.rmdir(normalize(each, ctx.cwd))
            except OSError as problem:
                if problem.errno != errno.ENOTEMPTY or 'ignore-fail-on-non-empty' not in options:
                    text = f"'{each}': {reason(problem)}" if ctx.host.userland == 'busybox' else \
                        f"failed to remove '{each}': {reason(problem)}"
                    io.stderr.write(f'{argv[0]}: {text}\n')
                    status = 1
                break
            if 'v' in options:
                io.stdout.write(f"rmdir: removing directory, '{each}'\n")
            each = each.rpartition('/')[0] if 'p' in options else ''
    return status
