"""complete, compopt, compgen: what the shell is told about completion, and what it would offer. The terminal completes
by itself (`tutor.shell.completion`); of what `complete` says, it follows -W and functions of a program it knows."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from tutor.shell.builtins.arguments import BadOption, options
from tutor.shell.parser import KEYWORDS
from tutor.shell.process import IO, SIGNALS
from tutor.shell.quoting import single_quoted

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

STARTS = '__start_'
"""With this and the name of a program begins the function that cobra's scripts complete it with."""
TAKES = 'oAGWFCXPS'
FLAGS = 'abcdefgjksuv'
ORDER = 'oFCGWXPSA'
COMPLETE = ('complete: usage: complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] '
            '[-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]\n')
ACTIONS = {'a': 'alias', 'b': 'builtin', 'c': 'command', 'd': 'directory', 'e': 'export', 'f': 'file', 'g': 'group',
           'j': 'job', 'k': 'keyword', 'u': 'user', 'v': 'variable'}


async def complete(argv: list[str], io: IO, shell: Shell) -> int:
    """complete [-pr] [-o OPTION] [-F FUNCTION] [-W WORDS] … [NAME…]"""
    try:
        chosen, names = options(argv[1:], TAKES, FLAGS + 'prDEI')
    except BadOption as bad:
        shell.complain(io, f'complete: -{bad}: invalid option')
        io.stderr.write(COMPLETE)
        return 2
    letters = ''.join(letter for letter, _ in chosen)
    names += [f'-{letter}' for letter in letters if letter in 'DEI']
    if 'r' in letters:
        return _forget(names, io, shell)
    if 'p' in letters or not chosen:
        return _print(names, io, shell)
    if not names:
        io.stderr.write(COMPLETE)
        return 2
    flags = [f'-{letter}' for letter in FLAGS for given, _ in chosen if given == letter]
    valued = [f'-{letter} {_quoted(value)}' for letter in ORDER for given, value in chosen if given == letter]
    first = [text for text in valued if text.startswith('-o')]
    text = ' '.join([*first, *flags, *(text for text in valued if not text.startswith('-o'))])
    shell.completions.update(dict.fromkeys(names, text))
    return 0


def _quoted(value: str) -> str:
    return value if value.replace('_', '').replace('-', '').isalnum() else single_quoted(value)


def _forget(names: list[str], io: IO, shell: Shell) -> int:
    status = 0
    if not names:
        shell.completions.clear()
    for name in names:
        if shell.completions.pop(name, None) is None:
            shell.complain(io, f'complete: {name}: no completion specification')
            status = 1
    return status


def _print(names: list[str], io: IO, shell: Shell) -> int:
    status = 0
    for name in names or shell.completions:
        if name in shell.completions:
            io.stdout.write(f'complete {shell.completions[name]} {name}\n')
        else:
            shell.complain(io, f'complete: {name}: no completion specification')
            status = 1
    return status


def completed_as(name: str, shell: Shell) -> str:
    """The program that a command is completed as: with `complete -F __start_kubectl k`, k is as kubectl."""
    words = shell.completions.get(name, '').split()
    function = words[words.index('-F') + 1] if '-F' in words else ''
    return function.removeprefix(STARTS) if function.startswith(STARTS) and function in shell.functions else name


def word_list(name: str, shell: Shell) -> list[str] | None:
    """The words that `complete -W` has given for a command."""
    try:
        given = dict(options(shlex.split(shell.completions.get(name, '')), TAKES, FLAGS)[0])
    except (BadOption, ValueError):
        return None
    return given['W'].split() if 'W' in given else None


async def compopt(argv: list[str], io: IO, shell: Shell) -> int:
    """compopt [-o OPTION] [+o OPTION] [NAME…]: for those who call it while they complete; that is the terminal here."""
    if len(argv) == 1 or not any(word in shell.completions for word in argv[1:]):
        shell.complain(io, 'compopt: not currently executing completion function')
        return 1
    return 0


async def compgen(argv: list[str], io: IO, shell: Shell) -> int:
    """compgen [-abcdefjksuv] [-A ACTION] [-W WORDS] [-P PREFIX] [-S SUFFIX] [WORD]: what would be offered."""
    try:
        chosen, words = options(argv[1:], TAKES, FLAGS)
    except BadOption as bad:
        shell.complain(io, f'compgen: -{bad}: invalid option')
        return 2
    prefix = words[0] if words else ''
    given = dict(chosen)
    found: list[str] = []
    for letter, value in chosen:
        if letter == 'W':
            found += value.split()
        elif letter == 'A' or letter in ACTIONS:
            names = _names(value if letter == 'A' else ACTIONS[letter], prefix, shell)
            if names is None:
                shell.complain(io, f'compgen: {value}: invalid action name')
                return 2
            found += names
    found = [f'{given.get("P", "")}{name}{given.get("S", "")}' for name in found if name.startswith(prefix)]
    io.stdout.write(''.join(f'{name}\n' for name in found))
    return 0 if found else 1


def _names(action: str, prefix: str, shell: Shell) -> list[str] | None:
    """All names of a kind; None when there is no such kind."""
    from tutor.shell.builtins.catalog import BUILTINS
    from tutor.shell.completion import complete as offered
    from tutor.shell.switches import NAMES, SHOPT
    names = sorted(shell.variables.names())
    match action:
        case 'alias':
            return sorted(shell.aliases)
        case 'builtin' | 'enabled' | 'disabled' | 'helptopic':
            return [name for name in sorted(BUILTINS) if (name in shell.disabled) is (action == 'disabled')]
        case 'command':
            return [each.text for each in offered(prefix, len(prefix), shell)]
        case 'file' | 'directory':
            line = f'{"cd" if action == "directory" else "cat"} {prefix}'
            return [each.text.rstrip('/') for each in offered(line, len(line), shell)]
        case 'export':
            return [name for name in names if (found := shell.variables.find(name)) is not None and found.exported]
        case 'variable':
            return names
        case 'arrayvar':
            return [name for name in names if (found := shell.variables.find(name)) is not None and found.letters[:1]
                    in ('a', 'A')]
        case 'function':
            return sorted(shell.functions)
        case 'keyword':
            return sorted(KEYWORDS)
        case 'signal':
            return ['EXIT', *(f'SIG{name}' for name in SIGNALS), 'DEBUG', 'ERR', 'RETURN']
        case 'job' | 'running' | 'stopped':
            return [job.source.split()[0] for job in shell.jobs.values()
                    if action == 'job' or job.stopped is (action == 'stopped')]
        case 'setopt':
            return NAMES
        case 'shopt':
            return SHOPT
        case 'hostname':
            return [shell.ctx.host.hostname]
        case 'user' | 'group':
            return _accounts('/etc/passwd' if action == 'user' else '/etc/group', shell)
    return None


def _accounts(path: str, shell: Shell) -> list[str]:
    try:
        return [line.partition(':')[0] for line in shell.ctx.files.read_text(path).splitlines()]
    except OSError:
        return []
