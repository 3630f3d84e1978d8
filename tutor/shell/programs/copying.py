"""cp, mv, install."""

from __future__ import annotations

import errno

from tutor.shell.access import READ, allowed, guard, own
from tutor.shell.inodes import FILE_MODE, Device
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_reader
from tutor.shell.programs.options import Options, missing_operand, parse
from tutor.shell.vfs import Directory, File, Node, Symlink, normalize

CP = {'recursive': 'r', 'force': 'f', 'verbose': 'v', 'no-clobber': 'n', 'archive': 'a', 'preserve': '?', 'update': 'u',
      'target-directory': 't', 'no-target-directory': 'T', 'interactive': 'i', 'parents': '', 'backup': '?',
      'dereference': 'L', 'no-dereference': 'P', 'link': 'l', 'symbolic-link': 's'}
MV = {'force': 'f', 'verbose': 'v', 'no-clobber': 'n', 'interactive': 'i', 'target-directory': 't', 'update': 'u',
      'no-target-directory': 'T', 'backup': '?'}

ENDING = ('null', 'stdin', 'tty')
"""The devices that can be read to an end."""


async def cp(argv: list[str], io: IO, ctx: Context) -> int:
    """cp [-rafpvnuiLP] SOURCE… TARGET"""
    options = parse(argv, ctx, 'rRafpvnuidLPHt:Tlsx', CP)
    return await _Transfer(argv, options, io, ctx, move=False).run()


async def mv(argv: list[str], io: IO, ctx: Context) -> int:
    """mv [-fnvui] SOURCE… TARGET"""
    options = parse(argv, ctx, 'fnvuit:T', MV)
    return await _Transfer(argv, options, io, ctx, move=True).run()


class _Transfer:
    """Copies or moves. The two share how targets are found and what is said."""

    def __init__(self, argv: list[str], options: Options, io: IO, ctx: Context, move: bool) -> None:
        self._argv = argv
        self._name = argv[0].rpartition('/')[2]
        self._options = options
        self._io = io
        self._ctx = ctx
        self._files = ctx.files
        self._move = move
        self._busybox = ctx.host.userland == 'busybox'
        self._recursive = any(letter in options for letter in 'rRa')
        self._keep_links = any(letter in options for letter in 'adP') or (self._recursive and 'L' not in options)
        self._status = 0

    async def run(self) -> int:
        sources, target = self._arguments()
        whole = normalize(target, self._ctx.cwd)
        into = self._files.is_dir(whole) and 'T' not in self._options
        if (len(sources) > 1 or 't' in self._options) and not into:
            missing = 'No such file or directory' if not self._files.exists(whole) else 'Not a directory'
            what = "can't stat" if self._busybox else 'target'
            raise Complaint(f"{what} '{target}': {missing}")
        for source in sources:
            name = source.rstrip('/').rpartition('/')[2]
            shown = f'{target.rstrip("/") or ""}/{name}' if into and name not in ('.', '..', '') else target
            await self._transfer(source, shown)
        return self._status

    def _arguments(self) -> tuple[list[str], str]:
        sources = list(self._options.args)
        if not sources:
            raise missing_operand(self._argv, self._ctx, 'missing file operand')
        if 't' in self._options:
            return sources, self._options.get('t')
        if len(sources) == 1:
            raise missing_operand(self._argv, self._ctx, f"missing destination file operand after '{sources[0]}'")
        return sources[:-1], sources[-1]

    async def _transfer(self, source: str, target: str) -> None:
        origin, place = normalize(source, self._ctx.cwd), normalize(target, self._ctx.cwd)
        try:
            node = self._files.node(origin, follow=not self._move and not self._keep_links)
        except OSError as problem:
            self._complain(f"can't {'rename' if self._move else 'stat'} '{source}': {reason(problem)}" if self._busybox
                           else f"cannot stat '{source}': {reason(problem)}")
            return
        if self._same(origin, place):
            self._complain(f"'{source}' and '{target}' are the same file")
            return
        if await self._keeps(place, target):
            return
        if self._move:
            self._rename(source, target, origin, place)
        elif isinstance(node, Directory) and not self._recursive:
            self._complain(f"omitting directory '{source}'" if self._busybox
                           else f"-r not specified; omitting directory '{source}'")
        elif place.startswith(origin.rstrip('/') + '/') and isinstance(node, Directory):
            self._complain(f"cannot copy a directory, '{source}', into itself, '{target}'")
        else:
            if isinstance(node, Device) and node.kind in ENDING and not self._recursive:
                data = await open_reader(source, self._io, self._ctx).read()
                node = File(self._files, data, FILE_MODE, 0.0, '')
            self._copy(node, source, target, origin, place)

    def _same(self, origin: str, place: str) -> bool:
        try:
            return self._files.realpath(origin) == self._files.realpath(place)
        except OSError:
            return False

    async def _keeps(self, place: str, target: str) -> bool:
        """Whether an existing target is left alone: -n, -u, or the answer to -i."""
        if not self._files.exists(place):
            return False
        if 'n' in self._options:
            return True
        if self._options.last('if') == 'i' and not self._files.is_dir(place):
            self._io.stderr.write(f"{self._name}: overwrite '{target}'? ")
            return (await self._io.stdin.readline())[:1].lower() != b'y'
        return False

    def _rename(self, source: str, target: str, origin: str, place: str) -> None:
        try:
            guard(origin, self._ctx)
            guard(place, self._ctx)
            try:
                self._files.rename(origin, place)
            except OSError as problem:
                if problem.errno != errno.EXDEV:
                    raise
                self._across(origin, place)
        except OSError as problem:
            if problem.errno == errno.EINVAL:
                self._complain(f"cannot move '{source}' to a subdirectory of itself, '{target}'")
            else:
                self._complain(f"can't rename '{source}': {reason(problem)}" if self._busybox
                               else f"cannot move '{source}' to '{target}': {reason(problem)}")
            return
        if 'v' in self._options:
            self._io.stdout.write(f"renamed '{source}' -> '{target}'\n" if not self._busybox
                                  else f"'{source}' -> '{target}'\n")

    def _across(self, origin: str, place: str) -> None:
        """Move to another file system: copy, then remove."""
        for path, node in list(self._files.walk(origin)):
            self._put(node, place + path[len(origin):], True)
        for path, node in reversed(list(self._files.walk(origin))):
            (self._files.rmdir if isinstance(node, Directory) else self._files.remove)(path)

    def _copy(self, node: Node, source: str, target: str, origin: str, place: str) -> None:
        try:
            existed = self._files.exists(place)
            if not existed:
                guard(place, self._ctx)
            if isinstance(node, File) and not allowed(node, self._ctx, READ):
                raise Complaint(f"cannot open '{source}' for reading: Permission denied")
            self._put(node, place, any(letter in self._options for letter in 'ap') or 'preserve' in self._options)
        except OSError as problem:
            if isinstance(node, Directory):
                text = f"cannot create directory '{target}': {reason(problem)}"
            else:
                text = f"cannot create regular file '{target}': {reason(problem)}"
            self._complain(f"can't create '{target}': {reason(problem)}" if self._busybox else text)
            return
        if 'v' in self._options:
            self._io.stdout.write(f"'{source}' -> '{target}'\n")
        if isinstance(node, Directory):
            for name in self._files.listdir(origin):
                path = f'{origin.rstrip("/")}/{name}'
                child = self._files.node(path, follow=not self._keep_links)
                self._copy(child, f'{source.rstrip("/")}/{name}', f'{target.rstrip("/")}/{name}', path,
                           f'{place.rstrip("/")}/{name}')

    def _put(self, node: Node, place: str, preserve: bool) -> None:
        files = self._files
        if isinstance(node, Directory):
            if not files.is_dir(place):
                files.mkdir(place, node.mode)
        elif isinstance(node, Symlink):
            if files.exists(place, follow=False):
                files.remove(place)
            files.symlink(node.target, place)
        elif isinstance(node, File):
            new = not files.exists(place)
            files.copy(node, place, node.mode if new or preserve else None)
            copy = files.node(place)
            if isinstance(copy, File):
                copy.program = node.program
        if preserve and not isinstance(node, Symlink):
            files.touch(place, node.mtime)
            files.chown(place, node.uid, node.gid)
        elif not isinstance(node, Symlink):
            own(place, self._ctx)

    def _complain(self, text: str) -> None:
        self._io.stderr.write(f'{self._name}: {text}\n')
        self._status = 1


async def install(argv: list[str], io: IO, ctx: Context) -> int:
    """install [-d] [-m MODE] SOURCE… TARGET"""
    options = parse(argv, ctx, 'dDm:o:g:vcp',
                    {'directory': 'd', 'mode': 'm', 'owner': 'o', 'group': 'g', 'verbose': 'v'})
    mode = options.get('m', '755')
    if 'd' in options:
        from tutor.shell.programs.folders import mkdir
        return await mkdir(['install', '-p', '-m', mode, *options.args], io, ctx)
    status = await cp(['install', *options.args], io, ctx)
    if not status:
        from tutor.shell.programs.ownership import chmod
        target = options.args[-1]
        names = [f'{target}/{source.rpartition("/")[2]}' for source in options.args[:-1]] \
            if ctx.files.is_dir(normalize(target, ctx.cwd)) else [target]
        status = await chmod(['install', mode, *names], io, ctx)
    return status
