"""while, until, for and for ((…))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell import syntax
from tutor.shell.printing import sources
from tutor.shell.process import IO
from tutor.shell.tracing import trace_compound
from tutor.shell.unwinding import Break, Discard
from tutor.shell.variables import ReadOnly, is_name

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


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


async def while_loop(shell: Shell, node: syntax.Loop, io: IO) -> int:
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


async def for_loop(shell: Shell, node: syntax.For, io: IO) -> int:
    if not is_name(node.name):
        shell.complain(io, f"`{node.name}': not a valid identifier")
        return 1
    values = list(shell.positional) if node.words is None else await shell.expanded(node.words, io)
    status, ends = 0, False
    for value in values:
        await trace_compound(shell, f'for {node.name} in {sources(node.words)}')
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


async def arithmetic_for(shell: Shell, node: syntax.ArithmeticFor, io: IO) -> int:
    status, ends = 0, False

    async def value(word: syntax.Word, otherwise: int = 0) -> int:
        await trace_compound(shell, f'(( {word.source.strip() or 1} ))')
        return await shell.evaluate(word, io) if word.source.strip() else otherwise

    await value(node.start)
    while not ends and await value(node.condition, 1):
        status, ends = await loop_body(shell, node.body, io)
        if not ends:
            await value(node.step)
    return status
