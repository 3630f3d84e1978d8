"""Plugins: `kubectl foo bar` runs kubectl-foo-bar, or kubectl-foo with the argument bar (HandlePluginCommand)."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.running import PATH, NotRunnable, find, start

PREFIX = 'kubectl-'


def search_path(ctx: Context) -> list[str]:
    """The folders of the PATH, each once."""
    return list(dict.fromkeys(folder for folder in ctx.env.get('PATH', PATH).split(':') if folder.strip()))


async def run_plugin(words: list[str], io: IO, ctx: Context) -> int | None:
    """Run the plugin with the longest name that the first words make; None when there is none."""
    names = []
    for word in words:
        if word.startswith('-'):
            break
        names.append(word.replace('-', '_'))
    while names:
        path = find(PREFIX + '-'.join(names), ctx)
        if path is not None:
            try:
                return await start([path, *words[len(names):]], io, ctx).exit
            except NotRunnable:
                return None
        names.pop()
    return None
