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
    words = argv[1:]
    if words[:1] == ['-v'] and len(words) > 1:
        name, words = words[1], words[2:]
    else:
        name = None
    if words[:1] == ['--']:
        words = words[1:]
    if not words:
        io.stderr.write('printf: usage: printf [-v var] format [arguments]\n')
        return 2
    problems: list[str] = []
    text = program.format_all(words[0], words[1:], problems, shell.ctx)
    for problem in problems:
        _complain(problem, io, shell)
    if name is None:
        io.stdout.write(text)
        await io.stdout.drain()
    elif not shell.expander.elements.assign(name, text):
        shell.complain(io, f"printf: `{name}': not a valid identifier")
        return 2
    return int(bool(problems))


def _complain(problem: str, io: IO, shell: Shell) -> None:
    """What is wrong with an argument; in ash it is the applet that says it."""
    word, invalid, _ = problem.partition(': invalid number')
    if shell.dialect.name == 'ash' and invalid:
        io.stderr.write(f"{shell.name}: invalid number '{word}'\n")
    else:
        shell.complain(io, f'printf: {problem}')


async def test(argv: list[str], io: IO, shell: Shell) -> int:
    from tutor.shell.tests import TestProblem, evaluate
    words = argv[1:]
    if argv[0] == '[':
        if not words or words[-1] != ']':
            if shell.busybox and shell.dialect.name == 'ash':
                io.stderr.write(f'{shell.name}: missing ]\n')
            else:
                shell.complain(io, "[: missing `]'")
            return 2
        words = words[:-1]
    try:
        return int(not evaluate(words, shell.ctx, shell.variables))
    except TestProblem as problem:
        if shell.busybox and shell.dialect.name == 'ash':
            io.stderr.write(f'{shell.name}: {_ashs_words(str(problem), words)}\n')
        else:
            shell.complain(io, f'{argv[0]}: {problem}')
        return 2


def _ashs_words(problem: str, words: list[str]) -> str:
    """bash's words about a test in BusyBox's, which stumbles over the first word after a whole test."""
    word, _, what = problem.partition(': ')
    if what == 'integer expression expected':
        return f'{word}: bad number'
    place = 2 if words[0].startswith('-') and len(words) > 2 else 1
    return f'{words[place] if place < len(words) else word}: unknown operand'
