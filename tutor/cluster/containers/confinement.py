"""What the kernel forbids the processes of a container to do with files: an AppArmor profile's rules, and system calls
that a seccomp profile refuses."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Any

from tutor.shell.apparmor import UNCONFINED, Profile
from tutor.shell.vfs import Device, File, FileSystem, failure

CALLS = {'mkdir': ('mkdir', 'mkdirat'), 'chmod': ('chmod', 'fchmod', 'fchmodat'),
         'chown': ('chown', 'fchown', 'fchownat', 'lchown'), 'remove': ('unlink', 'unlinkat'),
         'rmdir': ('rmdir', 'unlinkat'), 'rename': ('rename', 'renameat', 'renameat2'),
         'symlink': ('symlink', 'symlinkat'), 'link': ('link', 'linkat')}
"""The system calls behind each change of files."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """`profile` is AppArmor's, None without one; `refused` are the system calls that fail."""

    profile: Profile | None = None
    refused: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """What /proc/PID/attr/current shows."""
        return f'{self.profile.name} ({self.profile.mode})' if self.profile is not None else UNCONFINED

    @property
    def restricts(self) -> bool:
        return bool(self.refused) or (self.profile is not None and any(rule.denies for rule in self.profile.rules))


UNRESTRICTED = Confinement()


class ConfinedFiles(FileSystem):
    """Files as confined processes see them. What the system itself places (`put`, `make_dirs`) is not asked about."""

    confinement = UNRESTRICTED

    def open_write(self, path: str, append: bool = False, mode: int = 0o644) -> File | Device:
        self._check('', path)
        return super().open_write(path, append, mode)

    def mkdir(self, path: str, mode: int = 0o755) -> None:
        self._check('mkdir', path)
        super().mkdir(path, mode)

    def symlink(self, target: str, path: str) -> None:
        self._check('symlink', path)
        super().symlink(target, path)

    def link(self, source: str, path: str) -> None:
        self._check('link', path)
        super().link(source, path)

    def remove(self, path: str) -> None:
        self._check('remove', path)
        super().remove(path)

    def rmdir(self, path: str) -> None:
        self._check('rmdir', path)
        super().rmdir(path)

    def rename(self, source: str, target: str) -> None:
        self._check('rename', source)
        self._check('rename', target)
        super().rename(source, target)

    def chmod(self, path: str, mode: int) -> None:
        self._check('chmod', path)
        super().chmod(path, mode)

    def chown(self, path: str, uid: int, gid: int) -> None:
        self._check('chown', path)
        super().chown(path, uid, gid)

    def _check(self, change: str, path: str) -> None:
        """Raises OSError: EPERM for a system call, EACCES for a path."""
        confinement = self.confinement
        if not confinement.refused.isdisjoint(CALLS.get(change, ())):
            raise failure(errno.EPERM, path)
        if confinement.profile is not None and not self._is_device(path):
            place = self.find(path, follow=False).path
            if not confinement.profile.allows(place, 'w'):
                raise failure(errno.EACCES, path)

    def _is_device(self, path: str) -> bool:
        return path.startswith('/dev/') and isinstance(self.find(path).node, Device)


def confined(confinement: Confinement, *args: Any, **options: Any) -> FileSystem:
    """The files of a container; those that nothing restricts are plain ones."""
    if not confinement.restricts:
        return FileSystem(*args, **options)
    files = ConfinedFiles(*args, **options)
    files.confinement = confinement
    return files
