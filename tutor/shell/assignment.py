"""Assignments: scalars, elements, arrays; as commands and as arguments of export and the like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tutor.shell.arithmetic import ArithmeticProblem
from tutor.shell.elements import BadSubscript
from tutor.shell.process import IO
from tutor.shell.special import assigned
from tutor.shell.syntax import Assignment, Text, Word
from tutor.shell.tracing import trace_array, trace_assignment
from tutor.shell.unwinding import Discard, Failed
from tutor.shell.variables import ReadOnly

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def assign(shell: Shell, assignment: Assignment, io: IO) -> None:
    """Carry out one assignment; raises Failed."""
    name = assignment.name
    try:
        if assignment.array is not None:
            await trace_array(shell, assignment)
            await _assign_array(shell, assignment, io)
            return
        assert assignment.value is not None
        value = await shell.guarded(shell.expander.value, assignment.value, io)
        await trace_assignment(shell, assignment, value)
        variable = shell.variables.find(name)
        if assignment.index is not None:
            await _assign_element(shell, assignment, value, io)
        elif variable is not None and variable.integer:
            text = f'{variable.value or 0}+({value})' if assignment.append else value
            shell.variables.set(name, str(await shell.evaluate(Word((Text(text, True),)), io)))
        elif not assigned(shell, name, value):
            shell.variables.set(name, value, assignment.append)
    except ReadOnly:
        shell.complain(io, f'{name}: is read only' if shell.dialect.name != 'bash' else f'{name}: readonly variable')
        raise Discard from None


async def _assign_element(shell: Shell, assignment: Assignment, value: str, io: IO) -> None:
    assert assignment.index is not None
    try:
        index = await shell.guarded(shell.expander.text, assignment.index, io)
        key = shell.expander.elements.key(assignment.name, index)
    except (ArithmeticProblem, BadSubscript) as problem:
        shell.complain(io, str(problem))
        raise Failed from None
    variable = shell.variables.find(assignment.name)
    if variable is not None and variable.integer:
        before = shell.expander.elements.items(assignment.name).get(key, '0') if assignment.append else '0'
        value = str(shell.expander.number(f'{before}+({value})'))
        shell.variables.set_item(assignment.name, key, value)
        return
    shell.variables.set_item(assignment.name, key, value, assignment.append)


async def _assign_array(shell: Shell, assignment: Assignment, io: IO) -> None:
    variable = shell.variables.find(assignment.name)
    associative = variable is not None and variable.associative
    values: dict[Any, str] = {}
    before = shell.variables.items(assignment.name) if assignment.append and not associative else ()
    following = max(before, default=-1) + 1
    pairs: list[str] = []
    for word in assignment.array or ():
        if re.match(r'\[("[^"]*"|[^\]])*\]\+?=', word.source):
            text = await shell.guarded(shell.expander.text, word, io)
            key, sign, value = re.split(r'\](\+?=)', text[1:], maxsplit=1)
            if not associative:
                key = await shell.evaluate(Word((Text(key, True),), key), io)
                following = key + 1
            values[key] = shell.variables.items(assignment.name).get(key, '') + value if sign == '+=' else value
            continue
        for value in await shell.expanded([word], io):
            if associative:
                pairs.append(value)
            else:
                values[following] = value
                following += 1
    values.update(zip(pairs[::2], [*pairs[1::2], ''], strict=False))
    if variable is not None and variable.integer:
        values = {key: str(shell.expander.number(value)) for key, value in values.items()}
    shell.variables.set(assignment.name, values, assignment.append)


async def declared(shell: Shell, word: Assignment, argv: list[str], io: IO) -> str:
    """An assignment as an argument of export, local and the like: arrays are assigned, scalars are passed on. `argv`
    is what stands before it."""
    if word.array is not None or word.index is not None:
        _prepare(shell, word.name, argv)
        await assign(shell, word, io)
        return word.name
    assert word.value is not None
    value = await shell.guarded(shell.expander.value, word.value, io)
    if word.append:
        value = (shell.variables.get(word.name) or '') + value
    return f'{word.name}={value}'


def _prepare(shell: Shell, name: str, argv: list[str]) -> None:
    """Make the array that an argument of declare or local is about to fill."""
    letters = ''.join(argument[1:] for argument in argv[1:] if argument.startswith('-'))
    local = len(shell.variables.scopes) > 1 and 'g' not in letters and argv[0] in ('local', 'declare', 'typeset')
    variable = shell.variables.declare(name, local)
    if 'A' in letters and not variable.associative:
        variable.associative, variable.value = True, {}
    variable.integer = variable.integer or 'i' in letters
