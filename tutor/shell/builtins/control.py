"""Control: exit, return, break, eval, source, exec, shift, trap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.process import IO
from tutor.shell.programs.inputs import open_reader
from tutor.shell.unwinding import Break, Exit, Failed, Return
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
    if not shell.inside_function and not shell.sourcing:
        shell.complain(io, "return: can only `return' from a function or sourced script")
        return 1 if shell.dialect.name == 'bash' else 0
    raise Return(_number(argv, io, shell, shell.status) & 255)


async def leave(argv: list[str], io: IO, shell: Shell) -> int:
    """break and continue."""
    if not shell.loops:
        if shell.dialect.name == 'bash':
            shell.complain(io, f"{argv[0]}: only meaningful in a `for', `while', or `until' loop")
        return 0
    raise Break(max(_number(argv, io, shell, 1), 1), argv[0] == 'continue')


async def evaluate(argv: list[str], io: IO, shell: Shell) -> int:
    shell.sourcing += 1
    line = shell.line
    try:
        return await _inside(' '.join(argv[1:]), io, shell)
    finally:
        shell.sourcing -= 1
        shell.line = line


async def source(argv: list[str], io: IO, shell: Shell) -> int:
    if len(argv) < 2:
        shell.complain(io, f'{argv[0]}: filename argument required')
        return 2
    path = argv[1]
    if '/' not in path and not shell.ctx.files.exists(normalize(path, shell.ctx.cwd)):
        path = shell.which(path) or path
    try:
        text = (await open_reader(path if path != '-' else './-', io, shell.ctx).read()).decode('utf-8', 'replace')
    except OSError as problem:
        shell.complain(io, f'{argv[1]}: {problem.strerror}')
        return 1
    before, line = shell.positional, shell.line
    if argv[2:]:
        shell.positional = argv[2:]
    shell.sourcing += 1
    try:
        return await _inside(text, io, shell)
    except Return as returned:
        return returned.status
    finally:
        shell.sourcing -= 1
        shell.positional, shell.line = before, line


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
        shell.descriptors = dict(shell.redirected_descriptors)
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
