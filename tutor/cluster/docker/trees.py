"""Files and folders that a build copies."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from tutor.shell.vfs import Directory, File, FileSystem, Symlink


def digest_tree(files: FileSystem, path: str) -> str:
    """What a file or tree holds, in short."""
    digest = sha256()
    for below, node in files.walk(path):
        digest.update(below.encode())
        if isinstance(node, File):
            digest.update(node.data())
    return digest.hexdigest()


def transfer(source: FileSystem, path: str, target: FileSystem, place: str, owner: tuple[int, int],
             ignores: Callable[[str], bool] | None) -> None:
    """Copy a file, or what is in a directory."""
    node = source.node(path)
    if isinstance(node, Directory):
        target.make_dirs(place)
        for name in sorted(node.entries):
            entry = node.entries[name]
            if isinstance(entry, Symlink) and not target.exists(f'{place}/{name}'):
                target.symlink(entry.target, f'{place}/{name}')
            elif ignores is None or not ignores(f'{path}/{name}'):
                transfer(source, f'{path}/{name}', target, f'{place}/{name}', owner, ignores)
        return
    if not isinstance(node, File):
        return
    target.put(place, node.data(), node.mode, node.program)
    target.used += node.size
    target.chown(place, *owner)
