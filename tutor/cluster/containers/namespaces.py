"""The kernel namespaces of a container: /proc/PID/ns, and the users of one that has its own (`hostUsers: false`)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from tutor.shell.vfs import Directory, File, Node, Symlink

if TYPE_CHECKING:
    from tutor.cluster.containers.container import Container

HOST = {'cgroup': 4026531835, 'ipc': 4026531839, 'mnt': 4026531841, 'net': 4026531840, 'pid': 4026531836,
        'time': 4026531834, 'user': 4026531837, 'uts': 4026531838}
"""The first namespace of each kind, which a machine's own processes are in."""
POD = ('ipc', 'net', 'uts')
"""What the containers of a pod share."""
FIRST = 4026532200
LENGTH = 65536
"""How many users a pod has to itself."""


def entries(container: Container) -> dict[str, Node]:
    """What a process's directory in /proc shows of them."""
    directory = Directory(None, 0.0, 0o511)
    for kind in HOST:
        directory.entries[kind] = Symlink(None, f'{kind}:[{_number(container, kind)}]')
    users = _users(container).encode()
    return {'ns': directory, 'uid_map': File(None, users, 0o644), 'gid_map': File(None, users, 0o644)}


def _number(container: Container, kind: str) -> int:
    own_users = container.config.own_users
    if kind == 'time' or (kind == 'user' and not own_users):
        return HOST[kind]
    holder = container.sandbox if kind in (*POD, 'user') else container.id
    return number(f'{kind} {holder}')


def number(what: str) -> int:
    """The inode of something that has no name in any folder, always the same for the same thing."""
    return FIRST + _spread(what, 4000)


def _users(container: Container) -> str:
    """uid_map: the first user inside and outside, and how many there are."""
    if not container.config.own_users:
        return f'{0:10} {0:10} {4294967295:10}\n'
    return f'{0:10} {LENGTH * (1 + _spread(container.sandbox, 32767)):10} {LENGTH:10}\n'


def _spread(text: str, below: int) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:4]) % below
