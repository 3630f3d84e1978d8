"""What `set -x` says: each command as it is about to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.lexer import SyntaxProblem
from tutor.shell.parser import Parser
from tutor.shell.quoting import METAS, ansi_quoted, single_quoted, unprintable
from tutor.shell.syntax import Assignment
from tutor.shell.variables import is_name

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


def traced(shell: Shell) -> bool:
    return bool(shell.options.get('xtrace'))


async def trace(shell: Shell, text: str) -> None:
    """Write one line after what PS4 says; its first character is repeated for each level of substitution."""
    sign = shell.variables.get('PS4')
    sign = '+ ' if sign is None else sign
    shell.options['xtrace'] = False
    try:
        sign = await shell.expander.text(Parser('').sub(sign))
    except SyntaxProblem:
        pass
    finally:
        shell.options['xtrace'] = True
    shell.io.stderr.write(f'{sign[:1] * (shell.nesting + shell.evaluating + 1)}{sign[1:]}{text}\n')


async def trace_compound(shell: Shell, text: str) -> None:
    """The head of a compound command, as it was typed."""
    if traced(shell):
        await trace(shell, text)


async def trace_words(shell: Shell, argv: list[str]) -> None:
    if not traced(shell):
        return
    await trace(shell, ' '.join(_quoted(word) if word else "''" for word in argv))
    for word in argv[1:] if argv[0] in ('export', 'readonly') else ():
        name, equals, value = word.partition('=')
        if equals and is_name(name):
            await trace(shell, f'{name}={_quoted(value)}')


async def trace_assignment(shell: Shell, assignment: Assignment, value: str) -> None:
    """name=value, after expansion; arrays as they were typed."""
    if not traced(shell):
        return
    target = assignment.name if assignment.index is None else f'{assignment.name}[{assignment.index.source}]'
    await trace(shell, f'{target}{"+=" if assignment.append else "="}{_quoted(value)}')


def _quoted(word: str) -> str:
    """xtrace_print_word_list: metacharacters before those that cannot be printed."""
    if METAS.search(word):
        return single_quoted(word)
    return ansi_quoted(word) if unprintable(word) else word


async def trace_array(shell: Shell, assignment: Assignment) -> None:
    if traced(shell):
        words = ' '.join(word.source for word in assignment.array or ())
        await trace(shell, f'{assignment.name}{"+=" if assignment.append else "="}({words})')
