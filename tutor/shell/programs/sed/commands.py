"""What a sed script consists of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Address:
    """A line by number, `$`, pattern, or first~step; `kind` is 'line', 'last', 'pattern' or 'step'."""

    kind: str
    number: int = 0
    step: int = 0
    pattern: re.Pattern[str] | None = None
    """None for `//`: the pattern that was used last."""


@dataclass(slots=True)
class Command:
    """One command: its addresses, its letter and what follows it."""

    letter: str
    first: Address | None = None
    second: Address | None = None
    relative: str = ''
    """'+' or '~' before the second address's number."""
    negated: bool = False
    text: str = ''
    pattern: re.Pattern[str] | None = None
    replacement: list[tuple[str, str | int]] = field(default_factory=list)
    flags: Flags | None = None
    table: dict[int, str] = field(default_factory=dict)
    target: int = 0
    """Where a branch or a block's end leads."""
    active: bool = False
    until: int = 0


@dataclass(slots=True)
class Flags:
    """The flags of an `s` command."""

    every: bool = False
    number: int = 1
    show: bool = False
    execute: bool = False
    file: str = ''
