"""--profile: what kubectl would tell of its own work (kubectl/pkg/cmd/profiling.go). Its file is empty here."""

from __future__ import annotations

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.shell.access import open_write

AT_ONCE = ('cpu', 'trace')
"""The profiles whose file is there from the start."""
AT_THE_END = ('allocs', 'block', 'goroutine', 'mutex', 'threadcreate')
WITHOUT_FILE = ('none', 'heap')
"""`heap` ends as a trace does, and none was begun."""


class Profiling:
    """One command's. Raises KubectlError for a profile that there is not, and for a file that cannot be made."""

    def __init__(self, factory: Factory) -> None:
        self._factory = factory
        self._name = factory.flags.of_all('profile')
        if self._name in AT_ONCE:
            self._make_file()
        elif self._name not in (*AT_THE_END, *WITHOUT_FILE):
            raise KubectlError(f"unknown profile '{self._name}'")

    def end(self) -> None:
        """flushProfiling, when the command has succeeded."""
        if self._name in AT_THE_END:
            self._make_file()

    def _make_file(self) -> None:
        path = self._factory.flags.of_all('profile-output')
        try:
            open_write(self._factory.path(path), False, self._factory.ctx)
        except OSError as error:
            raise KubectlError(f'open {path}: {(error.strerror or "").lower()}') from None
