"""Groups, conditions, and the way to loops."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from tutor.shell import printing, syntax
from tutor.shell.conditions import holds
from tutor.shell.holding import holding
from tutor.shell.isolation import isolated
from tutor.shell.jobs import grouped
from tutor.shell.loops import arithmetic_for, for_loop, while_loop
from tutor.shell.patterns import compile_pieces
from tutor.shell.process import IO, Context
from tutor.shell.selecting import select
from tutor.shell.tracing import trace_compound
from tutor.shell.unwinding import Discard, ExpansionProblem, Failed
from tutor.shell.variables import ReadOnly

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def inside(shell: Shell, node: syntax.Node, io: IO) -> int:
    """Run a compound command whose redirections are open."""
    match node:
        case syntax.Group(subshell=True):
            return await _subshell(shell, node, io)
        case syntax.Group():
            return await shell.script(node.body, io)
        case syntax.If():
            return await _if(shell, node, io)
        case syntax.Loop():
            return await while_loop(shell, node, io)
        case syntax.For():
            return await for_loop(shell, node, io)
        case syntax.Select():
            await trace_compound(shell, f'select {node.name} in {printing.sources(node.words)}')
            return await select(shell, node, io)
        case syntax.ArithmeticFor():
            return await arithmetic_for(shell, node, io)
        case syntax.Case():
            return await _case(shell, node, io)
        case syntax.Arithmetic():
            await trace_compound(shell, f'(( {node.expression.source} ))')
            return await _arithmetic(shell, node, io)
        case syntax.Condition():
            try:
                return int(not await holds(shell, node.test, io))
            except Discard:
                raise
            except Failed as failed:
                return failed.status
    raise AssertionError(node)


async def _subshell(shell: Shell, node: syntax.Group, io: IO) -> int:
    if not shell.interactive:
        return await holding(shell, isolated(shell.subshell(), node.body, io))

    def work(ctx: Context) -> Coroutine[Any, Any, int]:
        inner = shell.subshell()
        inner.ctx.gate = ctx.gate
        return isolated(inner, node.body, io)
    return await grouped(shell, work, printing.command(node))


async def _arithmetic(shell: Shell, node: syntax.Arithmetic, io: IO) -> int:
    """(( … )): a bad expression fails only this command."""
    try:
        return int(await shell.expander.arithmetic(node.expression) == 0)
    except ExpansionProblem as problem:
        shell.complain(io, f'((: {problem}')
        return 1
    except ReadOnly as problem:
        shell.complain(io, f'{problem}: readonly variable')
        return 1


async def _if(shell: Shell, node: syntax.If, io: IO) -> int:
    for condition, body in node.branches:
        if await shell.condition(condition, io):
            return await shell.script(body, io)
    if node.otherwise is not None:
        return await shell.script(node.otherwise, io)
    return 0


async def _case(shell: Shell, node: syntax.Case, io: IO) -> int:
    await trace_compound(shell, f'case {node.subject.source} in')
    subject = await shell.guarded(shell.expander.text, node.subject, io)
    status, through = 0, False
    for alternatives, body, operator in node.items:
        if not through and not await _chosen(shell, alternatives, subject, io):
            continue
        status = await shell.script(body, io) if body.statements else 0
        if operator == ';;':
            break
        through = operator == ';&'
    return status


async def _chosen(shell: Shell, alternatives: list[syntax.Word], subject: str, io: IO) -> bool:
    for alternative in alternatives:
        pattern = await shell.guarded(shell.expander.pattern, alternative, io)
        if compile_pieces(pattern, ignore_case=bool(shell.options.get('nocasematch'))).fullmatch(subject):
            return True
    return False
