"""vi, vim, nano, edit: the terminal's editor."""

from __future__ import annotations

from tutor.cluster.simulation import BrokenPipe
from tutor.shell.access import guard, own
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.options import Help
from tutor.shell.vfs import Directory, normalize


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """vi|vim|nano|edit FILE…"""
    name = argv[0].rpartition('/')[2]
    paths = [word for word in argv[1:] if not word.startswith(('-', '+'))]
    terminal = ctx.terminal
    if '--help' in argv[1:] and ctx.host.userland == 'busybox':
        raise Help(name)
    if terminal is None or not io.stdin.isatty:
        return _without_terminal(name, io, ctx.host.userland)
    if not paths:
        raise Complaint('which file?')
    for path in paths:
        await _edit(path, terminal, io, ctx)
    return 0


def _without_terminal(name: str, io: IO, userland: str) -> int:
    """What the real ones say when there is no terminal."""
    if userland == 'busybox':
        io.stderr.write(f"{name}: can't read user input\n")
    elif name == 'nano':
        io.stderr.write('Standard input is not a terminal\n')
    elif name in ('vi', 'vim'):
        io.stderr.write('Vim: Warning: Output is not to a terminal\nVim: Warning: Input is not from a terminal\n')
    else:
        io.stderr.write(f'{name}: standard input is not a terminal\n')
    return 1


async def _edit(path: str, terminal, io: IO, ctx: Context) -> None:
    whole = normalize(path, ctx.cwd)
    try:
        existed = ctx.files.exists(whole)
        if existed and isinstance(ctx.files.node(whole), Directory):
            raise Complaint(f'{path}: Is a directory')
        before = ctx.files.read_text(whole) if existed else ''
        try:
            after = await terminal.edit(path, before)
        except BrokenPipe:
            raise Complaint('this screen has no editor; write the file with cat > FILE <<EOF') from None
        if after is None or (existed and after == before):
            return
        if not existed:
            guard(whole, ctx)
        ctx.files.write(whole, after)
        if not existed:
            own(whole, ctx)
    except OSError as problem:
        raise Complaint(f'{path}: {reason(problem)}') from None
