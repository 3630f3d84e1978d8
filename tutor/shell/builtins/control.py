"""Control: exit, return, break, eval, source, exec, shift, caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.process import IO
from tutor.shell.programs.inputs import open_reader
from tutor.shell.unwinding import Break, Exit, Return
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
    if shell.dialect.name != 'bash' and not argv[1].isdigit():
        shell.complain(io, f'{argv[0]}: Illegal number: {argv[1]}')
        raise Exit(2)
    try:
        return int(argv[1])
    except ValueError:
        shell.complain(io, f'{argv[0]}: {argv[1]}: numeric argument required')
        return 2


async def leave_shell(argv: list[str], io: IO, shell: Shell) -> int:
    if len(argv) > 2 and argv[1].lstrip('-').isdigit() and shell.dialect.name == 'bash':
        shell.complain(io, 'exit: too many arguments')
        return 1
    if shell.interactive and not shell.warned_of_jobs and any(job.stopped for job in shell.jobs.values()):
        shell.warned_of_jobs = 2
        io.stderr.write('exit\nThere are stopped jobs.\n')
        return 1
    for job in shell.jobs.values() if shell.interactive else ():
        if job.stopped:
            job.process.kill()
    raise Exit(_number(argv, io, shell, shell.status) & 255)


async def leave_function(argv: list[str], io: IO, shell: Shell) -> int:
    if not shell.inside_function and not shell.sourcing:
        if shell.dialect.name != 'bash':
            raise Exit(_number(argv, io, shell, shell.status) & 255)
        shell.complain(io, "return: can only `return' from a function or sourced script")
        return 2
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
    line, within = shell.line, shell.within
    shell.within = 'eval'
    shell.evaluating += 1
    try:
        return await _inside(' '.join(argv[1:]), io, shell)
    finally:
        shell.sourcing -= 1
        shell.evaluating -= 1
        shell.line, shell.within = line, within


async def source(argv: list[str], io: IO, shell: Shell) -> int:
    if len(argv) < 2:
        shell.complain(io, f'{argv[0]}: filename argument required')
        io.stderr.write(f'{argv[0]}: usage: {argv[0]} filename [arguments]\n')
        return 2
    path = argv[1]
    if '/' not in path and not shell.ctx.files.exists(normalize(path, shell.ctx.cwd)):
        path = shell.which(path) or path
    try:
        text = (await open_reader(path if path != '-' else './-', io, shell.ctx).read()).decode('utf-8', 'replace')
    except OSError as problem:
        if shell.dialect.name == 'bash':
            shell.complain(io, f'{argv[1]}: {problem.strerror}')
            return 1
        shell.complain(io, f'{argv[0]}: {argv[1]}: not found' if '/' not in argv[1] else
                       f'{argv[0]}: {shell.dialect.cannot_open(argv[1], problem)}')
        raise Exit(2) from None
    before, line, name = shell.positional, shell.line, shell.source
    if argv[2:]:
        shell.positional = argv[2:]
    shell.sourcing += 1
    shell.line, shell.source = 1, argv[1]
    try:
        return await _inside(text, io, shell)
    except Return as returned:
        return returned.status
    finally:
        shell.sourcing -= 1
        shell.positional, shell.line, shell.source = before, line, name


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
        before, shell.descriptors = shell.descriptors, dict(shell.redirected_descriptors)
        for number, stream in before.items():
            if number not in shell.descriptors and stream not in shell.descriptors.values():
                stream.close()
        return 0
    if '/' not in argv[1] and shell.which(argv[1]) is None:
        shell.complain(io, f'exec: {argv[1]}: not found')
        if shell.interactive:
            return 127
        raise Exit(127)
    shell.become()
    raise Exit(await shell.execute(argv[1:], io))


async def shift(argv: list[str], io: IO, shell: Shell) -> int:
    count = _number(argv, io, shell, 1)
    if count < 0:
        shell.complain(io, f'shift: {count}: shift count out of range')
        return 1
    if count > len(shell.positional):
        return 1
    del shell.positional[:count]
    return 0


async def caller(argv: list[str], io: IO, shell: Shell) -> int:
    """caller [N]: the line and the function that called this one."""
    depth = int(argv[1]) if len(argv) > 1 and argv[1].isdigit() else 0
    if depth >= len(shell.calls):
        return 1
    calls = shell.calls[::-1]
    script = shell.name if '/' in shell.name or '.' in shell.name else 'main'
    if len(argv) == 1:
        io.stdout.write(f'{calls[0].line} {script if script != "main" else "NULL"}\n')
        return 0
    name = calls[depth + 1].name if depth + 1 < len(calls) else 'main'
    io.stdout.write(f'{calls[depth].line} {name} {script}\n')
    return 0
