"""What may follow on a kubectl command line: commands, flags and their values, kinds, names from the cluster, files.

It yields values with a message key and English text; `session` says them in the learner's language.
"""

from __future__ import annotations

from collections.abc import Iterator

from tutor.apimachinery.errors import StatusError
from tutor.kubectl.cmd.root import root
from tutor.kubectl.command import Found, find
from tutor.kubectl.completion_arguments import arguments
from tutor.kubectl.completion_names import Names, Suggestion
from tutor.kubectl.completion_values import values
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.shell.pflag import ARRAY, PAIRS, SLICE, Flag, FlagError, FlagSet
from tutor.shell.process import IO, Context
from tutor.shell.streams import BytesReader, Capture

__all__ = ['Completer', 'Suggestion', 'complete']


class Completer:
    """Completes one command line: `words` are those before the cursor, without 'kubectl'."""

    def __init__(self, words: list[str], ctx: Context) -> None:
        self._words = [word for word in words if word != '']
        self._found, self._rest = find(root(), self._words)
        self.flags: FlagSet = self._found.flag_set()
        self._names = Names(Factory(ctx, IO(BytesReader(), Capture(), Capture()), self.flags))
        self._command = self._found.path.removeprefix('kubectl').strip()
        self._given = self._arguments()
        """The arguments before the cursor that are no flags."""

    def complete(self, current: str) -> list[Suggestion]:
        """Values that begin with the word at the cursor; none when the cluster does not answer."""
        try:
            return [found for found in self._suggestions(current) if found.file or found.value.startswith(current)]
        except (StatusError, KubectlError, OSError, KeyError):
            return []

    def asks_for_flag(self, current: str) -> bool:
        """Whether the word at the cursor begins the name of a flag."""
        return current.startswith('-') and '--' not in self._words and self.flag_at(current) is None

    def _suggestions(self, current: str) -> Iterator[Suggestion]:
        given, flag = self._given, self._flag_before()
        if flag is not None:
            yield from values(self._command, flag.name, current, given, self._names)
            return
        if '--' in self._words:
            return
        if (found := self._flag_in(current)) is not None:
            flag, prefix = found
            yield from (Suggestion(prefix + each.value, each.key, each.english, each.file) for each in
                        values(self._command, flag.name, current.removeprefix(prefix), given, self._names))
        elif current.startswith('-'):
            yield from self._flag_names()
        elif self._found.command.groups:
            yield from () if given else self._commands(self._found)
        else:
            yield from arguments(self._command, current, given, self._names)

    def flag_at(self, current: str) -> Flag | None:
        """The flag that the word at the cursor is, or has, the value of."""
        within = self._flag_in(current)
        return self._flag_before() or (within[0] if within is not None else None)

    def value_start(self, current: str) -> int:
        """Where in the word at the cursor the value of its flag begins, if an equals sign says so."""
        within = None if self._flag_before() is not None else self._flag_in(current)
        return len(within[1]) if within is not None and within[1].endswith('=') else 0

    # -- flags --------------------------------------------------------------------------------------------------

    def _flag_before(self) -> Flag | None:
        """The flag that the word at the cursor is the value of."""
        last = self._words[-1] if self._words else ''
        if not last.startswith('-') or '=' in last or last in ('-', '--'):
            return None
        flag = self.flags.find(last[2:]) if last.startswith('--') else self.flags.short(last[-1])
        return flag if flag is not None and flag.without_argument is None else None

    def _flag_in(self, current: str) -> tuple[Flag, str] | None:
        """The flag whose value the word itself has, and what stands before the value: --output=j, -o=j, -oj."""
        if not current.startswith('-'):
            return None
        if current.startswith('--'):
            name, equals, _ = current[2:].partition('=')
            flag = self.flags.find(name) if equals else None
            return (flag, f'--{name}=') if flag is not None else None
        flag = self.flags.short(current[1]) if len(current) > 2 else None
        if flag is None or flag.without_argument is not None:
            return None
        return flag, current[:3] if current[2] == '=' else current[:2]

    def free_flags(self) -> Iterator[Flag]:
        """The flags that may be given once more."""
        for flag in self.flags.known.values():
            again = flag.type in (SLICE, ARRAY, PAIRS) or not self.flags.changed(flag.name)
            if again and not flag.hidden and not flag.deprecated:
                yield flag

    def _flag_names(self) -> Iterator[Suggestion]:
        for flag in self.free_flags():
            text = f'--{flag.name}' + ('=' if flag.without_argument is None else '')
            yield Suggestion(text, f'flag {flag.name}', flag.help.partition('. ')[0])

    # -- words --------------------------------------------------------------------------------------------------

    @staticmethod
    def _commands(found: Found) -> Iterator[Suggestion]:
        prefix = found.path.removeprefix('kubectl').strip()
        for line in found.command.lines:
            if not line.hidden:
                yield Suggestion(line.name, f'command {prefix} {line.name}'.replace('  ', ' '), line.short)

    def _arguments(self) -> list[str]:
        """Read what was given: `flags` know then which of them were."""
        try:
            self.flags.parse(self._rest)
        except FlagError:
            return [word for word in self._rest if not word.startswith('-')]
        return list(self.flags.args)


def complete(words: list[str], current: str, ctx: Context) -> list[Suggestion]:
    """All values for the word at the cursor of a command line; `words` begin after 'kubectl'."""
    return Completer(words, ctx).complete(current)
