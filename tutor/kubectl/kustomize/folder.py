"""A folder of a build, and what may be read from it (api/internal/loader)."""

from __future__ import annotations

import posixpath
import re

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.klog import log_line

_REMOTE = re.compile(r'(?:git::|https?://|ssh://|oci://|git@|(?:github\.com|gitlab\.com|bitbucket\.org)[/:])').match
NO_INTERNET = 'URLs cannot be fetched; the shell is not connected to the internet'


class Folder:
    """Paths in it are relative to it; `above` are the folders that led here, the nearest last. Unless `free`, files are
    only read in or below it."""

    def __init__(self, factory: Factory, path: str, above: tuple[str, ...] = (), free: bool = False) -> None:
        self._factory = factory
        self.path = path
        self._above = above
        self._free = free

    @classmethod
    def confirmed(cls, factory: Factory, path: str, free: bool) -> Folder:
        """The folder to build. Raises KubectlError."""
        if is_remote(path):
            raise KubectlError(f"accumulating resources from '{path}': {NO_INTERNET}")
        return cls(factory, _confirmed(factory, factory.path(path), path), (), free)

    def below(self, path: str) -> Folder:
        """The folder of another kustomization that this one names (FileLoader.New). Raises KubectlError."""
        if not path:
            raise KubectlError('new root cannot be empty')
        if is_remote(path):
            raise KubectlError(NO_INTERNET)
        if path.startswith('/'):
            raise KubectlError(f"new root '{path}' cannot be absolute")
        absolute = posixpath.normpath(posixpath.join(self.path, path))
        found = _confirmed(self._factory, absolute, absolute)
        for visited in (self.path, *reversed(self._above)):
            if visited == found or visited.startswith(f'{found.rstrip("/")}/'):
                raise KubectlError(f"cycle detected: candidate root '{found}' contains visited root '{visited}'")
        return Folder(self._factory, found, (*self._above, self.path), self._free)

    def exists(self, path: str) -> bool:
        return self._factory.ctx.files.exists(posixpath.join(self.path, path))

    def read(self, path: str) -> bytes:
        """FileLoader.Load. Raises KubectlError."""
        if is_remote(path):
            raise KubectlError(NO_INTERNET)
        files = self._factory.ctx.files
        absolute = posixpath.normpath(posixpath.join(self.path, path))
        _evaluate(self._factory, absolute, absolute)
        if files.is_dir(absolute):
            raise KubectlError(f"'{absolute}' must resolve to a file")
        if not self._free and not absolute.startswith(f'{self.path.rstrip("/")}/'):
            raise KubectlError(f"security; file '{absolute}' is not in or below '{self.path}'")
        return self._factory.read(absolute)

    def warn(self, text: str) -> None:
        self._factory.io.stderr.write(f'{text}\n')

    def log(self, text: str) -> None:
        """log.Printf, which klog has taken over."""
        log_line(self._factory, 'I', 'log.go:245', text)


def is_remote(path: str) -> bool:
    return _REMOTE(path) is not None


def _confirmed(factory: Factory, absolute: str, shown: str) -> str:
    """ConfirmDir. Raises KubectlError."""
    absolute = posixpath.normpath(absolute)
    try:
        _evaluate(factory, absolute, shown)
    except KubectlError as error:
        raise KubectlError(f'must build at directory: not a valid directory: {error}') from None
    if not factory.ctx.files.is_dir(absolute):
        raise KubectlError(f"must build at directory: '{shown}': file is not directory")
    return absolute


def _evaluate(factory: Factory, absolute: str, shown: str) -> None:
    """filepath.EvalSymlinks stumbles over the first thing that is not there."""
    files, reached = factory.ctx.files, ''
    for part in absolute.strip('/').split('/'):
        above, reached = reached, f'{reached}/{part}'
        if files.exists(reached):
            continue
        gone = above and not files.is_dir(above)
        problem = 'not a directory' if gone else f'lstat {reached}: no such file or directory'
        raise KubectlError(f"evalsymlink failure on '{shown}' : {problem}")
