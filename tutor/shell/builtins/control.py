"""Control: exit, return, break, eval, source, exec, shift, trap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.interpreter import Break, Exit, Failed, Return
from tutor.shell.process import IO
from tutor.shell.vfs import normalize

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def colon(argv: list[str], io: IO, shell: Shell) -> int:
    return 0


async def false(argv: list[str], io: IO, shell: Shell) -> int:
    return 1


def _number(argv: list[str], io: IO, shell: Shell, default: int) -> int:
    if len(argv) < 2:
        return default
    try:
        return int(argv[1])
    except ValueError:
        shell.complain(io, f'{argv[0]}: {argv[1]}: numeric argument required')
        return 2


async def leave_shell(argv: list[str], io: IO, shell: Shell) -> int:
    raise Exit(_number(argv, io, shell, shell.status) & 255)


async def leave_function(argv: list[str], io: IO, shell: Shell) -> int:
    raise Return(_number(argv, io, shell, shell.status) & 255)


async def leave(argv: list[str], io: IO, shell: Shell) -> int:
    """break and continue."""
    raise Break(max(_number(argv, io, shell, 1), 1), argv[0] == 'continue')


async def evaluate(argv: list[str], io: IO, shell: Shell) -> int:
    return await _inside(' '.join(argv[1:]), io, shell)


async def source(argv: list[str], io: IO, shell: Shell) -> int:
    if len(argv) < 2:
        shell.complain(io, f'{argv[0]}: filename argument required')
        return 2
    path = normalize(argv[1], shell.ctx.cwd)
    try:
        text = shell.ctx.files.read_text(path)
    except OSError as problem:
        shell.complain(io, f'{argv[1]}: {problem.strerror}')
        return 1
    before = shell.positional
    if argv[2:]:
        shell.positional = argv[2:]
    try:
        return await _inside(text, io, shell)
    finally:
        shell.positional = before


async def _inside(text: str, io: IO, shell: Shell) -> int:
    before, shell.io = shell.io, io
    try:
        shell.status = 0
        return await shell.run_block(text)
    finally:
        shell.io = before


async def replace(argv: list[str], io: IO, shell: Shell) -> int:
    """exec: the shell becomes a program; without one, its redirections stay."""
    if len(argv) < 2:
        shell.io = io
        return 0
    raise Exit(await shell.execute(argv[1:], io))


async def shift(argv: list[str], io: IO, shell: Shell) -> int:
    count = _number(argv, io, shell, 1)
    if count > len(shell.positional):
        return 1
    del shell.positional[:count]
    return 0


async def trap(argv: list[str], io: IO, shell: Shell) -> int:
    if len(argv) == 1 or argv[1] == '-p':
        for name, command in shell.traps.items():
            io.stdout.write(f"trap -- '{command}' {name if name == 'EXIT' else 'SIG' + name}\n")
        return 0
    command, names = (argv[1], argv[2:]) if len(argv) > 2 else ('-', argv[1:])
    for name in names:
        name = 'EXIT' if name in ('0', 'EXIT') else name.removeprefix('SIG')
        if command == '-':
            shell.traps.pop(name, None)
            shell.ctx.signals.pop(name, None)
        else:
            shell.traps[name] = command
            if name != 'EXIT':
                shell.ctx.signals[name] = _handler(name, shell)
    return 0


def _handler(name: str, shell: Shell):
    def run() -> None:
        async def handle() -> None:
            try:
                await shell.run_trap(name)
            except Exit as leaving:
                shell.status = leaving.status
                process = shell.ctx.host.processes.get(shell.ctx.pid)
                if process is not None and process.task is not None:
                    process.exit_status = leaving.status
                    process.task.cancel()
            except Failed:
                pass
        shell.ctx.simulation.spawn(handle(), f'trap {name}')
    return run
