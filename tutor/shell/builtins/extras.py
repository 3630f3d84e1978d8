"""help, disown, times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.builtins.arguments import parted
from tutor.shell.builtins.jobs import job_of
from tutor.shell.process import IO
from tutor.shell.programs.absent import ABSENT, NOT_HERE
from tutor.shell.speech import each, line

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def disown(argv: list[str], io: IO, shell: Shell) -> int:
    """disown [-a] [%JOB…]: forget jobs; they run on."""
    letters, words = parted(argv)
    if 'a' in letters:
        shell.jobs.clear()
        return 0
    for word in words or ['']:
        job = job_of(word, shell)
        if job is None:
            shell.complain(io, f'disown: {word or "current"}: no such job')
            return 1
        if 'h' not in letters:
            shell.jobs.pop(job.number, None)
    return 0


async def help_about(argv: list[str], io: IO, shell: Shell) -> int:
    """help [NAME]: the commands of this shell, in the learner's languages."""
    from tutor.shell.programs.manual import PAGES, usage
    names = argv[1:]
    if not names:
        known = {**shell.ctx.host.programs}
        for name, page in PAGES.items():
            if name in known or shell.which(name) is not None or not name.isalpha():
                io.stdout.write(f'{name:<12} {line(page, shell.ctx)}\n')
        io.stdout.write(f'\n{line(NOT_HERE, shell.ctx)}\n' + ''.join(
            f'{name:<12} {line(instead, shell.ctx)}\n' for name, instead in sorted(ABSENT.items())))
        return 0
    status = 0
    for name in names:
        page = PAGES.get(name)
        if page is None:
            shell.complain(io, f"help: no help topics match `{name}'.  Try `help help' or `man -k {name}' or "
                               f"`info {name}'.")
            status = 1
            continue
        io.stdout.write(f'{name}: {usage(name)}\n' + ''.join(f'    {text}\n' for text in each(page, shell.ctx)))
    return status


async def times(argv: list[str], io: IO, shell: Shell) -> int:
    """times"""
    io.stdout.write('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n')
    return 0
