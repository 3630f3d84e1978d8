"""The first line of a script, by which the kernel knows what is to run it (execve(2))."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.vfs import FileSystem

SHELLS = frozenset(('ash', 'bash', 'dash', 'rbash', 'sh'))
"""Their scripts need no other program: this shell is all of them."""

FOLDERS = ('/bin', '/usr/bin', '/usr/local/bin')


def interpreter(data: bytes) -> list[str]:
    """The program of `#!`, and all that follows it as one argument; [] for other files."""
    if not data.startswith(b'#!'):
        return []
    return data[2:].split(b'\n', 1)[0].decode('utf-8', 'replace').split(None, 1)


def lacks_interpreter(data: bytes, files: FileSystem) -> bool:
    """Whether the program of its first line is not there, which is told as if the script were not."""
    words = interpreter(data)
    return bool(words) and not files.is_file(words[0])


def is_for_shell(data: bytes, files: FileSystem) -> bool:
    """Whether a shell that is there runs it, be it named by env."""
    words = interpreter(data)
    if not words:
        return True
    name = words[0].rpartition('/')[2]
    if name == 'env':
        name = words[1].split()[0] if words[1:] else ''
        return name in SHELLS and any(files.is_file(f'{folder}/{name}') for folder in FOLDERS)
    return name in SHELLS


async def run(path: str, data: bytes, argv: list[str], io: IO, ctx: Context) -> int:
    """Run a script that is not for a shell by the program that its first line names."""
    from tutor.shell.programs.running import NotRunnable, program
    words = [word.rstrip() for word in interpreter(data)]
    try:
        main = program(words[0], ctx)
    except NotRunnable as problem:
        io.stderr.write(f'{path}: {words[0]}: bad interpreter: {problem}\n')
        return 126
    whole = [*words, path, *argv[1:]]
    process = ctx.host.processes.get(ctx.pid)
    if process is not None:
        process.argv = whole
    return await main(whole, io, ctx)
