"""What an image is: a class that says its names, its configuration, its files and the programs it really runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from tutor.cluster.containers.executables import StartFailure, locate
from tutor.cluster.containers.references import digest_of
from tutor.shell.process import PATH as PATH
from tutor.shell.process import Host, Main
from tutor.shell.vfs import File, FileSystem

BUILT = -45 * 86400.0
"""When images were built: their files' time, before the simulation's first moment."""

Content = str | bytes


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """The configuration of an image (OCI): what runs when nobody says otherwise."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    working_dir: str = '/'
    user: str = ''
    ports: tuple[str, ...] = ()
    stop_signal: str = 'TERM'
    volumes: tuple[str, ...] = ()


class Image:
    """One repository of the registry; subclasses fill in what they are.

    `tags` gives the version behind each tag. `userland` names the distribution below (`userlands.py`), `extra` the
    programs that this image has besides.
    """

    repository: str = ''
    tags: Mapping[str, str] = {'latest': ''}
    schema: ClassVar[int] = 2
    """Of its manifests; runtimes pull those of schema 1 no more."""
    size: int = 50_000_000
    memory: int = 4 * 1024 * 1024
    """What its main process keeps in use, for `kubectl top`."""
    cpu: float = 0.0
    """How many cores its main process uses while nobody asks anything of it."""
    extra: ClassVar[tuple[str, ...]] = ()
    spare: ClassVar[tuple[str, ...]] = ()
    """Files that a stand-in with another userland does without."""

    def userland(self, tag: str) -> str:
        return 'alpine' if 'alpine' in tag else 'debian'

    def busybox(self, tag: str) -> tuple[int, int]:
        """The release of its BusyBox, where it has one."""
        return 1, 36

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig()

    def files(self, tag: str) -> Mapping[str, Content]:
        """Files by path, over those of the distribution."""
        return {}

    def links(self, tag: str) -> Mapping[str, str]:
        """Symbolic links: path and target."""
        return {}

    def directories(self, tag: str) -> tuple[str, ...]:
        return ()

    def owners(self, tag: str) -> Mapping[str, int]:
        """Files and directories that are not root's: path and user."""
        return {}

    def programs(self, tag: str) -> Mapping[str, Main]:
        """The image's own programs by path."""
        return {}

    def version(self, tag: str) -> str:
        return self.tags.get(tag) or tag

    def size_of(self, tag: str) -> int:
        """Compressed size in bytes: it decides how long a pull takes."""
        return self.size // 3 if 'alpine' in tag else self.size


@dataclass(frozen=True)
class Manifest:
    """An image as a registry serves it under one tag. `root` is its file system, shared by all its containers."""

    image: Image
    repository: str
    tag: str
    config: ImageConfig
    root: FileSystem
    programs: dict[str, Main]
    userland: str
    size: int
    own: frozenset[str] = frozenset()
    """Where the image's own programs lie."""
    busybox: tuple[int, int] = Host.busybox
    _located: dict[tuple[str, str], tuple[str, Main] | None] = field(default_factory=dict)

    def main(self, command: str, search: str, hidden: Iterable[str]) -> Main | None:
        """The image's own program for a command, unless a mount may hide it, or it is a script, or there is none."""
        key = (command, search)
        if key not in self._located:
            self._located[key] = self._locate(command, search)
        found = self._located[key]
        if found is None or any(found[0].startswith(path) or path in search for path in hidden):
            return None
        return found[1]

    def is_own(self, main: Main) -> bool:
        """Whether a program is one that this image is for, and no common one."""
        return any(self.programs[path] is main for path in self.own)

    def _locate(self, command: str, search: str) -> tuple[str, Main] | None:
        try:
            path = locate(self.root, command, search)
        except StartFailure:
            return None
        node = self.root.node(path)
        main = self.programs.get(node.program) if isinstance(node, File) else None
        return (path, main) if main is not None else None

    @property
    def name(self) -> str:
        """'docker.io/library/nginx:1.27'."""
        return f'{self.repository}:{self.tag}'

    @cached_property
    def digest(self) -> str:
        return digest_of(f'manifest {self.image.repository}@{self.image.version(self.tag)} {self.userland}')

    @cached_property
    def image_id(self) -> str:
        """The repository and digest, as containerd reports it in a status."""
        return f'{self.repository}@{self.digest}'

    @cached_property
    def config_digest(self) -> str:
        return digest_of(f'config {self.image.repository}@{self.image.version(self.tag)} {self.userland}')
