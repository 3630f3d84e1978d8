"""What docker says of each of its commands: how it is used, by which other names, and its flags (`usage.txt`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from tutor.shell.programs.usages import Row, read

SAME = {'create': 'run'}
"""Commands that take the flags of another one."""


class Usage(NamedTuple):
    """`flags` are their names with the type of the value, and what they do."""

    arguments: str
    aliases: str
    flags: list[Row]


def line(name: str) -> str:
    """`Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]`."""
    return f'Usage:  docker {name} {_usages()[name].arguments}'.rstrip()


def text(name: str, about: str) -> str:
    """--help of a command, of which `about` is the summary."""
    usage = _usages()[name]
    flags = _usages()[SAME.get(name, name)].flags
    aliases = f'\nAliases:\n  {usage.aliases}\n' if usage.aliases else ''
    width = max((len(names) for names, _ in flags), default=0)
    shown = ''.join(f'{names:<{width}}   {said}\n' for names, said in flags)
    options = f'\nOptions:\n{shown}' if shown else ''
    return f'{line(name)}\n\n{about}\n{aliases}{options}'


@cache
def _usages() -> dict[str, Usage]:
    found: dict[str, Usage] = {}
    for head, flags in read(Path(__file__).with_name('usage.txt')):
        use, _, aliases = head.rpartition(' | ')
        name, _, arguments = use.partition(' ')
        found[name] = Usage(arguments, aliases.removeprefix('-'), flags)
    return found
