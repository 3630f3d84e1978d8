"""Alt with a digit or a full stop, which textual takes for a Mac's Option key or for the plain character.

A terminal sends Alt+1 as ESC 1. Textual's table turns that into `¡`, and knows no name for ESC followed by a sign.
"""

from __future__ import annotations

from enum import Enum

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS


class AltKey(Enum):
    """Keys by the names that bindings use."""

    ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE = (f'alt+{number}' for number in range(1, 10))
    FULL_STOP = 'alt+full_stop'


def teach_alt_keys() -> None:
    """Enter the sequences into textual's table of keys."""
    for key in AltKey:
        character = '.' if key is AltKey.FULL_STOP else key.value[-1]
        ANSI_SEQUENCES_KEYS[f'\x1b{character}'] = (key,)  # type: ignore[assignment]
