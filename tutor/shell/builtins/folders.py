"""cd, pwd, pushd, popd, dirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.access import EXECUTE, allowed
from tutor.shell.process import IO
from tutor.shell.vfs import Directory, normalize

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def cd(argv: list[str], io: IO, shell: Shell) -> int:
    words = [word for word in argv[1:] if word not in ('-L', '-P', '--')]
    target = words[0] if words else shell.home
    if len(words) > 1:
        shell.complain(io, 'cd: too many arguments')
        return 1
    if target == '-':
        previous = shell.variables.get('OLDPWD')
        if previous is None:
            shell.complain(io, 'cd: OLDPWD not set')
            return 1
        io.stdout.write(previous + '\n')
        target = previous
    return _enter(target, io, shell)


def _enter(target: str, io: IO, shell: Shell) -> int:
    path = normalize(target, shell.ctx.cwd)
    try:
        if not isinstance(shell.ctx.files.node(path), Directory):
            raise NotADirectoryError(20, 'Not a directory')
        if not allowed(shell.ctx.files.node(path), shell.ctx, EXECUTE):
            raise PermissionError(13, 'Permission denied')
    except OSError as problem:
        shell.complain(io, shell.dialect.cannot_enter(target, problem))
        return 1 if shell.dialect.name == 'bash' else 2
    shell.variables.set('OLDPWD', shell.ctx.cwd)
    shell.variables.declare('OLDPWD').exported = True
    shell.ctx.cwd = path
    shell.variables.set('PWD', path)
    return 0


async def pwd(argv: list[str], io: IO, shell: Shell) -> int:
    io.stdout.write(shell.ctx.cwd + '\n')
    return 0


def _stack(shell: Shell) -> list[str]:
    return list(shell.variables.items('DIRSTACK').values())


async def pushd(argv: list[str], io: IO, shell: Shell) -> int:
    stack = _stack(shell)
    if len(argv) < 2:
        if not stack:
            shell.complain(io, 'pushd: no other directory')
            return 1
        target, stack = stack[0], stack[1:]
    else:
        target = argv[1]
    here = shell.ctx.cwd
    if _enter(target, io, shell):
        return 1
    shell.variables.set('DIRSTACK', dict(enumerate([here, *stack])))
    return await dirs(['dirs'], io, shell)


async def popd(argv: list[str], io: IO, shell: Shell) -> int:
    stack = _stack(shell)
    if not stack:
        shell.complain(io, 'popd: directory stack empty')
        return 1
    if _enter(stack[0], io, shell):
        return 1
    shell.variables.set('DIRSTACK', dict(enumerate(stack[1:])))
    return await dirs(['dirs'], io, shell)


async def dirs(argv: list[str], io: IO, shell: Shell) -> int:
    if '-c' in argv:
        shell.variables.unset('DIRSTACK')
        return 0
    home = shell.home
    paths = [shell.ctx.cwd, *_stack(shell)]
    if '-l' not in argv:
        paths = ['~' + path[len(home):] if path == home or path.startswith(home + '/') else path for path in paths]
    if '-v' in argv:
        io.stdout.write(''.join(f'{place:2d}  {path}\n' for place, path in enumerate(paths)))
    else:
        io.stdout.write(('\n' if '-p' in argv else ' ').join(paths) + '\n')
    return 0
