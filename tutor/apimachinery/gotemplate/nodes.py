"""The parts of a parsed template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class TemplateError(ValueError):
    """A template that cannot be parsed, or that fails on an object; the text is Go's."""

    printed = ''


@dataclass(slots=True)
class Text:
    text: str


@dataclass(slots=True)
class Literal:
    """A string, number, boolean or nil."""

    value: Any
    source: str


@dataclass(slots=True)
class Dot:
    """The value the template is at."""


@dataclass(slots=True)
class Variable:
    """`$x`, or `$` for the whole object."""

    name: str


@dataclass(slots=True)
class Function:
    name: str


@dataclass(slots=True)
class Chain:
    """Fields of a value: `.a.b`, `$x.a`, `(…).a`. `at` is where Go says it stands: at the second part, if there is."""

    base: Any
    names: list[str]
    source: str
    at: str


@dataclass(slots=True)
class Command:
    """One stage of a pipeline: an operand, or a function and its arguments."""

    arguments: list[Any]
    source: str
    at: str


@dataclass(slots=True)
class Pipeline:
    """Stages, and the variables that the result is given to."""

    commands: list[Command]
    variables: list[str] = field(default_factory=list)
    declares: bool = True


@dataclass(slots=True)
class Action:
    """`{{pipeline}}`: printed, unless it only sets a variable."""

    pipeline: Pipeline


@dataclass(slots=True)
class Branch:
    """if, with or range."""

    kind: str
    pipeline: Pipeline
    body: list[Any]
    otherwise: list[Any]


@dataclass(slots=True)
class Call:
    """`{{template "name" pipeline}}`."""

    name: str
    pipeline: Pipeline | None
    at: str
    source: str


@dataclass(slots=True)
class Jump:
    """break or continue."""

    kind: str
