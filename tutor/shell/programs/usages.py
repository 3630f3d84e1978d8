"""Files of what a program says of its commands: a line for each, and its flags below it, indented (`names | text`)."""

from __future__ import annotations

from pathlib import Path

Row = tuple[str, str]
"""A flag, as it is shown with its type or value, and what it does."""


def read(path: Path) -> list[tuple[str, list[Row]]]:
    """The line of each command and its flags, in their order."""
    found: list[tuple[str, list[Row]]] = []
    for line in path.read_text(encoding='utf-8').splitlines():
        if line.startswith('  '):
            names, _, text = line.partition(' | ')
            found[-1][1].append((names, text))
        elif not line.startswith('#'):
            found.append((line, []))
    return found
