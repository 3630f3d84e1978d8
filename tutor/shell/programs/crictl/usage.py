"""What crictl says of each of its commands, as urfave/cli lays it out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SHOW = ('--help, -h', 'show help')


def text(name: str) -> str:
    """The help of a command."""
    arguments, summary, options = _usages()[name]
    rows = [*options, SHOW]
    width = max(len(names) for names, _ in rows)
    lines = ''.join(f'   {names:<{width}}  {said}\n' for names, said in rows)
    return (f'NAME:\n   crictl {name} - {summary}\n\nUSAGE:\n   crictl {name} [command options]'
            f'{" " + arguments if arguments else ""}\n\nOPTIONS:\n{lines}')


@cache
def _usages() -> dict[str, tuple[str, str, list[tuple[str, str]]]]:
    """By name of a command: its arguments, its summary, and its options with what each does."""
    found: dict[str, tuple[str, str, list[tuple[str, str]]]] = {}
    options: list[tuple[str, str]] = []
    for line in Path(__file__).with_name('usage.txt').read_text(encoding='utf-8').splitlines():
        left, _, right = line.partition(' | ')
        if line.startswith('  '):
            options.append((left.strip(), right))
        elif not line.startswith('#'):
            name, _, arguments = left.partition(' ')
            options = []
            found[name] = arguments, right, options
    return found
