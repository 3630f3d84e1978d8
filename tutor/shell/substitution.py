"""Process substitution: commands that are read and written like files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.cluster.simulation import Pipe, Task
from tutor.shell.isolation import isolated
from tutor.shell.pipelines import written
from tutor.shell.process import IO
from tutor.shell.syntax import ProcessSubstitution
from tutor.shell.vfs import Device

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


class ReadEnd:
    """Closes the reading end of a pipe."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    def close(self) -> None:
        self._pipe.close_read()


class WriteEnd:
    """The writing end of a pipe, and the command that reads it."""

    def __init__(self, pipe: Pipe, task: Task[int]) -> None:
        self.pipe, self.task = pipe, task

    def close(self) -> None:
        self.pipe.close()


def to_process(shell: Shell, part: ProcessSubstitution, io: IO) -> WriteEnd:
    """> >(…): a command that reads what is written."""
    pipe, inner = Pipe(shell.ctx.simulation), shell.subshell()
    return WriteEnd(pipe, shell.ctx.simulation.spawn(isolated(inner, part.script, IO(pipe, io.stdout, io.stderr)),
                                                     'substitution'))


def from_process(shell: Shell, part: ProcessSubstitution, io: IO) -> Pipe:
    """< <(…): what a command writes, as it writes it."""
    pipe, inner = Pipe(shell.ctx.simulation), shell.subshell()

    async def run() -> None:
        try:
            await isolated(inner, part.script, IO(io.stdin, pipe, io.stderr))
        finally:
            pipe.close()

    shell.ctx.simulation.spawn(run(), 'substitution')
    return pipe


class Consumer(Device):
    """The file of >(…): what is written to it goes to the command."""

    __slots__ = ('pipe',)

    def __init__(self, pipe: Pipe) -> None:
        super().__init__(None, 'pipe')
        self.pipe = pipe

    def write(self, data: bytes) -> None:
        self.pipe.write(data)


class Substitutions:
    """The files of the <(…) and >(…) of one command; `finish` waits for the commands behind them and removes them."""

    def __init__(self) -> None:
        self._paths: list[str] = []
        self._running: list[WriteEnd] = []

    async def make(self, shell: Shell, part: ProcessSubstitution) -> str:
        """The path that stands for one."""
        files = shell.ctx.files
        number = 63
        while files.exists(f'/dev/fd/{number}'):
            number -= 1
        path = f'/dev/fd/{number}'
        if part.writes:
            end = to_process(shell, part, shell.io)
            self._running.append(end)
            files.put(path, b'')
            place = files.find(path)
            place.parent.entries[place.name] = Consumer(end.pipe)
        else:
            files.put(path, await written(shell, part.script))
        self._paths.append(path)
        return path

    async def finish(self, shell: Shell) -> None:
        for end in self._running:
            end.close()
            await end.task
        for path in self._paths:
            if shell.ctx.files.exists(path):
                shell.ctx.files.remove(path)
        self._running, self._paths = [], []
