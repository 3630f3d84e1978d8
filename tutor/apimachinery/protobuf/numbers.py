"""The fields of Kubernetes' messages by number (`fields.txt`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name('fields.txt')
LIST = 'metadata items'
INLINE = '*'
"""Begins the name of a message whose fields belong to the one around it."""


@cache
def messages() -> Mapping[str, str]:
    """The fields of each message, as its line lists them."""
    found: dict[str, str] = {}
    package = name = ''
    for line in SOURCE.read_text(encoding='utf-8').splitlines():
        if line.startswith('['):
            package = line.strip('[]')
        elif line.startswith(' '):
            found[name] += line
        elif not line.startswith('#'):
            short, _, fields = line.partition(' ')
            name = f'{package}.{short}'
            found[name] = fields
    return found


@cache
def fields_of(message: str) -> Mapping[int, str] | None:
    """The fields of a message, named in full as the schema names it; None for one that is not known."""
    line = messages().get(message, LIST if message.endswith('List') else None)
    if line is None:
        return None
    found: dict[int, str] = {}
    package, number = message.rpartition('.')[0], 0
    for word in line.split():
        given, colon, name = word.rpartition(':')
        number = int(given) if colon else number + 1
        found[number] = f'{INLINE}{package}.{name[1:]}' if name.startswith(INLINE) else name
    return found
