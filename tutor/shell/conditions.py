"""[[ … ]]."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.shell.patterns import compile_pieces
from tutor.shell.process import IO
from tutor.shell.tests import binary, unary

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def holds(shell: Shell, test: tuple, io: IO) -> bool:
    """Whether a condition is true."""
    match test:
        case ('or', left, right):
            return await holds(shell, left, io) or await holds(shell, right, io)
        case ('and', left, right):
            return await holds(shell, left, io) and await holds(shell, right, io)
        case ('not', inner):
            return not await holds(shell, inner, io)
        case ('unary', operator, word):
            text = await shell.guarded(shell.expander.text, word, io)
            return unary(operator, text, shell.ctx, shell.variables)
        case ('binary', operator, left, right):
            first = await shell.guarded(shell.expander.text, left, io)
            if operator in ('==', '=', '!='):
                pattern = await shell.guarded(shell.expander.pattern, right, io)
                return (compile_pieces(pattern).fullmatch(first) is not None) is (operator != '!=')
            if operator == '=~':
                return _matches(shell, first, await shell.guarded(shell.expander.pattern, right, io))
            return await _compare(shell, operator, first, await shell.guarded(shell.expander.text, right, io), io)
    raise AssertionError(test)


async def _compare(shell: Shell, operator: str, first: str, second: str, io: IO) -> bool:
    """Numbers are arithmetic here: [[ x -gt 1 ]] reads the variable x."""
    from tutor.shell.syntax import Text, Word
    if operator in ('-eq', '-ne', '-lt', '-le', '-gt', '-ge'):
        first, second = [str(await shell.evaluate(Word((Text(each, True),), each), io)) for each in (first, second)]
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
        match = compile_posix(expression, extended=True).search(text)
    except BadPattern:
        return False
    groups = [match[0], *(group or '' for group in match.groups())] if match is not None else []
    shell.variables.set('BASH_REMATCH', dict(enumerate(groups)))
    return match is not None
