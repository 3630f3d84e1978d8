"""echo, printf and test: the shell's own, and the same as programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.process import IO

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def echo(argv: list[str], io: IO, shell: Shell) -> int:
    from tutor.shell.programs import echo as program
    return await program.main(argv, io, shell.ctx)


async def printf(argv: list[str], io: IO, shell: Shell) -> int:
    from tutor.shell.programs import printf as program
    if len(argv) > 2 and argv[1] == '-v':
        shell.variables.set(argv[2], program.format_all(argv[3], argv[4:]))
        return 0
    return await program.main(argv, io, shell.ctx, prefix=shell.name + ': ')


async def test(argv: list[str], io: IO, shell: Shell) -> int:
    from tutor.shell.tests import TestProblem, evaluate
    words = argv[1:]
    if argv[0] == '[':
        if not words or words[-1] != ']':
            shell.complain(io, "[: missing `]'")
            return 2
        words = words[:-1]
    try:
        return int(not evaluate(words, shell.ctx, shell.variables))
    except TestProblem as problem:
        shell.complain(io, f'{argv[0]}: {problem}')
        return 2
