"""The command lines: every command with its flags, outputs, kinds and errors, made of the lists beside this file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, product
from pathlib import Path

READS = ('get {} -L app --show-labels', 'get {} -o wide --no-headers', 'get {} -o yaml', 'describe {}')
ORDER_IS_RANDOM = ('describe configmaps', 'describe secrets', 'describe namespaces')
"""1.32 prints the entries of these in the order of Go's maps."""


def listed(name: str) -> list[str]:
    """The lines of a list, without its comment."""
    lines = (Path(__file__).parent / f'{name}.txt').read_text(encoding='utf-8').splitlines()
    return [line for line in lines if not line.startswith('# ')]


def cases() -> list[str]:
    """All command lines, in an order that does not matter: none changes what another one sees."""
    return [line for line in dict.fromkeys(_all()) if line not in ORDER_IS_RANDOM]


def _all() -> Iterator[str]:
    yield from listed('lines')
    yield from (form.format(kind) for kind, form in product(listed('kinds'), READS))
    yield from (f'explain {field}{more}' for field, more in product(listed('fields'), ('', ' --recursive')))
    yield from (f"get deploy,svc -o jsonpath='{path}'" for path in listed('paths'))
    yield from (f"get deploy -o go-template='{template}'" for template in listed('templates'))
    yield from (f"get svc,deploy -o custom-columns='{columns}'" for columns in listed('columns'))
    yield from (_with(line, f'--dry-run={how}') for line, how in zip(listed('changes'), cycle(('client', 'server'))))
    yield from (_with(line, f'--dry-run=client -o {form}') for line, form in zip(listed('generators'),
                                                                                 cycle(('yaml', 'json'))))


def _with(line: str, flags: str) -> str:
    """Flags at the end, but before a container's command."""
    head, dash, tail = line.partition(' -- ')
    return f'{head} {flags}{dash}{tail}'
