"""What a shell knows from one command to the next, besides the process that it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.shell.budget import Budget
from tutor.shell.holding import Held
from tutor.shell.variables import Variables

if TYPE_CHECKING:
    from tutor.shell import syntax
    from tutor.shell.calls import Call
    from tutor.shell.jobs import Job
    from tutor.shell.lookup import Hashed
    from tutor.shell.process import Process
    from tutor.shell.substitution import Substitutions


@dataclass(eq=False)
class State:
    """All of it, as a new shell has it."""

    # -- what was defined -------------------------------------------------------------------------------------------
    positional: list[str] = field(default_factory=list)
    variables: Variables = field(default_factory=Variables)
    functions: dict[str, syntax.Function] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    options: dict[str, bool] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)
    """What `ulimit` was told, by letter."""
    disabled: set[str] = field(default_factory=set)
    """Builtins that `enable -n` has put aside."""
    hashed: dict[str, Hashed] = field(default_factory=dict)
    hashed_for: str = ''
    completions: dict[str, str] = field(default_factory=dict)
    """What `complete` was told, by command: the options, as `complete -p` prints them."""

    # -- where it is ------------------------------------------------------------------------------------------------
    depth: int = 0
    """How many subshells this one is in."""
    nesting: int = 0
    """How many command substitutions."""
    evaluating: int = 0
    """How many `eval` run inside each other."""
    running: syntax.Simple | None = None
    calls: list[Call] = field(default_factory=list)
    conditional: int = 0
    loops: int = 0
    sourcing: int = 0
    line: int | None = None
    """The line that runs, None for what was typed at a prompt."""
    source: str = ''
    """The file that `source` runs: messages begin with it."""
    within: str = ''
    """'eval' while that runs: syntax errors say so."""
    line_stands: bool = False
    """Whether what runs has no lines of its own: a trap."""
    from_option: bool = False
    """Whether the text came with -c."""
    numbers: bool = True
    """Whether errors that name no builtin tell a line."""
    from_input: bool = False
    """Whether it comes on standard input."""

    # -- signals and jobs -------------------------------------------------------------------------------------------
    traps: dict[str, str] = field(default_factory=dict)
    trapping: set[str] = field(default_factory=set)
    """Traps that are running now."""
    inherited_traps: dict[str, str] = field(default_factory=dict)
    """What `trap` shows in a subshell that has set none."""
    held: Held = field(default_factory=Held)
    jobs: dict[int, Job] = field(default_factory=dict)
    foreground: Process | None = None
    """What an interactive shell waits for: Ctrl-Z stops it."""
    warned_of_jobs: int = 0
    """More than 0 as long as a second `exit` leaves stopped jobs behind."""
    background_pid: int = 0
    interactive: bool = False

    # -- what came of it --------------------------------------------------------------------------------------------
    status: int = 0
    pipe_statuses: list[int] = field(default_factory=lambda: [0])
    option: tuple[str, int] = ('', 1)
    """OPTIND when `getopts` had read a letter last, and where in that word the next one stands."""
    last_argument: str = ''
    """$_"""
    descriptors: dict[int, Any] = field(default_factory=dict)
    """Open descriptors beyond 2."""
    redirected_descriptors: dict[int, Any] = field(default_factory=dict)
    becomes: Process | None = None
    """The process that turns into the next program that is run, as `program &` does."""
    last_commands: tuple[syntax.Simple, ...] = ()
    """Those that it becomes, because nothing is left to do after them."""
    budget: Budget = field(default_factory=Budget)
    substitutions: Substitutions | None = None
