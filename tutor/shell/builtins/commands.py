"""Which commands there are and where: hash, enable, bind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.builtins.arguments import parted
from tutor.shell.lookup import Hashed, which
from tutor.shell.process import IO
from tutor.shell.speech import Said, complain

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

BIND = Said('this prompt has the usual keys of readline, and bind cannot change them',
            '此提示符使用 readline 的默认按键，bind 无法更改')


async def remember(argv: list[str], io: IO, shell: Shell) -> int:
    """hash [-lr] [-p PATH] [-dt] [NAME…]: where commands were found, and how often they ran."""
    letters, words = parted(argv)
    if 'r' in letters:
        shell.hashed.clear()
        return 0
    if not words:
        return _list(letters, io, shell)
    if 'p' in letters:
        path, *names = words
        shell.hashed.update((name, Hashed(path)) for name in names)
        return 0
    status = 0
    for name in words:
        known = shell.hashed.get(name)
        if 't' in letters or 'd' in letters:
            if known is None:
                shell.complain(io, f'hash: {name}: not found')
                status = 1
            elif 'd' in letters:
                del shell.hashed[name]
            else:
                io.stdout.write(f'{name}\t{known.path}\n' if len(words) > 1 else f'{known.path}\n')
        elif '/' not in name and not _known(name, shell):
            status = _look_up(name, io, shell) or status
    return status


def _known(name: str, shell: Shell) -> bool:
    from tutor.shell.builtins.catalog import BUILTINS
    return name in shell.functions or name in BUILTINS


def _look_up(name: str, io: IO, shell: Shell) -> int:
    path = which(shell, name)
    if path is None:
        shell.complain(io, f'hash: {name}: not found')
        return 1
    shell.hashed[name] = Hashed(path)
    shell.hashed_for = shell.variables.get('PATH') or ''
    return 0


def _list(letters: str, io: IO, shell: Shell) -> int:
    if 'l' in letters:
        io.stdout.write(''.join(f'builtin hash -p {known.path} {name}\n' for name, known in shell.hashed.items()))
    elif shell.hashed:
        io.stdout.write('hits\tcommand\n' + ''.join(f'{known.hits:4}\t{known.path}\n'
                                                   for known in shell.hashed.values()))
    else:
        io.stdout.write('hash: hash table empty\n')
    return 0


async def enable(argv: list[str], io: IO, shell: Shell) -> int:
    """enable [-anp] [NAME…]: builtins on and off (-n); without names, those that are on (off, or with -a all)."""
    from tutor.shell.builtins.catalog import BUILTINS
    letters, words = parted(argv)
    if not words:
        for name in sorted(BUILTINS):
            off = name in shell.disabled
            if 'a' in letters or off is ('n' in letters):
                io.stdout.write(f'enable {"-n " if off else ""}{name}\n')
        return 0
    status = 0
    for name in words:
        if name not in BUILTINS:
            shell.complain(io, f'enable: {name}: not a shell builtin')
            status = 1
        elif 'n' in letters:
            shell.disabled.add(name)
        else:
            shell.disabled.discard(name)
    return status


async def bind(argv: list[str], io: IO, shell: Shell) -> int:
    """bind: the prompt has readline's default keys, and no others."""
    if not shell.interactive:
        shell.complain(io, 'bind: warning: line editing not enabled')
    return complain('bind', BIND, io, shell.ctx)
