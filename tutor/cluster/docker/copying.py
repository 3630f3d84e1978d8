"""docker cp: files between a container and the machine."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from tutor.cluster.docker.kept import Kept
from tutor.shell.docker import DockerError
from tutor.shell.vfs import Directory, File, FileSystem, normalize


def copy(source: str, target: str, machine: FileSystem, find: Callable[[str], Kept]) -> None:
    """Copy where one of both is CONTAINER:PATH; `find` gives a container by name. Raises DockerError."""
    (files, path), (into, place) = (_side(text, machine, find) for text in (source, target))
    if not files.exists(path):
        raise DockerError(f'Could not find the file {path} in container {source.partition(":")[0]}'
                          if ':' in source else f'lstat {path}: no such file or directory')
    if into.is_dir(place):
        place = f'{place.rstrip("/")}/{posixpath.basename(path)}'
    copy_tree(files, path, into, place)


def _side(text: str, machine: FileSystem, find: Callable[[str], Kept]) -> tuple[FileSystem, str]:
    name, colon, path = text.partition(':')
    if not colon or '/' in name:
        return machine, text
    kept = find(name)
    if kept.container is None or kept.container.host is None:
        raise DockerError(f'container {kept.id} was never started: its files cannot be copied here')
    return kept.container.host.files, normalize(path, '/')


def copy_tree(source: FileSystem, path: str, target: FileSystem, place: str) -> None:
    """A file, or a folder with all that is in it."""
    node = source.node(path)
    if isinstance(node, Directory):
        target.make_dirs(place)
        for name in sorted(node.entries):
            copy_tree(source, f'{path}/{name}', target, f'{place}/{name}')
    elif isinstance(node, File):
        target.put(place, node.data(), node.mode, node.program)
