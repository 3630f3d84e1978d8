"""set, shopt, umask, ulimit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.process import IO

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

LETTERS = {'e': 'errexit', 'u': 'nounset', 'x': 'xtrace', 'f': 'noglob', 'C': 'noclobber', 'h': 'hashall',
           'B': 'braceexpand', 'm': 'monitor', 'v': 'verbose', 'a': 'allexport', 'b': 'notify', 'H': 'histexpand',
           'E': 'errtrace', 'T': 'functrace', 'n': 'noexec', 'k': 'keyword', 'P': 'physical', 'i': 'interactive'}
NAMES = {*LETTERS.values(), 'history', 'ignoreeof', 'interactive-comments', 'nolog', 'pipefail', 'posix', 'vi', 'emacs'}
SHOPT = {'expand_aliases', 'nullglob', 'extglob', 'globstar', 'dotglob', 'nocasematch', 'histappend', 'checkwinsize'}


async def set_options(argv: list[str], io: IO, shell: Shell) -> int:
    words = argv[1:]
    if not words:
        for name in shell.variables.names():
            value = shell.variables.get(name)
            if value is not None:
                io.stdout.write(f'{name}={_quoted(value)}\n')
        return 0
    while words:
        word = words.pop(0)
        if word == '--':
            shell.positional = words
            return 0
        if word[:1] not in '-+' or len(word) < 2:
            shell.positional = [word, *words]
            return 0
        on = word[0] == '-'
        for letter in word[1:]:
            name = words.pop(0) if letter == 'o' and words else LETTERS.get(letter)
            if name is None or name not in NAMES:
                shell.complain(io, f'set: {name or word}: invalid option' + (' name' if name else ''))
                return 2 if name is None else 1
            shell.options[name] = on
    return 0


def _quoted(value: str) -> str:
    from shlex import quote
    return quote(value) if value else ''


async def shopt(argv: list[str], io: IO, shell: Shell) -> int:
    on = {'-s': True, '-u': False}.get(argv[1] if len(argv) > 1 else '')
    for name in argv[2:] if on is not None else argv[1:]:
        if name not in SHOPT:
            shell.complain(io, f'shopt: {name}: invalid shell option name')
            return 1
        if on is None:
            io.stdout.write(f'{name:<15}\t{"on" if shell.options.get(name) else "off"}\n')
        else:
            shell.options[name] = on
    return 0


async def umask(argv: list[str], io: IO, shell: Shell) -> int:
    if len(argv) > 1 and argv[1] != '-S':
        from tutor.shell.programs.modes import changed
        mode = changed(argv[1], 0o777 & ~shell.ctx.umask, True, 0)
        if mode is None or (argv[1].isdigit() and mode > 0o777):
            why = 'octal number out of range' if argv[1].isdigit() else 'invalid symbolic mode operator'
            shell.complain(io, f'umask: {argv[1]}: {why}')
            return 1
        shell.ctx.umask = mode if argv[1].isdigit() else 0o777 & ~mode
    else:
        io.stdout.write(f'{shell.ctx.umask:04o}\n')
    return 0


async def ulimit(argv: list[str], io: IO, shell: Shell) -> int:
    io.stdout.write('unlimited\n')
    return 0
