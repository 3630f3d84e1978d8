"""The parts of a parsed template."""

from __future__ import annotations

from dataclasses import dataclass, field


class JSONPathError(ValueError):
    """A template that cannot be parsed, or that does not fit the object."""


@dataclass(slots=True)
class Nodes:
    """What stands between one pair of braces (or a part of a filter or union): each narrows the last."""

    nodes: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number or boolean."""

    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class Identifier:
    """`range` or `end`."""

    name: str


@dataclass(frozen=True, slots=True)
class FieldName:
    name: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    pass


@dataclass(frozen=True, slots=True)
class Recursive:
    pass


@dataclass(frozen=True, slots=True)
class Slice:
    """`[start:end:step]`; `single` is one index, whose end was not written."""

    start: int | None
    end: int | None
    step: int | None
    single: bool


@dataclass(frozen=True, slots=True)
class Union:
    parts: tuple[Nodes, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """`[?(left operator right)]`; the operator is 'exists' when there is only a left side."""

    left: Nodes
    operator: str
    right: Nodes


Node = Nodes | Literal | Identifier | FieldName | Wildcard | Recursive | Slice | Union | Filter
