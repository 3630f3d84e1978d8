"""`kubectl __complete`: what the scripts of `kubectl completion` ask, answered in cobra's protocol."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.kubectl.cmd.root import COMPLETE
from tutor.kubectl.completion import Completer
from tutor.shell.process import IO, Context

NO_SPACE, NO_FILES, EXTENSIONS = 2, 4, 8
NAMES = {1: 'Error', NO_SPACE: 'NoSpace', NO_FILES: 'NoFileComp', EXTENSIONS: 'FilterFileExt', 16: 'FilterDirs',
         32: 'KeepOrder'}
MANIFESTS = ('json', 'yaml', 'yml')


def answer(words: list[str], io: IO, ctx: Context) -> int:
    """Print a line for each word that may stand last in `words` (after the command itself), then the directive."""
    command, *line = words
    if not line:
        io.stderr.write('Error: requires at least 1 arg(s), only received 0\n')
        return 1
    completer = Completer(line[:-1], ctx)
    directive, found = _answered(completer, line[-1])
    for word, about in found:
        io.stdout.write(f'{word}\t{about}\n' if about and command == COMPLETE[0] else f'{word}\n')
    io.stdout.write(f':{directive}\n')
    names = [f'ShellCompDirective{name}' for bit, name in NAMES.items() if directive & bit]
    io.stderr.write(f'Completion ended with directive: {", ".join(names) or "ShellCompDirectiveDefault"}\n')
    return 0


def _answered(completer: Completer, current: str) -> tuple[int, list[tuple[str, str]]]:
    """The directive, and words with what they are."""
    if completer.asks_for_flag(current):
        return NO_FILES, list(_flags(completer, current))
    suggestions = completer.complete(current)
    if any(each.file for each in suggestions):
        flag = completer.flag_at(current)
        if flag is not None and flag.name == 'filename':
            return EXTENSIONS, [(extension, '') for extension in MANIFESTS]
        return 0, [(each.value, '') for each in suggestions if not each.file]
    start = completer.value_start(current)
    found = [(each.value[start:], each.english if each.key.startswith('command ') else '') for each in suggestions]
    open_ended = bool(found) and all(word.endswith(('/', '=')) for word, _ in found)
    return NO_FILES | (NO_SPACE if open_ended else 0), found


def _flags(completer: Completer, current: str) -> Iterator[tuple[str, str]]:
    """Flags by their long and their short names (getFlagNameCompletions)."""
    for flag in completer.free_flags():
        for name in (f'--{flag.name}', f'-{flag.short}' if flag.short else ''):
            if name.startswith(current):
                yield name, flag.help.split('\n')[0]
