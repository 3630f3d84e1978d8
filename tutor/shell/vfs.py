"""Virtual files: directories, files, links and devices, with mounts and layers that are copied only when written.

A FileSystem may start from another one's tree (an image's layers): it shares every node and copies what it changes.
Paths are absolute and POSIX. Failures are OSError with the errno that Linux gives.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from typing import Any

from tutor.cluster.simulation import encoded
from tutor.shell.disk import Disk
from tutor.shell.inodes import (
    DIRECTORY_MODE,
    DISK,
    FILE_MODE,
    Device,
    Directory,
    Dynamic,
    File,
    MagicLink,
    Node,
    Symlink,
    failure,
)

BUDGET = 256 * 1024 * 1024
"""How many bytes but counted zeros a file system keeps, and how many at all when it is on no disk."""
SPARSE = 4096
"""Zeros that are written together count as such from so many on."""
MAX_LINKS = 40

Clock = Callable[[], float]


class Mount(Node):
    """Another file system's directory or file, seen at this place."""

    __slots__ = ('files', 'path', 'read_only')

    def __init__(self, owner: object, files: FileSystem, path: str, read_only: bool) -> None:
        super().__init__(owner, DIRECTORY_MODE, 0.0)
        self.files = files
        self.path = path
        self.read_only = read_only


class Place:
    """Where a path leads: the file system, the directory, the name in it and the node, if there is one."""

    __slots__ = ('files', 'name', 'node', 'parent', 'path', 'read_only')

    def __init__(self, files: FileSystem, parent: Directory, name: str, node: Node | None, path: str,
                 read_only: bool) -> None:
        self.files = files
        self.parent = parent
        self.name = name
        self.node = node
        self.path = path
        self.read_only = read_only


def normalize(path: str, cwd: str = '/') -> str:
    """An absolute path without '.', '..' and double slashes (links are not followed)."""
    return os.path.normpath(path if path.startswith('/') else f'{cwd}/{path}').replace('//', '/')


class FileSystem:
    """A tree of nodes. `lower` is a tree to start from; it is never changed. What is written takes room on `disk`, or
    of `budget` bytes; a `layered` one is an overlay on the lower tree."""

    def __init__(self, clock: Clock, lower: FileSystem | None = None, read_only: bool = False,
                 budget: int = BUDGET, disk: Disk | None = None, medium: str = DISK,
                 layered: bool = False) -> None:
        self._clock = clock
        self.medium = medium
        self.root = lower.root if lower is not None else Directory(self, clock())
        self.read_only = read_only
        self._budget = budget
        self.disk = disk
        self.used = 0
        self._zeros = 0
        self._watches: dict[str, Callable[[], None]] = {}
        self._layered = layered
        if layered:
            self._own_root().mtime = clock()

    @property
    def room(self) -> int:
        """How many bytes it can hold at most, where it is on no disk."""
        return self._budget

    # -- finding ------------------------------------------------------------------------------------------------

    def find(self, path: str, follow: bool = True) -> Place:
        """Where a path leads; its node is None when only the last part does not exist. Raises OSError."""
        return self._walk(path, follow, False, 0)

    def node(self, path: str, follow: bool = True) -> Node:
        """The node at a path; raises OSError."""
        place = self.find(path, follow)
        if place.node is None:
            raise failure(errno.ENOENT, path)
        return place.node

    def _found(self, path: str, follow: bool = True) -> Node | None:
        try:
            return self.find(path, follow).node
        except OSError:
            return None

    def exists(self, path: str, follow: bool = True) -> bool:
        return self._found(path, follow) is not None

    def is_dir(self, path: str) -> bool:
        return isinstance(self._found(path), Directory)

    def is_file(self, path: str) -> bool:
        return isinstance(self._found(path), File)

    def _entries(self, path: str) -> list[tuple[str, Node]]:
        node = self.node(path)
        if not isinstance(node, Directory):
            raise failure(errno.ENOTDIR, path)
        return sorted(node.entries.items())

    def listdir(self, path: str) -> list[str]:
        """The names in a directory, sorted; raises OSError."""
        return [name for name, _ in self._entries(path)]

    def scandir(self, path: str) -> list[tuple[str, Node | None]]:
        """The names in a directory, sorted, each with what it leads to; raises OSError."""
        return [(name, entry if isinstance(entry, File | Directory) else self._found(f'{path}/{name}'))
                for name, entry in self._entries(path)]

    def readlink(self, path: str) -> str:
        node = self.node(path, follow=False)
        if not isinstance(node, Symlink):
            raise failure(errno.EINVAL, path)
        return node.target

    def realpath(self, path: str) -> str:
        """The path without links; raises OSError when it leads nowhere."""
        place = self.find(path)
        if place.node is None:
            raise failure(errno.ENOENT, path)
        return place.path

    def walk(self, path: str) -> Iterator[tuple[str, Node]]:
        """Every path below one, itself first, in order of names; links are not followed."""
        place = self.find(path, follow=False)
        if place.node is None:
            raise failure(errno.ENOENT, path)
        yield path, place.node
        if isinstance(place.node, Directory):
            for name in sorted(place.node.entries):
                yield from self.walk(f'{path.rstrip("/")}/{name}')

    # -- reading ------------------------------------------------------------------------------------------------

    def read(self, path: str) -> bytes:
        """The content of a file; raises OSError."""
        node = self.node(path)
        if isinstance(node, Directory):
            raise failure(errno.EISDIR, path)
        if isinstance(node, File):
            return node.data()
        return b''

    def read_text(self, path: str) -> str:
        return self.read(path).decode('utf-8', 'replace')

    # -- writing ------------------------------------------------------------------------------------------------

    def open_write(self, path: str, append: bool = False, mode: int = FILE_MODE) -> File | Device:
        """The file to write to, made or emptied as needed; raises OSError. Write to it with `append_to`."""
        place = self._walk(path, True, True, 0)
        if isinstance(place.node, Device):
            return place.node
        if isinstance(place.node, Directory):
            raise failure(errno.EISDIR, path)
        if place.read_only:
            raise failure(errno.EROFS, path)
        return place.files._own_file(place, append, mode)

    def append_to(self, file: File, data: bytes) -> None:
        """Add to a file got from `open_write`; raises OSError ENOSPC when there is no room."""
        if len(data) >= SPARSE and not data[0] and data == bytes(len(data)):
            self.append_zeros(file, len(data))
            return
        holder = file.owner if isinstance(file.owner, FileSystem) else self
        assert isinstance(file.content, bytearray)
        holder._take(len(data), len(data) + file.zeros)
        holder._zeros -= file.zeros
        file.content += bytes(file.zeros) + data if file.zeros else data
        file.zeros, file.mtime = 0, self._clock()

    def append_zeros(self, file: File, count: int) -> None:
        """Lengthen a file got from `open_write` by zeros, which are only counted; raises OSError ENOSPC."""
        holder = file.owner if isinstance(file.owner, FileSystem) else self
        holder._take(count, 0)
        holder._zeros += count
        file.zeros, file.mtime = file.zeros + count, self._clock()

    def copy(self, source: File, path: str, mode: int | None = None) -> None:
        """Write to a path what is in a file; raises OSError."""
        self.write(path, source.head(), mode)
        if source.zeros and isinstance(file := self.node(path), File):
            self.append_zeros(file, source.zeros)

    def _take(self, size: int, kept: int) -> None:
        """Take room for so many bytes, of which some are to be kept; raises OSError ENOSPC when there is none."""
        full = self.used - self._zeros + kept > BUDGET or (
            self.used + size > self._budget if self.disk is None else not self.disk.take(size))
        if full:
            raise failure(errno.ENOSPC, '')
        self.used += size

    def _hold(self, file: File, sign: int = 1) -> None:
        """Count a file that is there, or with -1 one that goes."""
        self.used += sign * file.size
        self._zeros += sign * file.zeros

    def write(self, path: str, data: bytes | str, mode: int | None = None) -> None:
        """Replace the content of a file, or make it; raises OSError."""
        file = self.open_write(path)
        if isinstance(file, File):
            self.append_to(file, encoded(data))
            if mode is not None:
                file.mode = mode

    def put(self, path: str, content: bytes | str | Dynamic, mode: int = FILE_MODE, program: str = '') -> None:
        """Place a file as the system does: directories are made, read-only does not matter."""
        self.make_dirs(path.rpartition('/')[0] or '/')
        place = self._walk(path, True, True, 0)
        data = content.encode() if isinstance(content, str) else content
        place.parent.entries[place.name] = File(place.files, data, mode, self._clock(), program)

    def mkdir(self, path: str, mode: int = DIRECTORY_MODE) -> None:
        place = self._walk(path.rstrip('/') or '/', True, True, 0)
        if place.node is not None:
            raise failure(errno.EEXIST, path)
        if place.read_only:
            raise failure(errno.EROFS, path)
        self._enter(place, Directory(place.files, self._clock(), mode))

    def make_dirs(self, path: str) -> None:
        """Make a directory and those above it, as the system does."""
        path = path.rstrip('/')
        if path and not self.exists(path):
            self.make_dirs(path.rpartition('/')[0])
            place = self._walk(path, True, True, 0)
            self._enter(place, Directory(place.files, self._clock()))

    def symlink(self, target: str, path: str) -> None:
        place = self._walk(path, False, True, 0)
        if place.node is not None:
            raise failure(errno.EEXIST, path)
        if place.read_only:
            raise failure(errno.EROFS, path)
        self._enter(place, Symlink(place.files, target, self._clock()))

    def link(self, source: str, path: str) -> None:
        """A hard link."""
        node = self.node(source)
        place = self._walk(path, False, True, 0)
        if place.node is not None:
            raise failure(errno.EEXIST, path)
        if isinstance(node, Directory):
            raise failure(errno.EPERM, path)
        self._enter(place, node)

    def device(self, path: str, kind: str) -> None:
        place = self._walk(path, False, True, 0)
        self._enter(place, Device(place.files, kind))

    def mount(self, path: str, files: FileSystem, source: str = '/', read_only: bool = False) -> None:
        """Show another file system's directory or file here, instead of what was."""
        self.make_dirs(path.rpartition('/')[0] or '/')
        place = self._walk(path, True, True, 0)
        place.parent.entries[place.name] = Mount(place.files, files, source, read_only)

    def remove(self, path: str) -> None:
        """unlink; raises OSError, EISDIR for a directory."""
        place = self._changeable(path)
        if isinstance(place.node, Directory):
            raise failure(errno.EISDIR, path)
        self._leave(place)

    def rmdir(self, path: str) -> None:
        place = self._changeable(path.rstrip('/') or '/')
        if not isinstance(place.node, Directory):
            raise failure(errno.ENOTDIR, path)
        if place.node.entries:
            raise failure(errno.ENOTEMPTY, path)
        self._leave(place)

    def rename(self, source: str, target: str) -> None:
        """Move within one file system; raises OSError, EXDEV across a mount."""
        origin = self._changeable(source)
        place = self._walk(target, False, True, 0)
        if place.read_only:
            raise failure(errno.EROFS, target)
        if isinstance(place.node, Directory):
            if not isinstance(origin.node, Directory):
                raise failure(errno.EISDIR, target)
            if place.node.entries:
                raise failure(errno.ENOTEMPTY, target)
        if place.files is not origin.files:
            raise failure(errno.EXDEV, target)
        if place.path == origin.path:
            return
        if place.path.startswith(origin.path + '/'):
            raise failure(errno.EINVAL, target)
        assert origin.node is not None
        self._leave(origin)
        self._enter(self._walk(target, False, True, 0), origin.node)

    def chmod(self, path: str, mode: int) -> None:
        self._own_node(path).mode = mode

    def chown(self, path: str, uid: int, gid: int) -> None:
        node = self._own_node(path)
        node.uid, node.gid = uid, gid

    def touch(self, path: str, when: float | None = None) -> None:
        if not self.exists(path):
            self.open_write(path, append=True)
        self._own_node(path).mtime = self._clock() if when is None else when

    def truncate(self, path: str, size: int) -> None:
        """Cut a file to a size, or lengthen it with zeros; raises OSError."""
        file = self.open_write(path, append=True)
        if not isinstance(file, File):
            return
        if size > file.size:
            self.append_zeros(file, size - file.size)
            return
        assert isinstance(file.content, bytearray) and isinstance(file.owner, FileSystem)
        file.owner._hold(file, -1)
        del file.content[size:]
        file.zeros = size - len(file.content)
        file.owner._hold(file)

    def watch(self, folder: str, changed: Callable[[], None]) -> None:
        """Call `changed` whenever something in a folder is made, written or removed (inotify)."""
        self._watches[folder.rstrip('/')] = changed

    def _touched(self, path: str) -> None:
        for folder, changed in self._watches.items():
            if path == folder or path.startswith(folder + '/'):
                changed()

    # -- inside -------------------------------------------------------------------------------------------------

    def _walk(self, path: str, follow: bool, own: bool, depth: int) -> Place:
        """Follow a path; with `own`, directories on the way become this file system's own, so they can change."""
        if depth > MAX_LINKS:
            raise failure(errno.ELOOP, path)
        files, read_only = self, self.read_only
        directory = files._own_root() if own else self.root
        trail: list[tuple[FileSystem, Directory, bool]] = []
        parts = [part for part in path.split('/') if part and part != '.']
        seen: list[str] = []
        if not parts:
            return Place(files, directory, '', directory, '/', read_only)
        end = len(parts) - 1
        for position, part in enumerate(parts):
            last = position == end
            node = directory.entries.get(part)
            if type(node) is Directory and not last and (not own or node.owner is files):
                trail.append((files, directory, read_only))
                seen.append(part)
                directory = node
                continue
            if part == '..':
                if trail:
                    files, directory, read_only = trail.pop()
                    seen.pop()
                if last:
                    return Place(files, directory, '', directory, '/' + '/'.join(seen), read_only)
                continue
            if isinstance(node, MagicLink) and (follow or not last):
                node = node.leads
            if isinstance(node, Symlink) and (follow or not last):
                base = node.target if node.target.startswith('/') else f'/{"/".join(seen)}/{node.target}'
                return self._walk('/'.join([base, *parts[position + 1:]]), follow, own, depth + 1)
            parent, name, inside = directory, part, files
            if isinstance(node, Mount):
                read_only = node.read_only  # a volume may be writable on a read-only root
                mounted = node.files._walk(node.path, True, own, depth + 1)
                inside, node, parent, name = mounted.files, mounted.node, mounted.parent, mounted.name
                read_only = read_only or mounted.read_only
            if last:
                seen.append(part)
                return Place(inside, parent, name, node, '/' + '/'.join(seen), read_only)
            if node is None:
                raise failure(errno.ENOENT, path)
            if not isinstance(node, Directory):
                raise failure(errno.ENOTDIR, path)
            if own and node.owner is not inside:
                node = inside._copy_directory(node)
                parent.entries[name] = node
            trail.append((files, directory, read_only))
            seen.append(part)
            files, directory = inside, node
        raise AssertionError('unreachable')

    def _own_root(self) -> Directory:
        if self.root.owner is not self:
            self.root = self._copy_directory(self.root)
        return self.root

    def _copy_directory(self, node: Directory) -> Directory:
        copy = Directory(self, node.mtime, node.mode)
        copy.uid, copy.gid = node.uid, node.gid
        copy.entries = dict(node.entries)
        copy.merged = self._layered or node.merged
        return copy

    def _own_file(self, place: Place, append: bool, mode: int) -> File:
        node = place.node
        if self._watches:
            self._touched(place.path)
        if not isinstance(node, File):
            node = File(self, bytearray(), mode, self._clock())
            place.parent.entries[place.name] = node
        elif node.owner is not self or not isinstance(node.content, bytearray):
            copy = File(self, bytearray(node.head() if append else b''), node.mode, self._clock(), node.program)
            copy.uid, copy.gid, copy.zeros = node.uid, node.gid, node.zeros if append else 0
            self._hold(copy)
            place.parent.entries[place.name] = node = copy
        elif not append:
            self._hold(node, -1)
            node.content, node.zeros = bytearray(), 0
            node.mtime = self._clock()
        return node

    def _own_node(self, path: str) -> Node:
        """The node at a path, copied first if it belongs to a lower layer."""
        place = self._walk(path, True, True, 0)
        node = place.node
        if node is None:
            raise failure(errno.ENOENT, path)
        if place.read_only:
            raise failure(errno.EROFS, path)
        if node.owner is place.files:
            return node
        if isinstance(node, Directory):
            copy: Node = place.files._copy_directory(node)
        elif isinstance(node, File):
            data: Any = node.content if callable(node.content) else bytearray(node.content)
            copy = File(place.files, data, node.mode, node.mtime, node.program)
            copy.uid, copy.gid, copy.zeros = node.uid, node.gid, node.zeros
            if not callable(data):
                place.files._hold(copy)
        else:
            return node
        place.parent.entries[place.name] = copy
        return copy

    def _changeable(self, path: str) -> Place:
        place = self._walk(path, False, True, 0)
        if place.node is None:
            raise failure(errno.ENOENT, path)
        if place.read_only:
            raise failure(errno.EROFS, path)
        if not place.name:
            raise failure(errno.EBUSY, path)
        return place

    def _enter(self, place: Place, node: Node) -> None:
        place.parent.entries[place.name] = node
        place.parent.mtime = self._clock()
        if self._watches:
            self._touched(place.path)

    def _leave(self, place: Place) -> None:
        if isinstance(place.node, File) and place.node.owner is place.files:
            place.files._hold(place.node, -1)
        del place.parent.entries[place.name]
        place.parent.mtime = self._clock()
        if self._watches:
            self._touched(place.path)
