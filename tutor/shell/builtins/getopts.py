"""getopts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.process import IO

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def getopts(argv: list[str], io: IO, shell: Shell) -> int:
    """getopts OPTSTRING NAME [ARG…]: the next option; 1 when there are no more."""
    if len(argv) < 3:
        shell.io.stderr.write('getopts: usage: getopts optstring name [arg ...]\n')
        return 2
    letters, name, words = argv[1], argv[2], argv[3:] or shell.positional
    variables = shell.variables
    given = variables.get('OPTIND') or '1'
    index = int(given) if given.isdigit() and int(given) else 1
    place = shell.option[1] if shell.option[0] == given else 1
    word = words[index - 1] if index <= len(words) else ''
    if not word.startswith('-') or word in ('-', '--'):
        variables.set('OPTIND', str(index + (word == '--')))
        variables.set(name, '?')
        variables.unset('OPTARG')
        return 1
    letter, rest = word[place], word[place + 1:]
    takes = letters.partition(letter)[2][:1] == ':' if letter in letters else False
    if letter == ':' or letter not in letters:
        _next(shell, index + (not rest), 1 if not rest else place + 1)
        _report(letter, '?', f'illegal option -- {letter}', letters, name, shell)
    elif not takes:
        _next(shell, index + (not rest), 1 if not rest else place + 1)
        variables.set(name, letter)
        variables.unset('OPTARG')
    elif rest or index < len(words):
        _next(shell, index + (1 if rest else 2), 1)
        variables.set(name, letter)
        variables.set('OPTARG', rest or words[index])
    else:
        _next(shell, index + 1, 1)
        _report(letter, ':', f'option requires an argument -- {letter}', letters, name, shell)
    return 0


def _next(shell: Shell, index: int, place: int) -> None:
    shell.variables.set('OPTIND', str(index))
    shell.option = str(index), place


def _report(letter: str, sign: str, problem: str, letters: str, name: str, shell: Shell) -> None:
    """An option that does not fit: told aloud, or, with a colon in front of the letters, through the variables."""
    if letters.startswith(':'):
        shell.variables.set(name, sign)
        shell.variables.set('OPTARG', letter)
        return
    shell.variables.set(name, '?')
    shell.variables.unset('OPTARG')
    if shell.variables.get('OPTERR') != '0':
        shell.io.stderr.write(f'{shell.name}: {problem}\n')
