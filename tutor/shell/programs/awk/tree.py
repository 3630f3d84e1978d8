"""The tree of an awk program."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(slots=True)
class Number:
    value: float


@dataclass(slots=True)
class String:
    value: str


@dataclass(slots=True)
class Regex:
    """/…/: matched against the record where a value is wanted, used as a pattern after ~ and in functions."""

    pattern: re.Pattern[str]


@dataclass(slots=True)
class Name:
    name: str


@dataclass(slots=True)
class Field:
    index: Expression


@dataclass(slots=True)
class Element:
    """name[subscripts]."""

    name: str
    subscripts: list[Expression]


@dataclass(slots=True)
class Assign:
    target: Name | Field | Element
    operator: str
    value: Expression


@dataclass(slots=True)
class Step:
    """++ and --."""

    target: Name | Field | Element
    amount: int
    prefix: bool


@dataclass(slots=True)
class Unary:
    operator: str
    operand: Expression


@dataclass(slots=True)
class Binary:
    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True)
class Logical:
    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True)
class Match:
    negated: bool
    left: Expression
    right: Expression


@dataclass(slots=True)
class Member:
    """(subscripts) in array."""

    subscripts: list[Expression]
    name: str


@dataclass(slots=True)
class Conditional:
    test: Expression
    yes: Expression
    no: Expression


@dataclass(slots=True)
class Call:
    name: str
    args: list[Expression]


@dataclass(slots=True)
class Getline:
    """getline, getline < file, command | getline; into a variable, or $0."""

    command: Expression | None = None
    file: Expression | None = None
    target: Name | Field | Element | None = None


@dataclass(slots=True)
class Group:
    """( … ): keeps `print (a)(b) > c` apart from comparison; holds several for `(i, j) in a` and print lists."""

    items: list[Expression]


Expression = (Number | String | Regex | Name | Field | Element | Assign | Step | Unary | Binary | Logical | Match
              | Member | Conditional | Call | Getline | Group)


@dataclass(slots=True)
class Output:
    """print and printf."""

    form: bool
    args: list[Expression]
    redirect: str = ''
    target: Expression | None = None


@dataclass(slots=True)
class If:
    test: Expression
    yes: list[Statement]
    no: list[Statement]


@dataclass(slots=True)
class While:
    test: Expression
    body: list[Statement]
    after: bool = False
    """do … while."""


@dataclass(slots=True)
class For:
    start: list[Statement]
    test: Expression | None
    step: list[Statement]
    body: list[Statement]


@dataclass(slots=True)
class ForIn:
    variable: str
    array: str
    body: list[Statement]


@dataclass(slots=True)
class Jump:
    """break, continue, next, nextfile."""

    kind: str


@dataclass(slots=True)
class Leave:
    """exit and return."""

    kind: str
    value: Expression | None


@dataclass(slots=True)
class Delete:
    name: str
    subscripts: list[Expression]


@dataclass(slots=True)
class Evaluate:
    value: Expression


Statement = Output | If | While | For | ForIn | Jump | Leave | Delete | Evaluate


@dataclass(slots=True)
class Rule:
    """pattern { action }; `end` for a range of two patterns."""

    pattern: Expression | None
    end: Expression | None
    action: list[Statement] | None
    active: bool = False


@dataclass(slots=True)
class Function:
    name: str
    parameters: list[str]
    body: list[Statement]


@dataclass(slots=True)
class Program:
    begin: list[list[Statement]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    end: list[list[Statement]] = field(default_factory=list)
    functions: dict[str, Function] = field(default_factory=dict)
