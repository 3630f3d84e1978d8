"""set, shopt, umask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.shell import listing
from tutor.shell.builtins.arguments import parted
from tutor.shell.process import IO
from tutor.shell.switches import LETTERS, NAMES, SHOPT, is_on

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

USAGE = 'set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n'


async def set_options(argv: list[str], io: IO, shell: Shell) -> int:
    """set [-+abefhkmnptuvxBCEHPT] [-+o NAME] [--] [ARG…]"""
    words = argv[1:]
    if not words:
        io.stdout.write(''.join(f'{line}\n' for line in listing.assignments(shell)))
        return 0
    while words:
        word = words.pop(0)
        if word == '--':
            shell.positional = words
            return 0
        if word[:1] not in ('-', '+') or len(word) < 2:
            shell.positional = words if word == '-' else [word, *words]
            return 0
        status = _letters(word, words, io, shell)
        if status:
            return status
    return 0


def _letters(word: str, words: list[str], io: IO, shell: Shell) -> int:
    on = word[0] == '-'
    for letter in word[1:]:
        if letter == 'o' and not words:
            _list(on, io, shell)
            return 0
        name = words.pop(0) if letter == 'o' else LETTERS.get(letter)
        if name is None:
            shell.complain(io, f'set: {word[0]}{letter}: invalid option')
            io.stderr.write(USAGE)
            return 2
        if name not in NAMES:
            shell.complain(io, f'set: {name}: invalid option name')
            return 2
        shell.options[name] = on
    return 0


def _list(readable: bool, io: IO, shell: Shell) -> None:
    """set -o and set +o: all options."""
    for name in NAMES:
        on = is_on(name, shell)
        io.stdout.write(f'{name:<15}\t{"on" if on else "off"}\n' if readable else f'set {"-" if on else "+"}o {name}\n')


async def shopt(argv: list[str], io: IO, shell: Shell) -> int:
    """shopt [-pqsuo] [NAME…]"""
    letters, words = parted(argv)
    known = NAMES if 'o' in letters else SHOPT
    status = 0
    for name in words:
        if name not in known:
            shell.complain(io, f'shopt: {name}: invalid shell option name' if 'o' not in letters else
                           f'shopt: {name}: invalid option name')
            status = 1
    chosen = [name for name in words or known if name in known]
    if words and ('s' in letters or 'u' in letters):
        shell.options.update((name, 's' in letters) for name in chosen)
        return status
    if not words and ('s' in letters or 'u' in letters):
        chosen = [name for name in chosen if is_on(name, shell) is ('s' in letters)]
    for name in chosen if 'q' not in letters else ():
        on = is_on(name, shell)
        io.stdout.write(f'shopt {"-s" if on else "-u"} {name}\n' if 'p' in letters else
                        f'{name:<15}\t{"on" if on else "off"}\n')
    return status or int(bool(words) and not all(is_on(name, shell) for name in chosen))


async def umask(argv: list[str], io: IO, shell: Shell) -> int:
    """umask [-pS] [MODE]"""
    words = [word for word in argv[1:] if not re.fullmatch(r'-[pS]+', word)]
    if words:
        from tutor.shell.programs.modes import changed
        text = words[0]
        mode = changed(text, 0o777 & ~shell.ctx.umask, True, 0)
        if mode is None or (text.isdigit() and mode > 0o777):
            why = 'octal number out of range' if text.isdigit() else 'invalid symbolic mode operator'
            shown = text if text.isdigit() else f"`{text}'"
            shell.complain(io, f'umask: {shown}: {why}')
            return 1
        shell.ctx.umask = mode if text.isdigit() else 0o777 & ~mode
        return 0
    allowed = 0o777 & ~shell.ctx.umask
    if '-S' in argv:
        parts = (''.join(letter for bit, letter in ((4, 'r'), (2, 'w'), (1, 'x')) if allowed >> shift & bit)
                 for shift in (6, 3, 0))
        io.stdout.write(','.join(f'{who}={bits}' for who, bits in zip('ugo', parts, strict=True)) + '\n')
    else:
        io.stdout.write(f'{"umask " if "-p" in argv else ""}{shell.ctx.umask:04o}\n')
    return 0
