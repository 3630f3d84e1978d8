"""Pipelines, subshells, substitutions and jobs: what runs beside the shell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor.cluster.simulation import BrokenPipe, Cancelled, Pipe, Reader, Task
from tutor.shell import syntax
from tutor.shell.budget import MAX_TEXT
from tutor.shell.process import IO, SIGNALS, Context, Process
from tutor.shell.streams import BytesReader, Capture
from tutor.shell.unwinding import Break, Exit, Failed
from tutor.shell.vfs import Device

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def pipeline(shell: Shell, node: syntax.Pipeline, io: IO) -> int:
    started = shell.ctx.simulation.now
    shell.conditional += node.negated
    try:
        if len(node.commands) == 1:
            status = await shell.run(node.commands[0], io)
        else:
            status = await _pipe(shell, node, io)
    finally:
        shell.conditional -= node.negated
    if node.timed:
        spent = shell.ctx.simulation.now - started
        io.stderr.write(f'\nreal\t{int(spent // 60)}m{spent % 60:.3f}s\nuser\t0m0.000s\nsys\t0m0.000s\n')
    return int(not status) if node.negated else status


async def _pipe(shell: Shell, node: syntax.Pipeline, io: IO) -> int:
    simulation = shell.ctx.simulation
    tasks: list[Task[int]] = []
    source: Reader = io.stdin
    for place, command in enumerate(node.commands):
        last = place == len(node.commands) - 1
        pipe = None if last else Pipe(simulation)
        stage = IO(source, io.stdout if pipe is None else pipe,
                   pipe if pipe is not None and node.with_stderr[place] else io.stderr)
        ends = (source if place else None, pipe)
        tasks.append(simulation.spawn(_stage(shell.subshell(), command, stage, *ends), 'pipeline'))
        source = pipe  # type: ignore[assignment]
    statuses = await _all(tasks)
    shell.pipe_statuses = statuses
    shell.variables.set('PIPESTATUS', dict(enumerate(str(status) for status in statuses)))
    if shell.options.get('pipefail'):
        return next((status for status in reversed(statuses) if status), 0)
    return statuses[-1]


async def _all(tasks: list[Task[int]]) -> list[int]:
    try:
        return [await task for task in tasks]
    except Cancelled:
        for task in tasks:
            task.cancel()
        raise


async def _stage(shell: Shell, command: syntax.Node, io: IO, reads: Any, writes: Any) -> int:
    """Run one stage of a pipeline in a subshell; its ends of the pipes are closed after it."""
    try:
        return await isolated(shell, syntax.Script([(command, False)]), io)
    finally:
        if writes is not None:
            writes.close()
        if reads is not None and hasattr(reads, 'close_read'):
            reads.close_read()


async def isolated(shell: Shell, script: syntax.Script, io: IO) -> int:
    """Run in a subshell: `exit` and errors end only it."""
    previous, shell.io = shell.io, io
    shell.budget.shells += 1
    try:
        status = await shell.script(script, io)
    except (Exit, Failed) as leaving:
        status = leaving.status
    except Break:
        status = shell.status
    except BrokenPipe:
        status = 128 + SIGNALS['PIPE']
    finally:
        shell.io = previous
        shell.budget.shells -= 1
    if 'EXIT' in shell.traps:
        await shell.run_trap('EXIT')
    return status


async def capture(shell: Shell, script: syntax.Script) -> str:
    """What a script writes: $(…)."""
    output = Capture(MAX_TEXT)
    shell.status = await isolated(shell.subshell(), script, IO(shell.io.stdin, output, shell.io.stderr))
    return output.data().replace(b'\0', b'').decode('utf-8', 'surrogateescape')


# -- process substitution -----------------------------------------------------------------------------------------


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
        self._running: list[tuple[Pipe, Task[int]]] = []

    async def make(self, shell: Shell, part: syntax.ProcessSubstitution) -> str:
        """The path that stands for one."""
        files = shell.ctx.files
        number = 63
        while files.exists(f'/dev/fd/{number}'):
            number -= 1
        path = f'/dev/fd/{number}'
        if part.writes:
            pipe = Pipe(shell.ctx.simulation)
            task = shell.ctx.simulation.spawn(
                isolated(shell.subshell(), part.script, IO(pipe, shell.io.stdout, shell.io.stderr)), 'substitution')
            self._running.append((pipe, task))
            files.put(path, b'')
            place = files.find(path)
            place.parent.entries[place.name] = Consumer(pipe)
        else:
            text = await capture(shell, part.script)
            files.put(path, text.encode('utf-8', 'surrogateescape'))
        self._paths.append(path)
        return path

    async def finish(self, shell: Shell) -> None:
        for pipe, task in self._running:
            pipe.close()
            await task
        for path in self._paths:
            if shell.ctx.files.exists(path):
                shell.ctx.files.remove(path)
        self._running, self._paths = [], []


# -- jobs ---------------------------------------------------------------------------------------------------------


class Job:
    """A command in the background."""

    def __init__(self, number: int, process: Process, source: str) -> None:
        self.number = number
        self.process = process
        self.source = source

    @property
    def running(self) -> bool:
        return not self.process.exit.done

    def line(self, current: int) -> str:
        """What `jobs` prints of it."""
        sign = '+' if self.number == current else '-' if self.number == current - 1 else ' '
        state = 'Running'
        if not self.running:
            failure = self.process.exit.exception()
            status = 0 if failure is not None else self.process.exit.result()
            state = 'Done' if not status else f'Exit {status}' if status < 128 else \
                {137: 'Killed', 143: 'Terminated', 130: 'Interrupt'}.get(status, f'Exit {status}')
        return f'[{self.number}]{sign}  {state:<22}  {self.source}{" &" if self.running else ""}\n'


def in_background(shell: Shell, node: syntax.Node, io: IO, source: str) -> None:
    """command &"""
    inner = shell.subshell()
    quiet = IO(BytesReader(), io.stdout, io.stderr)

    async def main(_argv: list[str], own: IO, ctx: Context) -> int:
        inner.ctx = replace(ctx, cwd=inner.ctx.cwd, env=inner.ctx.env)
        if isinstance(node, syntax.Simple):
            inner.becomes = shell.ctx.host.processes.get(ctx.pid)
        return await isolated(inner, syntax.Script([(node, False)]), own)

    process = shell.ctx.host.start(main, [shell.name], quiet, inner.ctx)
    number = max(shell.jobs, default=0) + 1
    shell.jobs[number] = Job(number, process, source)
    shell.background_pid = process.pid
    if shell.interactive:
        io.stderr.write(f'[{number}] {process.pid}\n')


def report_jobs(shell: Shell) -> None:
    """Before the next prompt, an interactive shell says which jobs have ended."""
    current = max(shell.jobs, default=0)
    for number, job in list(shell.jobs.items()):
        if not job.running:
            shell.io.stdout.write(job.line(current))
            del shell.jobs[number]
