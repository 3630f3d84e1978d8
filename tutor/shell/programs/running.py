"""Programs that run other programs: xargs, env, timeout, watch, find -exec, nohup."""

from __future__ import annotations

from dataclasses import replace

from tutor.shell import shebang
from tutor.shell.process import IO, PATH, Context, Host, Main, Process
from tutor.shell.vfs import Directory, File, normalize


class NotRunnable(Exception):
    """What was to be run cannot be; the text is strerror's."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


def find(name: str, ctx: Context) -> str | None:
    """Where execvp finds a program: its path, or None."""
    if '/' in name:
        path = normalize(name, ctx.cwd)
        return path if ctx.files.exists(path) else None
    for folder in ctx.env.get('PATH', PATH).split(':'):
        path = f'{folder or ctx.cwd}/{name}'
        try:
            node = ctx.files.find(path).node
        except OSError:
            continue
        if isinstance(node, File) and node.mode & 0o111:
            return path
    return None


def program(name: str, ctx: Context) -> Main:
    """The program that a name means; raises NotRunnable."""
    path = find(name, ctx)
    if path is None:
        raise NotRunnable('No such file or directory', 127)
    node = ctx.files.node(path)
    if isinstance(node, Directory) or not isinstance(node, File) or not node.mode & 0o111:
        raise NotRunnable('Permission denied', 126)
    if node.program:
        found = ctx.host.programs.get(node.program)
        if found is None:
            raise NotRunnable('this program is not simulated', 126)
        return found
    if shebang.lacks_interpreter(node.data(), ctx.files):
        raise NotRunnable('No such file or directory', 127)
    return _script(path, node)


def _script(path: str, node: File) -> Main:
    async def main(argv: list[str], io: IO, ctx: Context) -> int:
        from tutor.shell.sh import run_script
        if not shebang.is_for_shell(node.data(), ctx.files):
            return await shebang.run(path, node.data(), argv, io, ctx)
        return await run_script(path, node.data().decode('utf-8', 'replace'), argv[1:], io, ctx)
    return main


def start(argv: list[str], io: IO, ctx: Context, env: dict[str, str] | None = None) -> Process:
    """Start another program as a process; raises NotRunnable."""
    host: Host = ctx.host
    return host.start(program(argv[0], ctx), argv, io, replace(ctx, env=dict(ctx.env if env is None else env)))
