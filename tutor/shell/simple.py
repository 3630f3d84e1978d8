"""Runs simple commands: a function, a builtin or a program, with assignments before it and redirections."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tutor.shell import syntax
from tutor.shell.assignment import assign, declared
from tutor.shell.builtins.catalog import BUILTINS
from tutor.shell.calls import call_function
from tutor.shell.process import IO
from tutor.shell.redirection import close_all, redirected
from tutor.shell.tracing import trace_assignment, trace_words
from tutor.shell.unwinding import Discard, Failed

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def simple(shell: Shell, node: syntax.Simple, io: IO) -> int:
    """Run a simple command with its redirections; its status."""
    if not node.words:
        shell.status = 0
    if shell.line is not None and node.line and not shell.line_stands:
        shell.line = node.line - (shell.from_option and shell.dialect.name == 'ash')
    if not shell.line_stands:
        shell.running = node
    if 'DEBUG' in shell.traps and (not shell.calls or shell.options.get('functrace')):
        await shell.run_trap('DEBUG')
    opened: list[Any] = []
    try:
        argv = await _argv(shell, node, io)
        io, opened = await redirected(shell, node.redirects, io)
        if argv:
            try:
                return await _call(shell, argv, node, io)
            finally:
                shell.last_argument = argv[-1]
        for assignment in node.assignments:
            await assign(shell, assignment, io)
        return shell.status
    except Discard:
        raise
    except Failed as failed:
        return failed.status
    except OSError as problem:
        if problem.errno != errno.ENOSPC:
            raise
        shell.complain(io, f'write error: {problem.strerror}')
        return 1
    finally:
        await close_all(opened)
        if shell.substitutions is not None:
            substitutions, shell.substitutions = shell.substitutions, None
            await substitutions.finish(shell)


async def _argv(shell: Shell, node: syntax.Simple, io: IO) -> list[str]:
    argv: list[str] = []
    for word in node.words:
        if isinstance(word, syntax.Assignment):
            argv.append(await declared(shell, word, argv, io))
        else:
            argv += await shell.expanded([word], io)
    return argv


async def _call(shell: Shell, argv: list[str], node: syntax.Simple, io: IO) -> int:
    """Run a function, a builtin or a program, with the assignments before it in its environment."""
    call = _inside_shell(shell, argv, io)
    if call is None:
        own: dict[str, str] = {}
        for assignment in node.assignments:
            if assignment.value is not None:
                value = await shell.guarded(shell.expander.value, assignment.value, io)
                await trace_assignment(shell, assignment, value)
                own[assignment.name] = value
        await trace_words(shell, argv)
        if not shell.traps and any(node is last for last in shell.last_commands):
            shell.become()
        return await shell.execute(argv, io, own)
    if not node.assignments:
        await trace_words(shell, argv)
        return await call()
    shell.variables.scopes.append({})
    try:
        for assignment in node.assignments:
            variable = shell.variables.find(assignment.name)
            if variable is None or not variable.readonly:
                shell.variables.declare(assignment.name, local=True).exported = True
            await assign(shell, assignment, io)
        await trace_words(shell, argv)
        return await call()
    finally:
        shell.variables.scopes.pop()


def _inside_shell(shell: Shell, argv: list[str], io: IO) -> Callable[[], Awaitable[int]] | None:
    """How the shell itself runs a command: as a function or a builtin; None for one that is a program."""
    function = shell.functions.get(argv[0])
    if function is not None:
        return lambda: call_function(shell, function, argv, io)
    builtin = BUILTINS.get(argv[0]) if argv[0] not in shell.disabled else None
    return None if builtin is None else lambda: builtin.load()(argv, io, shell)
