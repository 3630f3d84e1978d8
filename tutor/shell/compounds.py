"""Groups, conditions and loops."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from tutor.shell import printing, syntax
from tutor.shell.holding import holding
from tutor.shell.isolation import isolated
from tutor.shell.jobs import grouped
from tutor.shell.patterns import compile_pieces
from tutor.shell.process import IO, Context
from tutor.shell.tracing import sources, trace, traced
from tutor.shell.unwinding import Break, Discard, ExpansionProblem, Failed
from tutor.shell.variables import ReadOnly, is_name

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
            return await _loop(shell, node, io)
        case syntax.For():
            return await _for(shell, node, io)
        case syntax.Select():
            from tutor.shell.selecting import select
            await _trace(shell, f'select {node.name} in ' + (sources(node.words) if node.words is not None else '"$@"'))
            return await select(shell, node, io)
        case syntax.ArithmeticFor():
            return await _arithmetic_for(shell, node, io)
        case syntax.Case():
            return await _case(shell, node, io)
        case syntax.Arithmetic():
            await _trace(shell, f'(( {node.expression.source} ))')
            return await _arithmetic(shell, node, io)
        case syntax.Condition():
            from tutor.shell.conditions import holds
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


async def _trace(shell: Shell, text: str) -> None:
    if traced(shell):
        await trace(shell, text)


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


async def loop_body(shell: Shell, body: syntax.Script, io: IO) -> tuple[int, bool]:
    """One round of a loop: its status, and whether the loop ends."""
    shell.loops += 1
    try:
        return await shell.script(body, io), False
    except Break as leaving:
        if leaving.levels > 1 and shell.loops > 1:
            raise Break(leaving.levels - 1, leaving.again) from None
        return 0, not leaving.again
    finally:
        shell.loops -= 1


async def _loop(shell: Shell, node: syntax.Loop, io: IO) -> int:
    status, ends = 0, False
    while not ends:
        shell.loops += 1
        try:
            if await shell.condition(node.condition, io) is node.until:
                break
        except Break as leaving:
            if not leaving.again:
                break
            continue
        finally:
            shell.loops -= 1
        status, ends = await loop_body(shell, node.body, io)
    return status


async def _for(shell: Shell, node: syntax.For, io: IO) -> int:
    if not is_name(node.name):
        shell.complain(io, f"`{node.name}': not a valid identifier")
        return 1
    values = list(shell.positional) if node.words is None else await shell.expanded(node.words, io)
    shown = sources(node.words) if node.words is not None else '"$@"'
    status, ends = 0, False
    for value in values:
        await _trace(shell, f'for {node.name} in {shown}')
        set_name(shell, node.name, value, io)
        status, ends = await loop_body(shell, node.body, io)
        if ends:
            break
    return status


def set_name(shell: Shell, name: str, value: str, io: IO) -> None:
    try:
        shell.variables.set(name, value)
    except ReadOnly:
        shell.complain(io, f'{name}: readonly variable')
        raise Discard from None


async def _arithmetic_for(shell: Shell, node: syntax.ArithmeticFor, io: IO) -> int:
    status, ends = 0, False

    async def value(word: syntax.Word, otherwise: int = 0) -> int:
        await _trace(shell, f'(( {word.source.strip() or 1} ))')
        return await shell.evaluate(word, io) if word.source.strip() else otherwise

    await value(node.start)
    while not ends and await value(node.condition, 1):
        status, ends = await loop_body(shell, node.body, io)
        if not ends:
            await value(node.step)
    return status


async def _case(shell: Shell, node: syntax.Case, io: IO) -> int:
    await _trace(shell, f'case {node.subject.source} in')
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
