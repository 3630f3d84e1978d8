"""What is installed on a machine or in a container, and putting a package there."""

from __future__ import annotations

from tutor.shell.process import Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.packages.catalog import PACKAGES, REAL, Package
from tutor.shell.vfs import FileSystem

ELF = b'\x7fELF'
FOLDER = '/usr/bin'


class Unknown(LookupError):
    """No such package."""


class NotSimulated(Complaint):
    """A package that there is, and that cannot be had here."""

    def __init__(self, name: str) -> None:
        super().__init__(f'error: the package {name} is not simulated here')


def closure(names: list[str], distribution: str) -> dict[str, Package]:
    """Packages with what they need, by name, in the order of names; `distribution` is the field of Package that has
    the version. Raises Unknown, NotSimulated."""
    found: dict[str, Package] = {}
    pending = [name.partition('=')[0] for name in names]
    while pending:
        name = pending.pop(0)
        package = PACKAGES.get(name)
        if package is None or not getattr(package, distribution):
            raise NotSimulated(name) if name in REAL else Unknown(name)
        if name not in found:
            found[name] = package
            pending += package.needs
    return dict(sorted(found.items()))


def has(name: str, package: Package, files: FileSystem) -> bool:
    """Whether a package is there: its note, or all its programs."""
    programs = package.programs
    return files.exists(_note(name)) or (bool(programs) and all(place(files, program) for program in programs))


def place(files: FileSystem, program: str) -> str:
    """Where a program lies, '' when it does not."""
    return next((f'{folder}/{program}' for folder in ('/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin')
                 if files.exists(f'{folder}/{program}')), '')


NOTES = '/var/lib/dpkg/info'


def installed(files: FileSystem) -> list[str]:
    """The names of what was put there."""
    return [entry.removesuffix('.list') for entry in files.listdir(NOTES)] if files.is_dir(NOTES) else []


def install(name: str, package: Package, ctx: Context) -> None:
    """Put the programs into the file system. Raises OSError."""
    for program in package.programs:
        if program in ctx.host.programs and not place(ctx.files, program):
            ctx.files.put(f'{FOLDER}/{program}', ELF, 0o755, program)
    ctx.files.make_dirs(_note(name).rpartition('/')[0])
    ctx.files.put(_note(name), ''.join(f'{FOLDER}/{program}\n' for program in package.programs))


def remove(name: str, package: Package, ctx: Context) -> None:
    """Take the programs away. Raises OSError."""
    for program in package.programs:
        path = place(ctx.files, program)
        if path:
            ctx.files.remove(path)
    if ctx.files.exists(_note(name)):
        ctx.files.remove(_note(name))


def _note(name: str) -> str:
    return f'{NOTES}/{name}.list'
