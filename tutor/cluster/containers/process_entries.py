"""What /proc/<pid> says of a process, whether a container or the machine itself runs it (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.cluster.simulation import encoded
from tutor.shell.inodes import File
from tutor.shell.programs.ps import name_of

if TYPE_CHECKING:
    from tutor.shell.process import Process


def words(process: Process) -> dict[str, File]:
    """The files that hold what a process was called with."""
    environment = '\0'.join(f'{name}={value}' for name, value in process.context.env.items())
    return {'cmdline': File(None, encoded('\0'.join([*process.argv, ''])), 0o444),
            'comm': File(None, encoded(f'{name_of(process)}\n'), 0o644),
            'environ': File(None, encoded(environment), 0o400)}


def identity(process: Process, parent: int) -> str:
    """The lines with which `status` begins: names and numbers."""
    context = process.context
    uids, gids = '\t'.join([str(context.uid)] * 4), '\t'.join([str(context.gid)] * 4)
    return (f'Name:\t{name_of(process)}\nUmask:\t{context.umask:04o}\nState:\tS (sleeping)\n'
            f'Tgid:\t{process.pid}\nPid:\t{process.pid}\nPPid:\t{parent}\nUid:\t{uids}\nGid:\t{gids}\n')
