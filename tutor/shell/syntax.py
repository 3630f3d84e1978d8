"""The tree of a shell script: words made of parts, commands made of words."""

from __future__ import annotations

from dataclasses import dataclass, field

# -- words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """Literal characters; quoted ones are neither split nor matched as patterns."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name` and `${…}`. `index` is what stands in brackets; `length` is `${#…}`, `indirect` is `${!…}`; `operator`
    and `operand` are what follows the name (`:-` and its word, `%%` and its pattern, …)."""

    name: str
    quoted: bool = False
    index: Word | None = None
    length: bool = False
    indirect: bool = False
    operator: str = ''
    operand: Word | None = None
    second: Word | None = None


@dataclass(frozen=True, slots=True)
class CommandSubstitution:
    script: Script
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ArithmeticExpansion:
    expression: Word
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ProcessSubstitution:
    script: Script
    writes: bool


Part = Text | Parameter | CommandSubstitution | ArithmeticExpansion | ProcessSubstitution


@dataclass(frozen=True, slots=True)
class Word:
    parts: tuple[Part, ...]
    source: str = ''

    def literal(self) -> str | None:
        """The text of a word without any quotes or expansions, None for another one."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Text) and not self.parts[0].quoted:
            return self.parts[0].text
        return None

    def literal_text(self) -> str:
        """All literal characters of a word, quoted or not."""
        return ''.join(part.text for part in self.parts if isinstance(part, Text))


# -- commands -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Redirect:
    """`operator` is one of > >> >| < <& >& &> &>> <> << <<- <<<; a heredoc's text is its target, its end the name.
    A descriptor in braces, `{fd}>file`, is stored in the variable `variable`."""

    descriptor: int | None
    operator: str
    target: Word
    name: str = ''
    variable: str = ''


@dataclass(slots=True)
class Assignment:
    """`name=value`, `name+=value`, `name[index]=value`, `name=(a b)`."""

    name: str
    value: Word | None
    append: bool = False
    index: Word | None = None
    array: tuple[Word, ...] | None = None


@dataclass(slots=True)
class Simple:
    assignments: list[Assignment]
    words: list[Word | Assignment]
    redirects: list[Redirect]
    line: int = 0


@dataclass(slots=True)
class Pipeline:
    commands: list[Node]
    negated: bool = False
    timed: bool = False
    with_stderr: tuple[bool, ...] = ()
    posix_times: bool = False


@dataclass(slots=True)
class AndOr:
    first: Node
    rest: list[tuple[str, Node]]


@dataclass(slots=True)
class Script:
    """Statements one after the other; the flag says whether `&` sends one to the background."""

    statements: list[tuple[Node, bool]] = field(default_factory=list)
    source: str = ''


@dataclass(slots=True)
class Group:
    body: Script
    redirects: list[Redirect]
    subshell: bool = False


@dataclass(slots=True)
class If:
    branches: list[tuple[Script, Script]]
    otherwise: Script | None
    redirects: list[Redirect]


@dataclass(slots=True)
class Loop:
    """while, or until."""

    condition: Script
    body: Script
    until: bool
    redirects: list[Redirect]


@dataclass(slots=True)
class For:
    name: str
    words: list[Word] | None
    body: Script
    redirects: list[Redirect]


@dataclass(slots=True)
class Select:
    name: str
    words: list[Word] | None
    body: Script
    redirects: list[Redirect]


@dataclass(slots=True)
class ArithmeticFor:
    start: Word
    condition: Word
    step: Word
    body: Script
    redirects: list[Redirect]


@dataclass(slots=True)
class Case:
    subject: Word
    items: list[tuple[list[Word], Script, str]]
    redirects: list[Redirect]


@dataclass(slots=True)
class Function:
    name: str
    body: Node
    source: str = ''


@dataclass(slots=True)
class Coproc:
    name: str
    body: Node
    redirects: list[Redirect] = field(default_factory=list)


@dataclass(slots=True)
class Arithmetic:
    expression: Word
    redirects: list[Redirect]


@dataclass(slots=True)
class Condition:
    """`[[ … ]]`: its words and operators, as a small tree of tuples."""

    test: tuple
    redirects: list[Redirect]


Node = (Simple | Pipeline | AndOr | Group | If | Loop | For | Select | ArithmeticFor | Case | Function | Arithmetic
        | Condition | Coproc)


def fails_by_itself(node: Node) -> bool:
    """Whether its status is its own; that of a list, a loop or a group is the status of a command inside."""
    match node:
        case Simple() | Condition() | Arithmetic() | Group(subshell=True):
            return True
        case Pipeline():
            return len(node.commands) > 1
    return False
