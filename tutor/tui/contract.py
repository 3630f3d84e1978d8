"""What the screens ask of a session: `tutor.session` answers all of it, and so may a fake one in a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from tutor.i18n import Bilingual

Sign = Literal['ready', 'underway', 'failing', 'done']


class Completion(Protocol):
    """One way to go on: `text` replaces what stands between `start` and the cursor."""

    text: str
    start: int
    description: Bilingual | None


class HighlightSpan(Protocol):
    """A stretch of the line that is typed, and what it is: command, option, string, variable, operator, …"""

    start: int
    end: int
    kind: str


class PodView(Protocol):
    namespace: str
    name: str
    sign: Sign
    reason: str


class NodeView(Protocol):
    name: str
    ready: bool
    status: str
    roles: Sequence[str]
    components: Sequence[str]
    pods: Sequence[PodView]


class ClusterView(Protocol):
    version: int
    nodes: Sequence[NodeView]
    unscheduled: Sequence[PodView]


class CheckView(Protocol):
    id: str
    title: Bilingual
    passed: bool
    waiting: bool
    subject: Bilingual | None
    expected: Bilingual | None
    found: Bilingual | None


class Suggestion(Protocol):
    """A command to look with, or the one that was meant."""

    label: Bilingual
    command: str


class Explanation(Protocol):
    """What went wrong: the error as printed, the sentences about it, and what to type next."""

    error: str
    text: Bilingual
    suggestions: Sequence[Suggestion]


class FlowStep(Protocol):
    """One hop of a command's way: who, what, and the object it wrote."""

    at: float
    component: str
    title: Bilingual
    text: Bilingual
    note: str
    subject: str
    object: Any
    before: Any


class Flow(Protocol):
    command: str
    at: float
    steps: Sequence[FlowStep]


class Solved(Protocol):
    commands: int
    best: int
    text: Bilingual
    keep: Bilingual


class Table(Protocol):
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


class History(Protocol):
    def up(self, text: str) -> str | None: ...
    def down(self, text: str) -> str | None: ...
    def search(self, query: str, skip: int = 0) -> str | None: ...


OpenEditor = Callable[[str, str, Callable[[str | None], None]], None]
"""Called with a file's name, its text, and what to call with the new text or None."""


class TerminalLike(Protocol):
    """The pseudo terminal between the session's programs and the screen."""

    on_output: Callable[[str], None] | None
    open_editor: OpenEditor | None

    def type_line(self, text: str) -> None: ...
    def interrupt(self) -> None: ...
    def end_of_file(self) -> None: ...
    def resize(self, columns: int, rows: int) -> None: ...


class SessionLike(Protocol):
    """One learner's cluster, shell and exercise."""

    @property
    def terminal(self) -> TerminalLike: ...
    @property
    def history(self) -> History: ...

    speed: float
    paused: bool

    @property
    def prompt(self) -> str: ...
    @property
    def running(self) -> bool: ...
    @property
    def now(self) -> float: ...

    def submit(self, text: str) -> None: ...
    def needs_more(self, text: str) -> bool: ...
    def pump(self, seconds: float) -> None: ...
    def complete(self, text: str, cursor: int) -> Sequence[Completion]: ...
    def highlight(self, text: str) -> Sequence[HighlightSpan]: ...
    def undo(self) -> bool: ...
    def reset(self) -> None: ...
    def cluster_view(self) -> ClusterView: ...
    def checks(self) -> Sequence[CheckView]: ...
