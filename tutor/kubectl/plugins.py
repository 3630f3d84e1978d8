"""Plugins: `kubectl foo bar` runs kubectl-foo-bar, or kubectl-foo with the argument bar (HandlePluginCommand)."""

from __future__ import annotations

from itertools import takewhile

from tutor.shell.process import IO, PATH, Context
from tutor.shell.programs.running import NotRunnable, find, start
from tutor.shell.vfs import File

PREFIX = 'kubectl-'


def search_path(ctx: Context) -> list[str]:
    """The folders of the PATH, each once."""
    return list(dict.fromkeys(folder for folder in ctx.env.get('PATH', PATH).split(':') if folder.strip()))


async def run_plugin(words: list[str], least: int, io: IO, ctx: Context) -> int | None:
    """Run the plugin with the longest name that the first words make, of at least so many; None when there is none."""
    names = [word.replace('-', '_') for word in takewhile(lambda word: not word.startswith('-'), words)]
    if not names:
        io.stderr.write(f'Error: flags cannot be placed before plugin name: {words[0]}\n')
        return 1
    while len(names) >= least:
        path = find(PREFIX + '-'.join(names), ctx)
        if path is not None:
            return await _execute([path, *words[len(names):]], io, ctx)
        names.pop()
    return None


async def _execute(argv: list[str], io: IO, ctx: Context) -> int:
    """DefaultPluginHandler.Execute: no shell helps out where a script does not say who reads it."""
    node = ctx.files.node(argv[0])
    if isinstance(node, File) and not node.program and not node.data().startswith(b'#!'):
        io.stderr.write('Error: exec format error\n')
        return 1
    try:
        return await start(argv, io, ctx).exit
    except NotRunnable as error:
        io.stderr.write(f'Error: {str(error).lower()}\n')
        return 1
