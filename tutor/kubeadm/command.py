"""kubeadm's commands as cobra has them: a tree, the flags of each, and what --help says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.kubeadm.errors import KubeadmError
from tutor.shell.pflag import SLICE, Flag, FlagSet

if TYPE_CHECKING:
    from tutor.kubeadm.environment import Environment

Run = Callable[['Environment', list[str]], Awaitable[None]]
PROGRAM = 'kubeadm'
WORDS = {'stringSlice': 'strings', 'int32': 'int32'}
"""What pflag calls the value of a flag of a kind, where it is not the kind's name."""
HELP = Flag('help', 'h', False, 'help for {}')
GLOBAL = (
    Flag('rootfs', '', '', 'The path to the \'real\' host root filesystem. This will cause kubeadm to chroot into the '
         'provided path.'),
    Flag('v', 'v', 0, 'number for the log level verbosity'),
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it does, or the commands below it. `arguments` are those of its usage line; without any it
    takes none. `runnable` commands with others below them do something themselves too."""

    name: str
    short: str
    run: Run | None = None
    flags: tuple[Flag, ...] = ()
    commands: tuple[Command, ...] = ()
    arguments: str = ''
    long: str = ''
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a command line means: the command, the words that lead to it, and its flags as they were given."""

    command: Command
    path: tuple[str, ...]
    flags: FlagSet

    @property
    def name(self) -> str:
        return ' '.join((PROGRAM, *self.path))

    def check_arguments(self) -> None:
        """cobra.NoArgs, and what a command with others below it says of a word that it does not know. Raises
        KubeadmError."""
        if self.flags.args and not self.command.arguments:
            raise KubeadmError(f'unknown command "{self.flags.args[0]}" for "{self.name}"')


def find(root: Command, argv: list[str]) -> Found:
    """Follow the words of a command line down the tree, and parse the rest. Raises FlagError."""
    command, path, rest = root, (), list(argv)
    while True:
        place = _first_word(rest, FlagSet((*command.flags, *GLOBAL, HELP)))
        below = next((each for each in command.commands
                      if place is not None and rest[place] in (each.name, *each.aliases)), None)
        if below is None or place is None:
            break
        del rest[place]
        command, path = below, (*path, below.name)
    flags = FlagSet((*command.flags, *GLOBAL, HELP))
    flags.parse(rest)
    return Found(command, path, flags)


def _first_word(rest: list[str], flags: FlagSet) -> int | None:
    """Where the first word is that is neither a flag nor the value of one (cobra.stripFlags)."""
    place = 0
    while place < len(rest) and rest[place] != '--':
        word = rest[place]
        if not word.startswith('-') or word == '-':
            return place
        flag = flags.find(word[2:]) if word.startswith('--') else flags.short(word[1:])
        place += 2 if '=' not in word and flag is not None and flag.without_argument is None else 1
    return None


# -- help -----------------------------------------------------------------------------------------------------------


def help_text(found: Found) -> str:
    """What --help prints (cobra's default template)."""
    command = found.command
    usage = [f'  {found.name}{" [flags]" if command.flags else ""}'] if command.run else []
    if command.arguments and usage:
        usage = [f'  {found.name} {command.arguments} [flags]']
    if command.commands:
        usage.append(f'  {found.name} [command]')
    parts = [(command.long or f'{command.short}').strip('\n'), 'Usage:\n' + '\n'.join(usage)]
    if command.commands:
        width = max(11, *(len(each.name) for each in command.commands))
        parts.append('Available Commands:\n' + '\n'.join(
            f'  {each.name.ljust(width)} {each.short}' for each in command.commands))
    own = (*command.flags, Flag('help', 'h', False, f'help for {found.path[-1] if found.path else PROGRAM}'))
    parts += [f'Flags:\n{usages(own)}', f'Global Flags:\n{usages(GLOBAL)}']
    if command.commands:
        parts.append(f'Use "{found.name} [command] --help" for more information about a command.')
    return '\n\n'.join(parts) + '\n'


def usages(flags: tuple[Flag, ...]) -> str:
    """FlagUsages: a line for each flag, by name, their texts below each other."""
    lines = [(_left(flag), flag) for flag in sorted(flags, key=lambda flag: flag.name)]
    width = max(len(left) for left, _ in lines)
    return '\n'.join(f'{left.ljust(width)}   {flag.help}{_default(flag)}' for left, flag in lines)


def _left(flag: Flag) -> str:
    left = f'  -{flag.short}, --{flag.name}' if flag.short else f'      --{flag.name}'
    kind = flag.type
    return left if kind == 'bool' else f'{left} {WORDS.get(kind, kind)}'


def _default(flag: Flag) -> str:
    if not flag.default or flag.type == SLICE:
        return ''
    if flag.type == 'string':
        return f' (default "{flag.default}")'
    return f' (default {flag.shown_default()})'
