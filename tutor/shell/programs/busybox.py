"""busybox: the one program that all the others of its kind are."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import BANNER, Complaint
from tutor.shell.programs.running import NotRunnable, find, program

USAGE = f"""\
{BANNER}
BusyBox is copyrighted by many authors between 1998-2015.
Licensed under GPLv2. See source distribution for detailed
copyright notices.

Usage: busybox [function [arguments]...]
   or: busybox --list[-full]
   or: busybox --install [-s] [DIR]
   or: function [arguments]...

	BusyBox is a multi-call binary that combines many common Unix
	utilities into a single executable.  Most people will create a
	link to busybox for each function they wish to use and BusyBox
	will act like whatever it was invoked as.

Currently defined functions:
"""
WIDTH = 80


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """busybox [--list] [APPLET ARGUMENT…]"""
    if len(argv) == 1 or argv[1] == '--help':
        io.stdout.write(USAGE + _columns(_applets(ctx)))
        return 0
    if argv[1] == '--list':
        io.stdout.write(''.join(f'{name}\n' for name in _applets(ctx)))
        return 0
    if argv[1] == '--install':
        raise Complaint('--install is not simulated here: every applet has its link already')
    try:
        if argv[1] not in _applets(ctx):
            raise NotRunnable('applet not found', 127)
        applet = program(argv[1], ctx)
    except NotRunnable as problem:
        io.stderr.write(f'{argv[1]}: {problem}\n')
        return problem.status
    return await applet(argv[1:], io, ctx)


def _applets(ctx: Context) -> list[str]:
    """The programs that stand beside busybox."""
    folder = (find('busybox', ctx) or '/bin/busybox').rpartition('/')[0]
    return [name for name in ctx.files.listdir(folder) if name != 'busybox']


def _columns(names: list[str]) -> str:
    """Names with commas between them, broken as busybox breaks them."""
    lines, line = [], '\t'
    for name in names[:-1]:
        if len(line.expandtabs(8)) + len(name) + 2 > WIDTH:
            lines.append(line)
            line = '\t'
        line += f'{name}, '
    return '\n'.join([*lines, line + names[-1]]) + '\n'
