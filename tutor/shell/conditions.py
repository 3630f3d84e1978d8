"""[[ … ]]."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.shell.patterns import compile_pieces
from tutor.shell.process import IO
from tutor.shell.tests import binary, unary
from tutor.shell.tracing import trace_compound
from tutor.shell.unwinding import ExpansionProblem, Failed

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def holds(shell: Shell, test: tuple, io: IO, sign: str = '') -> bool:
    """Whether a condition is true; `sign` stands before it where it is traced."""
    match test:
        case ('or', left, right):
            return await holds(shell, left, io) or await holds(shell, right, io)
        case ('and', left, right):
            return await holds(shell, left, io) and await holds(shell, right, io)
        case ('not', inner):
            return not await holds(shell, inner, io, '! ')
        case ('group', inner):
            return await holds(shell, inner, io)
        case ('unary', operator, word):
            text = await shell.guarded(shell.expander.text, word, io)
            await _trace(shell, sign + operator, text or "''")
            return unary(operator, text, shell.ctx, shell.variables)
        case ('binary', operator, left, right):
            first = await shell.guarded(shell.expander.text, left, io)
            if operator in ('==', '=', '!='):
                pattern = await shell.guarded(shell.expander.pattern, right, io)
                await _trace(shell, sign + (first or "''"), operator, _shown(pattern))
                matches = compile_pieces(pattern, ignore_case=_nocase(shell)).fullmatch(first)
                return (matches is not None) is (operator != '!=')
            if operator == '=~':
                pattern = await shell.guarded(shell.expander.pattern, right, io)
                await _trace(shell, sign + (first or "''"), operator, _shown(pattern))
                return _matches(shell, first, pattern)
            second = await shell.guarded(shell.expander.text, right, io)
            await _trace(shell, sign + (first or "''"), operator, second or "''")
            return await _compare(shell, operator, first, second, io)
    raise AssertionError(test)


async def _trace(shell: Shell, *words: str) -> None:
    await trace_compound(shell, f'[[ {" ".join(words)} ]]')


def _shown(pattern: list[tuple[str, bool]]) -> str:
    """A pattern as `set -x` writes it: each quoted character has a backslash."""
    return ''.join(text if active else ''.join(f'\\{char}' for char in text) for text, active in pattern) or "''"


def _nocase(shell: Shell) -> bool:
    return bool(shell.options.get('nocasematch'))


async def _compare(shell: Shell, operator: str, first: str, second: str, io: IO) -> bool:
    """Numbers are arithmetic here: [[ x -gt 1 ]] reads the variable x."""
    if operator in ('-eq', '-ne', '-lt', '-le', '-gt', '-ge'):
        try:
            first, second = [str(shell.expander.number(each)) for each in (first, second)]
        except ExpansionProblem as problem:
            shell.complain(io, f'[[: {problem}')
            return False
    try:
        return binary(operator, first, second, shell.ctx)
    except ValueError as problem:
        shell.complain(io, f'[[: {problem}')
        return False


def _matches(shell: Shell, text: str, pieces: list[tuple[str, bool]]) -> bool:
    """=~: quoted parts of the pattern are literal."""
    from tutor.shell.programs.regex import BadPattern, compile_posix
    expression = ''.join(part if active else re.escape(part) for part, active in pieces)
    try:
        match = compile_posix(expression, extended=True, ignore_case=_nocase(shell)).search(text)
    except BadPattern:
        raise Failed(2) from None
    groups = [match[0], *(group or '' for group in match.groups())] if match is not None else []
    shell.variables.set('BASH_REMATCH', dict(enumerate(groups)))
    return match is not None
