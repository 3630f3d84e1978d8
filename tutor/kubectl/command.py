"""What a command is: a line in a catalogue, its texts and flags, and its Options with complete, validate and run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag, FlagSet

if TYPE_CHECKING:
    from tutor.kubectl.factory import Factory


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a catalogue: a command's name and short description, and the module whose COMMAND it is.

    `suggested_for` are words that make kubectl ask whether this command was meant.
    """

    name: str
    short: str
    module: str
    aliases: tuple[str, ...] = ()
    suggested_for: tuple[str, ...] = ()
    hidden: bool = False

    def load(self) -> Command:
        name = f'tutor.kubectl.cmd.{self.module}'
        try:
            return import_module(name).COMMAND
        except ModuleNotFoundError as error:
            if error.name is None or not name.startswith(error.name):
                raise
            raise KubectlError(f'the command "{self.name}" is not simulated yet') from None

    def answers_to(self, word: str) -> bool:
        return word == self.name or word in self.aliases


@dataclass(frozen=True, slots=True)
class Group:
    """Commands under one heading of `kubectl --help`."""

    title: str
    lines: tuple[Line, ...]
    by_name: bool = False
    """Shown by name; suggested, like all, in the order in which they were added."""


class Options:
    """One call of a command, on its way through complete, validate and run.

    Subclasses turn flags and arguments into fields in `complete`, refuse what contradicts itself in `validate`, and
    do the work in `run`. All raise KubectlError, UsageError or StatusError.
    """

    def __init__(self, factory: Factory, command: Found, flags: FlagSet) -> None:
        self.factory = factory
        self.command = command
        self.flags = flags
        self.args = flags.args

    def complete(self) -> None:
        """Fill the fields from flags, arguments and kubeconfig."""

    def validate(self) -> None:
        """Refuse what cannot be."""

    async def run(self) -> int | None:
        """Do it; the result is the exit status (None is 0)."""
        raise NotImplementedError

    def out(self, text: str | bytes) -> None:
        self.factory.io.stdout.write(text)

    def err(self, text: str) -> None:
        self.factory.io.stderr.write(text)


@dataclass(frozen=True, slots=True)
class Command:
    """A command's texts and flags. `usage` is what follows 'kubectl ' in its usage line, without '[options]'.

    `long` (Markdown) and `examples` are written indented; a `long` that begins on its first line is printed as it is.
    A command without `options` shows its help; `groups` are its sub-commands.
    """

    usage: str
    long: str = ''
    examples: str = ''
    flags: tuple[Flag, ...] = ()
    required: tuple[str, ...] = ()
    options: type[Options] | None = None
    groups: tuple[Group, ...] = ()
    after_long: str = ''
    lenient: bool = False
    """A command of sub-commands that shows its help for whatever it does not know, and succeeds."""
    flag_error_code: int = 1
    """With what a command line ends whose flags cannot be parsed (cobra's FlagErrorFunc)."""
    instead_of_help: str | None = None
    """What is said on standard error where help is asked for."""
    help_to_stdout: bool = False
    """A command of sub-commands that, called alone, shows its help on standard output (and fails all the same)."""

    @property
    def lines(self) -> Iterable[Line]:
        return [line for group in self.groups for line in group.lines]


def subcommands(*lines: Line) -> tuple[Group, ...]:
    """The sub-commands of a command, under the usual heading."""
    return (Group('Available Commands:', lines),)


@dataclass(slots=True)
class Found:
    """A command as it was reached: by its path ('kubectl create deployment') through its catalogue line."""

    path: str
    command: Command
    line: Line | None = None
    parents: list[Found] = field(default_factory=list)

    def flag_set(self) -> FlagSet:
        """All flags that may be given: the global ones and the command's own."""
        from tutor.kubectl.options import GLOBAL_FLAGS, HELP_FLAG
        return FlagSet((*GLOBAL_FLAGS, HELP_FLAG, *self.command.flags))

    def child(self, word: str) -> Found | None:
        for line in self.command.lines:
            if line.answers_to(word):
                return Found(f'{self.path} {line.name}', line.load(), line, [*self.parents, self])
        return None


def first_argument(args: list[str], flags: FlagSet) -> int:
    """Where the first word that is no flag and no flag's value stands; -1 for nowhere (cobra's stripFlags)."""
    at = 0
    while at < len(args):
        word = args[at]
        if word == '--':
            return -1
        if word.startswith('-') and '=' not in word and _takes_argument(word, flags):
            at += 1
        elif word and not word.startswith('-'):
            return at
        at += 1
    return -1


def _takes_argument(word: str, flags: FlagSet) -> bool:
    if word.startswith('--'):
        flag = flags.find(word[2:])
    elif len(word) == 2:
        flag = flags.short(word[1])
    else:
        return False
    return flag is None or flag.without_argument is None


def find(root: Found, args: list[str]) -> tuple[Found, list[str]]:
    """The command that a command line means, and the words that are left for it (cobra's Find)."""
    found = root
    while True:
        at = first_argument(args, found.flag_set())
        child = found.child(args[at]) if at >= 0 and found.command.groups else None
        if child is None:
            return found, args
        found, args = child, args[:at] + args[at + 1:]
