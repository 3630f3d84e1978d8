"""The fields that a CEL expression reads of variables of known types: those that there are not, in cel-go's words."""

from __future__ import annotations

import re
from collections.abc import Callable

_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')
Missing = Callable[[str, bool], tuple[int, str] | None]
"""Where in a chain of fields ('.spec.color', and whether a call ends it) the first one stands that there is not."""


def undefined_fields(text: str, roots: str, missing: Missing) -> list[str]:
    """cel-go's words for the fields of typed variables that there are not; `roots` are the variables, joined by |."""
    found = []
    bare = _STRING.sub(lambda literal: ' ' * len(literal[0]), text)
    for chain in re.finditer(rf'(?<![\w.])(?:{roots})((?:\.[A-Za-z_]\w*)+)(\()?', bare):
        at = missing(chain[1], bool(chain[2]))
        if at is None:
            continue
        place = chain.start(1) + at[0]
        start = text.rfind('\n', 0, place) + 1
        line, column = text[start:].partition('\n')[0], place - start
        found.append(display(text.count('\n', 0, place) + 1, column + 1, f"undefined field '{at[1]}'", line))
    return found


def display(line: int, column: int, said: str, shown: str) -> str:
    """A problem and the place of it in the line that is shown (Error.ToDisplayString); both count from 1."""
    dots = ''.join('.' if char.isascii() else '．' for char in shown[:column - 1])
    return f'ERROR: <input>:{line}:{column}: {said}\n | {shown}\n | {dots}^'
