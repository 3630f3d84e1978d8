"""Which command a shell becomes instead of waiting for it: BusyBox's `sh -c` runs its last one so (ash's EV_EXIT), and
`bash -c` (parse_and_execute: should_suppress_fork, optimize_connection_fork). dash waits."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.shell import syntax
from tutor.shell.parser import parsed


def last_commands(text: str, bash: bool = False) -> tuple[syntax.Simple, ...]:
    """The simple commands after which nothing of a text is left to do. None after a last newline: what follows it has
    not been read yet. bash looks into lists alone, and has redirections to undo."""
    last = text.rstrip(' \t').rpartition('\n')[2].lstrip()
    lines = parsed(text) if last and not last.startswith('#') else None
    found = tuple(_of_script(lines[-1][1], bash)) if lines else ()
    return tuple(command for command in found if not command.redirects) if bash else found


def _of_script(script: syntax.Script, bash: bool = False) -> Iterator[syntax.Simple]:
    if script.statements:
        node, background = script.statements[-1]
        if not background:
            yield from _of(node, bash)


def _of(node: syntax.Node, bash: bool) -> Iterator[syntax.Simple]:
    match node:
        case syntax.Simple():
            yield node
        case syntax.AndOr(rest=rest):
            yield from _of(rest[-1][1], bash)
        case syntax.Pipeline(commands=[only], negated=False, timed=False):
            yield from _of(only, bash)
        case _ if not bash:
            yield from _of_compound(node)


def _of_compound(node: syntax.Node) -> Iterator[syntax.Simple]:
    """Redirections of a compound command have to be undone, and loops begin again: nothing in them is last."""
    match node:
        case syntax.Group(redirects=[], subshell=False):
            yield from _of_script(node.body)
        case syntax.If(redirects=[]):
            for script in [*(body for _, body in node.branches), node.otherwise]:
                if script is not None:
                    yield from _of_script(script)
        case syntax.Case(redirects=[]):
            for _, script, _ in node.items:
                yield from _of_script(script)
