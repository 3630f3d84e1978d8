"""What the entries of directories refer to: files, directories, links and devices."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

DIRECTORY_MODE, FILE_MODE = 0o755, 0o644
MOST_AT_ONCE = 512 * 1024 * 1024
DISK, MEMORY, KERNEL = 'disk', 'tmpfs', 'kernel'
"""Where a file system keeps its files; the kernel only shows what it has."""
BLOCK, ENTRY = 4096, 20
"""Bytes that a disk gives to a directory at least, and those that tmpfs counts for each entry of one."""

MAGIC = 64
"""What the links of /proc say of their size."""

Dynamic = Callable[[], bytes]


def failure(number: int, path: str) -> OSError:
    """An OSError as the system raises it."""
    return OSError(number, os.strerror(number), path)


class Node:
    """What a directory entry refers to. `owner` is the file system that may change it in place."""

    __slots__ = ('gid', 'mode', 'mtime', 'owner', 'uid')

    def __init__(self, owner: object, mode: int, mtime: float, uid: int = 0, gid: int = 0) -> None:
        self.owner = owner
        self.mode = mode
        self.mtime = mtime
        self.uid = uid
        self.gid = gid

    @property
    def size(self) -> int:
        """Bytes, as stat(2) has them."""
        return 0

    @property
    def room(self) -> int:
        """Bytes that it takes where it is kept: whole blocks."""
        return -(-self.size // BLOCK) * BLOCK

    @property
    def links(self) -> int:
        """How many names it has."""
        return 1


class File(Node):
    """A regular file. `content` is bytes, or a function that makes them when they are read; after them come so many
    `zeros`, which are only counted; `program` names the simulated program that runs when the file is executed."""

    __slots__ = ('content', 'program', 'zeros')

    def __init__(self, owner: object, content: bytes | bytearray | Dynamic, mode: int = FILE_MODE, mtime: float = 0.0,
                 program: str = '') -> None:
        super().__init__(owner, mode, mtime)
        self.content = content
        self.program = program
        self.zeros = 0

    def data(self) -> bytes:
        """All of it; raises OSError ENOMEM when that is too much to be held at once."""
        if self.zeros > MOST_AT_ONCE:
            raise failure(errno.ENOMEM, '')
        return self.head() + bytes(self.zeros)

    def head(self) -> bytes:
        """What comes before the counted zeros."""
        return self.content() if callable(self.content) else bytes(self.content)

    @property
    def size(self) -> int:
        return (len(self.content()) if callable(self.content) else len(self.content)) + self.zeros


class Directory(Node):
    """`merged` is one that overlayfs shows from several layers: it counts no names of those that are in it."""

    __slots__ = ('entries', 'merged')

    def __init__(self, owner: object, mtime: float = 0.0, mode: int = DIRECTORY_MODE) -> None:
        super().__init__(owner, mode, mtime)
        self.entries: dict[str, Node] = {}
        self.merged = False

    @property
    def medium(self) -> str:
        return getattr(self.owner, 'medium', KERNEL)

    @property
    def size(self) -> int:
        medium = self.medium
        return BLOCK if medium == DISK else ENTRY * (len(self.entries) + 2) if medium == MEMORY else 0

    @property
    def room(self) -> int:
        return BLOCK if self.medium == DISK else 0

    @property
    def links(self) -> int:
        return 1 if self.merged else 2 + sum(isinstance(entry, Directory) for entry in self.entries.values())


class Shown(Directory):
    """A directory whose entries are made when it is looked at: what is there at the moment."""

    __slots__ = ('_make',)

    def __init__(self, owner: object, make: Callable[[], dict[str, Node]], mtime: float = 0.0,
                 mode: int = DIRECTORY_MODE) -> None:
        self._make = make
        super().__init__(owner, mtime, mode)

    @property
    def entries(self) -> dict[str, Node]:
        return self._make()

    @entries.setter
    def entries(self, entries: dict[str, Node]) -> None:
        """The base class begins empty."""


class Symlink(Node):
    __slots__ = ('target',)

    def __init__(self, owner: object, target: str, mtime: float = 0.0) -> None:
        super().__init__(owner, 0o777, mtime)
        self.target = target

    @property
    def size(self) -> int:
        return len(self.target.encode())

    @property
    def room(self) -> int:
        return 0  # short ones are kept in the inode itself


class MagicLink(Symlink):
    """A link in /proc to what a process has open: it leads there although no path does; `target` is only shown."""

    __slots__ = ('leads',)

    def __init__(self, leads: Node, target: str, mode: int, mtime: float) -> None:
        super().__init__(None, target, mtime)
        self.leads = leads
        self.mode = mode

    @property
    def size(self) -> int:
        return MAGIC


class Device(Node):
    """/dev/null, /dev/zero, /dev/stdin …: `kind` is its name; programs open it by that."""

    __slots__ = ('kind',)

    def __init__(self, owner: object, kind: str) -> None:
        super().__init__(owner, 0o666, 0.0)
        self.kind = kind

    def write(self, data: bytes) -> None:
        """What becomes of what is written to it: nothing."""
