"""tar, in the real format (kubectl cp needs it)."""

from __future__ import annotations

import io as memory
import re
import tarfile
from datetime import UTC, datetime

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.gzip import packed, unpacked
from tutor.shell.programs.modes import permissions
from tutor.shell.programs.names import group_name, user_name
from tutor.shell.programs.options import Options, parse
from tutor.shell.vfs import Directory, File, Node, Symlink, normalize

LONG = {'create': 'c', 'extract': 'x', 'get': 'x', 'list': 't', 'file': 'f', 'gzip': 'z', 'verbose': 'v',
        'directory': 'C',
        'no-same-owner': '', 'same-owner': '', 'exclude': '=', 'strip-components': '=', 'to-stdout': 'O',
        'no-same-permissions': '',
        'preserve-permissions': 'p', 'keep-old-files': 'k', 'absolute-names': 'P', 'warning': '=', 'overwrite': '',
        'touch': 'm', 'dereference': 'h', 'owner': '=', 'group': '=', 'files-from': 'T', 'append': 'r'}
LETTERS = 'cxtf:zvC:OpkPmhT:rjJo'


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """tar -c|-x|-t [-zv] [-f FILE] [-C FOLDER] [--strip-components=N] [FILE…]"""
    options = parse(_dashed(argv), ctx, LETTERS, LONG, status=2 if ctx.host.userland != 'busybox' else 1)
    action = options.last('cxt')
    if not action or len({name for name, _ in options.given if name in ('c', 'x', 't')}) != 1:
        text = "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options" if not action else \
            "You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option"
        raise Complaint(f"{text}\nTry 'tar --help' or 'tar --usage' for more information.", 2)
    if 'j' in options or 'J' in options:
        raise Complaint('only gzip is simulated here', 2)
    archive = _Archive(options, io, ctx)
    if action == 'c':
        return await archive.create()
    return await archive.read(action)


def _dashed(argv: list[str]) -> list[str]:
    """`tar czf x` is `tar -c -z -f x`."""
    if len(argv) < 2 or argv[1].startswith('-') or not re.fullmatch(r'[a-zA-Z]+', argv[1]):
        return argv
    values, rest, words = argv[2:], [], []
    for letter in argv[1]:
        words.append(f'-{letter}')
        if f'{letter}:' in LETTERS and values:
            words.append(values.pop(0))
    rest += values
    return [argv[0], *words, *rest]


class _Archive:
    def __init__(self, options: Options, io: IO, ctx: Context) -> None:
        self._options = options
        self._io = io
        self._ctx = ctx
        self._files = ctx.files
        self._path = options.get('f', '-')
        self._place = normalize(options.get('C', '.'), ctx.cwd)
        self._verbose = 'v' in options
        self._status = 0
        strip = options.get('strip-components', '0')
        self._strip = int(strip) if strip.isdigit() else 0
        if 'C' in options and not self._files.is_dir(self._place):
            why = 'No such file or directory' if not self._files.exists(self._place) else 'Not a directory'
            raise Complaint(f"can't change directory to '{options.get('C')}': {why}" if ctx.host.userland == 'busybox'
                            else
                            f'{options.get("C")}: Cannot open: {why}\ntar: Error is not recoverable: exiting now', 2)

    # -- making -------------------------------------------------------------------------------------------------

    async def create(self) -> int:
        if not self._options.args and 'T' not in self._options:
            raise Complaint('Cowardly refusing to create an empty archive\n'
                            "Try 'tar --help' or 'tar --usage' for more information.", 2)
        buffer = memory.BytesIO()
        with tarfile.open(fileobj=buffer, mode='w', format=tarfile.GNU_FORMAT) as archive:
            for path in self._options.args:
                self._add(archive, path)
        data = buffer.getvalue()
        data = packed(data) if self._packs() else data
        if self._path == '-':
            self._io.stdout.write(data)
        else:
            try:
                self._files.write(normalize(self._path, self._ctx.cwd), data)
            except OSError as problem:
                raise Complaint(f'{self._path}: Cannot open: {reason(problem)}\n'
                                'tar: Error is not recoverable: exiting now', 2) from None
        return self._ended()

    def _packs(self) -> bool:
        return 'z' in self._options

    def _add(self, archive: tarfile.TarFile, path: str) -> None:
        whole = normalize(path, self._place)
        try:
            found = list(self._files.walk(whole))
        except OSError as problem:
            self._status = 2
            self._io.stderr.write(f'tar: {path}: Cannot stat: {reason(problem)}\n'
                                  if self._ctx.host.userland != 'busybox'
                                  else f'tar: {path}: {reason(problem)}\n')
            return
        excluded = self._options.all('exclude')
        if path.startswith('/') and 'P' not in self._options:
            self._io.stderr.write("tar: Removing leading `/' from member names\n"
                                  if self._ctx.host.userland != 'busybox'
                                  else "tar: removing leading '/' from member names\n")
        for each, node in found:
            name = path.rstrip('/') + each[len(whole.rstrip('/')):] if path != '/' else each
            if any(re.fullmatch(re.escape(pattern).replace(r'\*', '.*'), part) for pattern in excluded
                   for part in (name, name.rpartition('/')[2])):
                continue
            if 'h' in self._options and isinstance(node, Symlink):
                node = self._files.node(each)
            self._member(archive, name, node)

    def _member(self, archive: tarfile.TarFile, name: str, node: Node) -> None:
        member = tarfile.TarInfo(name if 'P' in self._options else name.lstrip('/') or './')
        member.mode, member.uid, member.gid = node.mode, node.uid, node.gid
        member.mtime = int(self._ctx.simulation.epoch.timestamp() + node.mtime)
        member.uname, member.gname = user_name(self._ctx, node.uid) or '', group_name(self._ctx, node.gid) or ''
        data = b''
        if isinstance(node, Directory):
            member.type = tarfile.DIRTYPE
        elif isinstance(node, Symlink):
            member.type, member.linkname = tarfile.SYMTYPE, node.target
        elif isinstance(node, File):
            data = node.data()
            member.size = len(data)
        else:
            return
        archive.addfile(member, memory.BytesIO(data))
        if self._verbose:
            shown = name + ('/' if isinstance(node, Directory) else '')
            (self._io.stderr if self._path == '-' else self._io.stdout).write(shown + '\n')

    # -- reading ------------------------------------------------------------------------------------------------

    async def read(self, action: str) -> int:
        data = await self._data()
        if self._packs() or data.startswith(b'\x1f\x8b'):
            data = unpacked(data)
        wanted = {name.rstrip('/') for name in self._options.args}
        seen: set[str] = set()
        try:
            with tarfile.open(fileobj=memory.BytesIO(data)) as archive:
                for member in archive:
                    name = member.name.rstrip('/')
                    matched = next((each for each in wanted if name == each or name.startswith(each + '/')), None)
                    if wanted and matched is None:
                        continue
                    seen.add(matched or '')
                    if action == 't':
                        self._list(member)
                    else:
                        self._extract(archive, member)
        except tarfile.TarError:
            if data:
                raise Complaint('This does not look like a tar archive\n'
                                'tar: Exiting with failure status due to previous errors'
                                if self._ctx.host.userland != 'busybox' else 'short read', 2) from None
        for name in sorted(wanted - seen):
            self._io.stderr.write(f'tar: {name}: Not found in archive\n')
            self._status = 2
        return self._ended()

    def _ended(self) -> int:
        busybox = self._ctx.host.userland == 'busybox'
        if self._status:
            self._io.stderr.write('tar: error exit delayed from previous errors\n' if busybox else
                                  'tar: Exiting with failure status due to previous errors\n')
        return min(self._status, 1) if busybox else self._status

    async def _data(self) -> bytes:
        if self._path == '-':
            return await self._io.stdin.read()
        try:
            return self._files.read(normalize(self._path, self._ctx.cwd))
        except OSError as problem:
            raise Complaint(f"can't open '{self._path}': {reason(problem)}" if self._ctx.host.userland == 'busybox' else
                            f'{self._path}: Cannot open: {reason(problem)}\ntar: Error is not recoverable: exiting now',
                            1 if self._ctx.host.userland == 'busybox' else 2) from None

    def _list(self, member: tarfile.TarInfo) -> None:
        name = member.name + ('/' if member.isdir() and not member.name.endswith('/') else '')
        if self._verbose:
            node: Node = Directory(None) if member.isdir() else Symlink(None, '') if member.issym() else File(None, b'')
            node.mode = member.mode
            owner = f'{member.uname or member.uid}/{member.gname or member.gid}'
            when = datetime.fromtimestamp(member.mtime, UTC)
            width = max(19 - len(permissions(node)) - len(owner) + 10, 1)
            link = f' -> {member.linkname}' if member.issym() else ''
            self._io.stdout.write(f'{permissions(node)} {owner} {member.size:>{width}} {when:%Y-%m-%d %H:%M} '
                                  f'{name}{link}\n')
        else:
            self._io.stdout.write(name + '\n')

    def _extract(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        parts = [part for part in member.name.split('/') if part not in ('', '.')]
        if '..' in parts:
            self._io.stderr.write(f"tar: {member.name}: Member name contains '..'\n")
            self._status = 2
            return
        parts = parts[self._strip:]
        if not parts:
            return
        target = f'{self._place.rstrip("/")}/{"/".join(parts)}'
        if 'O' in self._options:
            source = archive.extractfile(member)
            self._io.stdout.write(source.read() if source is not None else b'')
            return
        if self._verbose:
            self._io.stdout.write(member.name + ('/' if member.isdir() else '') + '\n')
        try:
            self._put(archive, member, target)
        except OSError as problem:
            text = f"can't create '{member.name}': {reason(problem)}" if self._ctx.host.userland == 'busybox' else \
                f'{member.name}: Cannot open: {reason(problem)}'
            self._io.stderr.write(f'tar: {text}\n')
            self._status = 1 if self._ctx.host.userland == 'busybox' else 2

    def _put(self, archive: tarfile.TarFile, member: tarfile.TarInfo, target: str) -> None:
        from tutor.shell.access import guard, own
        files = self._files
        if not files.exists(target):
            parent = target.rpartition('/')[0]
            if not files.is_dir(parent or '/'):
                missing = parent
                while not files.is_dir(missing.rpartition('/')[0] or '/'):
                    missing = missing.rpartition('/')[0]
                guard(missing, self._ctx)
                if files.find(missing).read_only:
                    raise OSError(30, 'Read-only file system')
                files.make_dirs(parent)
            guard(target, self._ctx)
        if member.isdir():
            if not files.is_dir(target):
                files.mkdir(target, member.mode)
        elif member.issym():
            if files.exists(target, follow=False):
                files.remove(target)
            files.symlink(member.linkname, target)
        elif member.isreg():
            source = archive.extractfile(member)
            files.write(target, source.read() if source is not None else b'', member.mode)
            if 'm' not in self._options:
                files.touch(target, member.mtime - self._ctx.simulation.epoch.timestamp())
        if not member.issym():
            own(target, self._ctx)
