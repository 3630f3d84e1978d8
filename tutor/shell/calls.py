"""Functions that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tutor.cluster.simulation import Cancelled
from tutor.shell import syntax
from tutor.shell.process import IO
from tutor.shell.unwinding import Discard, Return

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

MAX_CALLS = 1000
LEVELS_PER_TASK = 20


class Call(NamedTuple):
    """A function that runs, and the line that called it."""

    name: str
    line: int


async def call_function(shell: Shell, function: syntax.Function, argv: list[str], io: IO) -> int:
    """Run a function with its arguments."""
    if len(shell.calls) >= MAX_CALLS:
        shell.complain(io, f'{function.name}: maximum function nesting level exceeded ({MAX_CALLS})')
        raise Discard
    before, shell.positional = shell.positional, argv[1:]
    previous, shell.io = shell.io, io
    loops, shell.loops = shell.loops, 0
    outer_trap = shell.traps.get('RETURN')
    shell.variables.scopes.append({})
    shell.calls.append(Call(function.name, shell.line or 0))
    _name_calls(shell)
    try:
        if shell.options.get('functrace') and 'DEBUG' in shell.traps:
            await shell.run_trap('DEBUG')
        return await _run_deep(shell, function.body, io)
    except Return as returned:
        return returned.status
    finally:
        if shell.options.get('functrace') or shell.traps.get('RETURN') is not outer_trap:
            await shell.run_trap('RETURN')
        shell.calls.pop()
        shell.variables.scopes.pop()
        shell.positional, shell.io, shell.loops = before, previous, loops


def _name_calls(shell: Shell) -> None:
    """FUNCNAME, BASH_LINENO and BASH_SOURCE: innermost call first."""
    calls = shell.calls[::-1]
    script = shell.name if '/' in shell.name or '.' in shell.name else ''
    names = [*(call.name for call in calls), *(['main'] if script else [])]
    for variable, values in (('FUNCNAME', names), ('BASH_LINENO', [str(call.line) for call in calls]),
                             ('BASH_SOURCE', [script or 'main'] * len(calls))):
        shell.variables.declare(variable, local=True).value = dict(enumerate(values))


async def _run_deep(shell: Shell, body: syntax.Node, io: IO) -> int:
    """Run a function's body; every few levels as a task of its own, so that recursion is not Python's."""
    if len(shell.calls) % LEVELS_PER_TASK:
        return await shell.run(body, io)
    task = shell.ctx.simulation.spawn(shell.run(body, io), 'function')
    try:
        return await task
    except Cancelled:
        task.cancel()
        raise
