"""Assignments: scalars, elements, arrays; as commands and as arguments of export and the like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tutor.shell.process import IO
from tutor.shell.syntax import Assignment, Text, Word
from tutor.shell.unwinding import Discard, Failed
from tutor.shell.variables import ReadOnly

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

MAX_INDEX = 10_000_000


async def assign(shell: Shell, assignment: Assignment, io: IO) -> None:
    """Carry out one assignment; raises Failed."""
    name = assignment.name
    try:
        if assignment.array is not None:
            await _assign_array(shell, assignment, io)
            return
        assert assignment.value is not None
        value = await shell.guarded(shell.expander.text, assignment.value, io)
        variable = shell.variables.find(name)
        if assignment.index is not None:
            await _assign_element(shell, assignment, value, io)
        elif variable is not None and variable.integer:
            text = f'{variable.value or 0}+({value})' if assignment.append else value
            shell.variables.set(name, str(await shell.evaluate(Word((Text(text, True),)), io)))
        else:
            shell.variables.set(name, value, assignment.append)
    except ReadOnly:
        shell.complain(io, f'{name}: is read only' if shell.dialect.name != 'bash' else f'{name}: readonly variable')
        raise Discard from None


async def _assign_element(shell: Shell, assignment: Assignment, value: str, io: IO) -> None:
    variable = shell.variables.find(assignment.name)
    assert assignment.index is not None
    if variable is not None and variable.associative:
        key: int | str = await shell.guarded(shell.expander.text, assignment.index, io)
    else:
        key = await shell.evaluate(assignment.index, io)
        if key < 0:
            key += max(shell.variables.items(assignment.name), default=-1) + 1
        if not 0 <= key <= MAX_INDEX:
            shell.complain(io, f'{assignment.name}[{key}]: bad array subscript')
            raise Failed
    shell.variables.set_item(assignment.name, key, value, assignment.append)


async def _assign_array(shell: Shell, assignment: Assignment, io: IO) -> None:
    variable = shell.variables.find(assignment.name)
    associative = variable is not None and variable.associative
    values: dict[Any, str] = {}
    for word in assignment.array or ():
        match = re.match(r'\[([^\]]*)\]=', word.source)
        if match:
            text = await shell.guarded(shell.expander.text, word, io)
            key, _, value = text[1:].partition(']=')
            values[key if associative else await shell.evaluate(Word((Text(key, True),), key), io)] = value
        else:
            start = max((key for key in values if isinstance(key, int)), default=-1) + 1
            for offset, value in enumerate(await shell.expanded([word], io)):
                values[start + offset] = value
    shell.variables.set(assignment.name, values, assignment.append)


async def declared(shell: Shell, word: Assignment, io: IO) -> str:
    """An assignment as an argument of export, local and the like: arrays are assigned, scalars are passed on."""
    if word.array is not None or word.index is not None:
        await assign(shell, word, io)
        return word.name
    assert word.value is not None
    value = await shell.guarded(shell.expander.text, word.value, io)
    if word.append:
        value = (shell.variables.get(word.name) or '') + value
    return f'{word.name}={value}'
