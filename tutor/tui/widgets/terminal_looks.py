"""How the shell's grammar and the pens of ANSI look."""

from __future__ import annotations

from rich.color import Color


def look_of(kind: str) -> str:
    """The look of a part of the shell's grammar."""
    return {'command': 'keyword', 'keyword': 'keyword', 'builtin': 'keyword', 'option': 'option', 'string': 'string',
            'variable': 'variable', 'operator': 'operator', 'comment': 'comment', 'error': 'error',
            'number': 'variable', 'function': 'keyword', 'redirect': 'operator'}.get(kind, 'text')


def colour(value: int | tuple[int, int, int] | None) -> Color | None:
    """A colour of a pen as rich has it."""
    if value is None:
        return None
    return Color.from_ansi(value) if isinstance(value, int) else Color.from_rgb(*value)
