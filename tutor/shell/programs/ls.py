"""ls."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import NamedTuple

from tutor.shell.access import READ, allowed
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import reason
from tutor.shell.programs.modes import permissions
from tutor.shell.programs.names import group_name, user_name
from tutor.shell.programs.options import Options, parse
from tutor.shell.programs.sort import version
from tutor.shell.vfs import Device, Directory, File, Node, Symlink, normalize

LONG = {'all': 'a', 'almost-all': 'A', 'human-readable': 'h', 'reverse': 'r', 'recursive': 'R', 'directory': 'd',
        'inode': 'i', 'size': 's', 'classify': 'F', 'color': '?', 'time-style': '=', 'full-time': '', 'sort': '=',
        'numeric-uid-gid': 'n', 'no-group': 'G', 'group-directories-first': '', 'width': 'w', 'time': '=',
        'format': '=',
        'ignore-backups': 'B', 'dereference': 'L', 'literal': 'N', 'quote-name': 'Q', 'almost': 'A'}
HALF_A_YEAR = 15_778_476


class Item(NamedTuple):
    """One thing to list: the name to show, its node and its whole path."""

    name: str
    node: Node
    path: str


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """ls [-aAlhrRtSdFin1] [FILE…]"""
    options = parse(argv, ctx, '1aAbBcCdfFgGhHiIklLmnNopqQrRsStTuUvw:xXZ', LONG, status=2)
    return _List(argv[0].rpartition('/')[2], options, io, ctx).run()


class _List:
    def __init__(self, name: str, options: Options, io: IO, ctx: Context) -> None:
        self._name = name
        self._options = options
        self._io = io
        self._ctx = ctx
        self._busybox = ctx.host.userland == 'busybox'
        self._long = any(letter in options for letter in 'lgon') or 'full-time' in options
        self._status = 0
        self._begun = False

    def run(self) -> int:
        files, folders = [], []
        for path in self._options.args or ['.']:
            item = self._item(path)
            if item is None:
                continue
            if isinstance(item.node, Directory) and 'd' not in self._options:
                folders.append(item)
            else:
                files.append(item)
        if files:
            self._show(self._sorted(files), total=False)
        many = len(self._options.args) > 1 or 'R' in self._options
        for item in self._sorted(folders):
            self._folder(item, many)
        return self._status

    def _item(self, path: str) -> Item | None:
        files = self._ctx.files
        whole = normalize(path, self._ctx.cwd)
        try:
            node = files.node(whole, follow=not (self._long or 'd' in self._options or 'F' in self._options)
                              or path.endswith('/') or 'L' in self._options or 'H' in self._options)
        except OSError as problem:
            strict = self._busybox and 'L' in self._options
            if strict or not files.exists(whole, follow=False):
                text = f'{path}: {reason(problem)}' if self._busybox else f"cannot access '{path}': {reason(problem)}"
                self._io.stderr.write(f'{self._name}: {text}\n')
                self._status = 1 if self._busybox else 2
                return None
            node = files.node(whole, follow=False)
        return Item(path, node, whole)

    def _folder(self, item: Item, titled: bool) -> None:
        if not allowed(item.node, self._ctx, READ):
            text = f"can't open '{item.name}': Permission denied" if self._busybox else \
                f"cannot open directory '{item.name}': Permission denied"
            self._io.stderr.write(f'{self._name}: {text}\n')
            self._status = 1 if self._busybox else 2
            return
        if titled:
            self._io.stdout.write(f'{chr(10) if self._begun else ""}{item.name}:\n')
        found = self._entries(item)
        self._show(self._sorted(found), total=True)
        if 'R' in self._options:
            for child in self._sorted(found):
                if isinstance(child.node, Directory) and child.name not in ('.', '..'):
                    self._folder(Item(f'{item.name.rstrip("/")}/{child.name}', child.node, child.path), True)

    def _entries(self, item: Item) -> list[Item]:
        files, found = self._ctx.files, []
        hidden = 'a' in self._options or 'f' in self._options
        names = files.listdir(item.path)
        for name in (['.', '..', *names] if hidden else names):
            if name.startswith('.') and not hidden and 'A' not in self._options:
                continue
            path = f'{item.path.rstrip("/")}/{name}'
            try:
                found.append(Item(name, files.node(path, follow='L' in self._options or name in ('.', '..')), path))
            except OSError:
                continue
        return found

    def _sorted(self, items: list[Item]) -> list[Item]:
        options = self._options
        how = options.last('tSUfvX') or {'time': 't', 'size': 'S', 'none': 'U', 'version': 'v',
                                        'extension': 'X'}.get(options.get('sort'), '')
        found = list(items)
        if how not in ('U', 'f'):
            found.sort(key=lambda item: item.name)
        if how == 't':
            found.sort(key=lambda item: -item.node.mtime)
        elif how == 'S':
            found.sort(key=lambda item: -item.node.size)
        elif how == 'v':
            found.sort(key=lambda item: version(item.name))
        elif how == 'X':
            found.sort(key=lambda item: item.name.rpartition('.')[2] if '.' in item.name else '')
        if 'r' in options:
            found.reverse()
        if 'group-directories-first' in options:
            found.sort(key=lambda item: not isinstance(item.node, Directory))
        return found

    # -- showing ------------------------------------------------------------------------------------------------

    def _show(self, items: list[Item], total: bool) -> None:
        self._begun = True
        if self._long:
            self._show_long(items, total)
        elif self._options.last('1Cmx') == 'm':
            self._io.stdout.write(', '.join(self._shown(item) for item in items) + '\n' if items else '')
        elif self._options.last('1Cx') in ('C', 'x') or (self._io.stdout.isatty and '1' not in self._options):
            self._show_columns([self._prefix(item) + self._shown(item) for item in items])
        else:
            self._io.stdout.write(''.join(f'{self._prefix(item)}{self._shown(item)}\n' for item in items))

    def _prefix(self, item: Item) -> str:
        shown = f'{_inode(item.node):>7} ' if 'i' in self._options else ''
        return shown + (f'{item.node.room // 1024:>4} ' if 's' in self._options else '')

    def _shown(self, item: Item) -> str:
        name, node = item.name, item.node
        if 'Q' in self._options:
            name = f'"{name}"'
        elif not self._busybox and self._io.stdout.isatty and any(char in name for char in ' \'"$*?&;|<>()'):
            name = f'"{name}"' if "'" in name else f"'{name}'"
        mark = ''
        if 'F' in self._options or 'p' in self._options:
            if isinstance(node, Directory):
                mark = '/'
            elif 'F' in self._options and isinstance(node, Symlink) and not self._long:
                mark = '@'
            elif 'F' in self._options and isinstance(node, File) and node.mode & 0o111:
                mark = '*'
        if self._colored():
            name = _colored(name, node)
        return name + mark

    def _colored(self) -> bool:
        if 'color' in self._options:
            when = self._options.get('color') or 'always'
            return when in ('always', 'yes', 'force') or (when in ('auto', 'tty') and self._io.stdout.isatty)
        return self._busybox and self._io.stdout.isatty

    def _show_columns(self, names: list[str]) -> None:
        if not names:
            return
        from tutor.shell.programs.screen import size, visible_width
        columns = int(self._options.get('w')) if self._options.get('w').isdigit() else size(
            self._io.stdout, self._ctx)[0]
        lengths = [visible_width(name) for name in names]
        widths, rows = [max(lengths)], len(names)
        for rows in range(1, len(names) + 1):
            widths = [max(lengths[start:start + rows]) for start in range(0, len(names), rows)]
            if sum(widths) + 2 * (len(widths) - 1) <= columns - 1 or rows == len(names):
                break
        for row in range(rows):
            cells = range(row, len(names), rows)
            self._io.stdout.write(''.join(
                names[place] + (' ' * (widths[column] + 2 - lengths[place]) if place + rows < len(names) else '')
                for column, place in enumerate(cells)) + '\n')

    def _show_long(self, items: list[Item], total: bool) -> None:
        if total:
            self._io.stdout.write(f'total {self._total(items)}\n')
        rows = [self._row(item) for item in items]
        wide = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
        if self._busybox:
            wide = [10, 4, 8, 8, 7 if 'h' in self._options else 9]
        for row, item in zip(rows, items, strict=True):
            mode, links, user, group, bytes_, when, name = row
            owner = '' if 'g' in self._options else f'{user:<{wide[2]}} '
            owner += '' if 'o' in self._options or 'G' in self._options else f'{group:<{wide[3]}} '
            self._io.stdout.write(f'{self._prefix(item)}{mode} {links:>{wide[1]}} {owner}{bytes_:>{wide[4]}} '
                                  f'{when} {name}\n')

    def _row(self, item: Item) -> tuple[str, str, str, str, str, str, str]:
        node = item.node
        numbers = 'n' in self._options
        user = str(node.uid) if numbers else user_name(self._ctx, node.uid) or str(node.uid)
        group = str(node.gid) if numbers else group_name(self._ctx, node.gid) or str(node.gid)
        size = human(node.size, self._ctx.host.userland) if 'h' in self._options else str(node.size)
        if isinstance(node, Device):
            size = '1,   3'
        name = self._shown(item)
        if isinstance(node, Symlink):
            name += f' -> {node.target}'
        return (permissions(node), str(node.links), user, group, size, self._when(node.mtime), name)

    def _when(self, mtime: float) -> str:
        now = self._ctx.simulation
        moment = datetime.fromtimestamp(now.epoch.timestamp() + mtime, UTC)
        style = self._options.get('time-style')
        if 'full-time' in self._options or style == 'full-iso':
            return moment.strftime('%Y-%m-%d %H:%M:%S.%f000 +0000')
        if style == 'long-iso':
            return moment.strftime('%Y-%m-%d %H:%M')
        if style.startswith('+'):
            return moment.strftime(style[1:])
        recent = -60 <= now.now - mtime < HALF_A_YEAR
        return f'{moment:%b} {moment.day:2d} ' + (f'{moment:%H:%M}' if recent else f' {moment.year}')

    def _total(self, items: list[Item]) -> int | str:
        blocks = sum(item.node.room for item in items) // 1024
        return human(blocks * 1024, self._ctx.host.userland) if 'h' in self._options and blocks else blocks


def _inode(node: Node) -> int:
    """A number that stays the same for the same kind of node: real inode numbers say nothing here."""
    return 131072 + int(node.mtime * 1000) % 100000 + node.mode


def human(size: float, userland: str = 'gnu') -> str:
    """4.0K, 12M: as -h writes sizes; BusyBox rounds where GNU counts up, and keeps the tenths."""
    if userland == 'busybox':
        return _human_busybox(size)
    if size < 1024:
        return str(int(size))
    for unit in 'KMGTPE':
        size /= 1024
        if size < 9.95:
            return f'{math.ceil(size * 10) / 10:.1f}{unit}'
        if size < 1023:
            return f'{math.ceil(size)}{unit}'
    return f'{math.ceil(size)}E'


def _human_busybox(size: float) -> str:
    """BusyBox's make_human_readable_str"""
    for unit in ('', *'KMGTPE'):
        if size < 1023.95:
            return f'{size:.1f}{unit}' if unit else str(int(size))
        size /= 1024
    return f'{size:.1f}E'


def _colored(name: str, node: Node) -> str:
    if isinstance(node, Directory):
        return f'\x1b[1;34m{name}\x1b[0m'
    if isinstance(node, Symlink):
        return f'\x1b[1;36m{name}\x1b[0m'
    if isinstance(node, File) and node.mode & 0o111:
        return f'\x1b[1;32m{name}\x1b[0m'
    return name
