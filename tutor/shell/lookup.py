"""What the name of a command means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.shell import shebang
from tutor.shell.access import EXECUTE, allowed
from tutor.shell.process import IO, Context, Main
from tutor.shell.vfs import Directory, File, FileSystem, normalize

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


def home_of(user: str, files: FileSystem) -> str | None:
    """The home folder of a user, as /etc/passwd has it."""
    try:
        lines = files.read_text('/etc/passwd').splitlines()
    except OSError:
        return None
    return next((fields[5] for line in lines if (fields := line.split(':'))[0] == user and len(fields) > 5), None)


@dataclass(slots=True)
class Hashed:
    """Where a command was found, and how often it ran since."""

    path: str
    hits: int = 0


def which(shell: Shell, name: str) -> str | None:
    """Where PATH finds a program."""
    return next(all_paths(shell, name), None)


def all_paths(shell: Shell, name: str) -> Iterator[str]:
    """Everywhere PATH finds a program."""
    files = shell.ctx.files
    for folder in (shell.variables.get('PATH') or '').split(':'):
        path = f'{folder or shell.ctx.cwd}/{name}'
        try:
            node = files.find(path).node
        except OSError:
            continue
        if isinstance(node, File) and node.mode & 0o111:
            yield path


def _remembered(shell: Shell, name: str) -> str | None:
    """Where a command is: as bash remembers it until PATH changes (`hash`), else as PATH says."""
    path = shell.variables.get('PATH') or ''
    if path != shell.hashed_for:
        shell.hashed.clear()
        shell.hashed_for = path
    known = shell.hashed.get(name)
    if known is not None and shell.ctx.files.exists(known.path):
        known.hits += 1
        return known.path
    found = which(shell, name)
    if found is not None:
        shell.hashed[name] = Hashed(found, 1)
    return found


def find_program(shell: Shell, argv: list[str], io: IO) -> tuple[Main | None, int]:
    """The program that a name means; else None and the status, with the message written."""
    name = argv[0]
    dialect = shell.dialect
    path = normalize(name, shell.ctx.cwd) if '/' in name else _remembered(shell, name)
    if path is None:
        shell.complain(io, dialect.not_found(name))
        return None, 127
    try:
        node = shell.ctx.files.node(path)
    except OSError as problem:
        shell.complain(io, dialect.no_file(name, problem))
        return None, 127
    if isinstance(node, Directory):
        shell.complain(io, dialect.is_directory(name))
        return None, 126
    if not isinstance(node, File) or not node.mode & 0o111 or not allowed(node, shell.ctx, EXECUTE):
        shell.complain(io, f'{name}: Permission denied')
        return None, 126
    if not node.program:
        data = node.data()
        if shebang.lacks_interpreter(data, shell.ctx.files):
            shell.complain(io, dialect.no_interpreter(name))
            return None, 127
        return script_program(name if '/' in name else path, data, dialect.script), 0
    found = shell.ctx.host.programs.get(node.program)
    if found is None:
        shell.complain(io, f'{name}: this program is not simulated')
        return None, 126
    return found, 0


def script_program(path: str, data: bytes, shell: str = 'bash') -> Main:
    """A script file as a program: run by a new shell, by `shell` where its first line names none."""
    async def main(argv: list[str], io: IO, ctx: Context) -> int:
        from tutor.shell.sh import run_script
        if not shebang.is_for_shell(data, ctx.files):
            return await shebang.run(path, data, argv, io, ctx)
        return await run_script(path, data.decode('utf-8', 'replace'), argv[1:], io, ctx, own=shell)
    return main
