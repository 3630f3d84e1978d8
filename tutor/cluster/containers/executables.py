"""Finding what a command names, with runc's words for what cannot be run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tutor.shell.process import IO, PATH, Context, Host, Main
from tutor.shell.vfs import Directory, File, FileSystem, normalize

MAX_INTERPRETERS = 4


class StartFailure(Exception):
    """A command that cannot be started; the text begins after 'unable to start container process: '."""


def find(host: Host, argv: list[str], env: Mapping[str, str], cwd: str = '/') -> tuple[Main, list[str]]:
    """The program a command names, and the arguments it gets. Raises StartFailure."""
    path = locate(host.files, argv[0], env.get('PATH', PATH), cwd)
    return program_at(host, path, argv)


def program_at(host: Host, path: str, argv: list[str], depth: int = 0) -> tuple[Main, list[str]]:
    """The program in an executable file; a script runs by its interpreter."""
    node = host.files.node(path)
    assert isinstance(node, File)
    main = host.programs.get(node.program) if node.program else None
    if main is not None:
        return main, argv
    data = node.data()
    if not data.startswith(b'#!') or depth > MAX_INTERPRETERS:
        raise StartFailure(f'exec {path}: exec format error')
    interpreter = data[2:].split(b'\n', 1)[0].decode('utf-8', 'replace').split()
    if not interpreter or not host.files.is_file(interpreter[0]):
        raise StartFailure(f'exec {path}: no such file or directory')
    return program_at(host, host.files.realpath(interpreter[0]), [*interpreter, path, *argv[1:]], depth + 1)


def locate(files: FileSystem, name: str, search: str, cwd: str = '/') -> str:
    """exec.LookPath: the real path of an executable. Raises StartFailure."""
    if '/' in name:
        problem = _problem(files, normalize(name, cwd))
        if problem:
            raise StartFailure(_quoted(name, f'stat {name}: {problem}' if problem == _MISSING else problem))
        return files.realpath(normalize(name, cwd))
    denied = False
    for folder in search.split(':'):
        path = f'{folder or "."}/{name}'
        problem = _problem(files, path)
        if not problem:
            return files.realpath(path)
        denied = denied or problem == 'permission denied'
    raise StartFailure(_quoted(name, 'executable file not found in $PATH' if not denied else 'permission denied'))


_MISSING = 'no such file or directory'


def _problem(files: FileSystem, path: str) -> str:
    try:
        node = files.find(path).node
    except OSError:
        return _MISSING
    if node is None:
        return _MISSING
    if isinstance(node, Directory):
        return 'is a directory'
    return '' if node.mode & 0o111 else 'permission denied'


def _quoted(name: str, why: str) -> str:
    return f'exec: "{name}": {why}'


async def execute(argv: list[str], io: IO, ctx: Context) -> int:
    """execve: go on as another program in the same process. Its exit status, 127 or 126 when it cannot be run."""
    try:
        main, arguments = find(ctx.host, argv, ctx.env, ctx.cwd)
    except StartFailure as failure:
        missing = 'not found' in str(failure) or 'no such file' in str(failure)
        io.stderr.write(f'exec: {argv[0]}: {"not found" if missing else "Permission denied"}\n')
        return 127 if missing else 126
    process = ctx.host.processes.get(ctx.pid)
    if process is not None:
        process.argv = arguments
    return await main(arguments, io, replace(ctx, env=dict(ctx.env)))
