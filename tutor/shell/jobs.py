"""Jobs: commands in the background, and what a shell says when one was killed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor.cluster.simulation import Cancelled, Future
from tutor.cluster.simulation.coroutines import wait_first
from tutor.shell import printing, syntax
from tutor.shell.isolation import isolated
from tutor.shell.process import IO, SIGNALS, Context, Process
from tutor.shell.streams import BytesReader
from tutor.shell.tty import SANE, Mode
from tutor.shell.unwinding import Break

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

SIGNAL_WORDS = {'HUP': 'Hangup', 'QUIT': 'Quit', 'KILL': 'Killed', 'USR1': 'User defined signal 1',
                'USR2': 'User defined signal 2', 'ALRM': 'Alarm clock', 'TERM': 'Terminated', 'INT': 'Interrupt',
                'PIPE': 'Broken pipe', 'ABRT': 'Aborted', 'SEGV': 'Segmentation fault'}
WIDTH = 24


class Job:
    """A command in the background. `depth` is that of the shell whose child it is."""

    def __init__(self, number: int, process: Process, source: str, depth: int = 0) -> None:
        self.number = number
        self.process = process
        self.source = source
        self.depth = depth
        self.stops = 0
        """When it was stopped last, counted over all jobs of the shell; 0: it has never been."""
        self.told_stopped = False
        self.mode: Mode = SANE
        """In which mode it left the terminal."""

    @property
    def stopped(self) -> bool:
        return self.running and self.process.gate.closed

    @property
    def running(self) -> bool:
        return not self.process.exit.done

    @property
    def state(self) -> str:
        if self.stopped:
            return 'Stopped'
        if self.running:
            return 'Running'
        if self.process.killed_by:
            return SIGNAL_WORDS.get(self.process.killed_by, self.process.killed_by)
        status = 0 if self.process.exit.exception() is not None else self.process.exit.result()
        return f'Exit {status}' if status else 'Done'

    def line(self, current: int, previous: int, with_pid: bool = False) -> str:
        """What `jobs` prints of it."""
        sign = '+' if self.number == current else '-' if self.number == previous else ' '
        pid = f' {self.process.pid} ' if with_pid else '  '
        state = 'Stopped (signal)' if with_pid and self.stopped and self.process.stopped_by == 'STOP' else self.state
        return f'[{self.number}]{sign}{pid}{state:<{WIDTH}}{self.source}' + (
            ' &\n' if self.running and not self.stopped else '\n')


def current_jobs(shell: Shell) -> tuple[int, int]:
    """The numbers of %+ and %-: the one that was stopped last, else the newest that runs, and the one before."""
    order = sorted(shell.jobs, key=lambda number: (shell.jobs[number].stopped, shell.jobs[number].running, (
        shell.jobs[number].stops if shell.jobs[number].stopped else 0), number), reverse=True)
    return (order[0] if order else 0), (order[1] if len(order) > 1 else 0)


def in_background(shell: Shell, node: syntax.Node, io: IO) -> None:
    """command &"""
    inner = shell.subshell()
    quiet = IO(BytesReader(), io.stdout, io.stderr)

    async def main(_argv: list[str], own: IO, ctx: Context) -> int:
        inner.ctx = replace(ctx, cwd=inner.ctx.cwd, env=inner.ctx.env)
        if isinstance(node, syntax.Simple):
            inner.becomes = shell.ctx.host.processes.get(ctx.pid)
        return await isolated(inner, syntax.Script([(node, False)]), own)

    process = shell.ctx.host.start(main, [shell.name], quiet, inner.ctx)
    number = new_job(shell, process, printing.command(node)).number
    shell.background_pid = process.pid
    if shell.interactive:
        io.stderr.write(f'[{number}] {process.pid}\n')


def new_job(shell: Shell, process: Process, source: str) -> Job:
    """Note a command that runs beside the shell, or is stopped."""
    number = max(shell.jobs, default=0) + 1
    shell.jobs[number] = Job(number, process, source, shell.depth)
    return shell.jobs[number]


# -- the foreground -----------------------------------------------------------------------------------------------


async def in_foreground(shell: Shell, process: Process, source: str) -> int:
    """Wait until a process has ended, or is stopped and becomes a job; its exit status, or 128 + the signal."""
    job = next((job for job in shell.jobs.values() if job.process is process), None)
    before, shell.foreground = shell.foreground, process
    try:
        await wait_first(shell.ctx.simulation, process.exit, process.gate.closing)
    except Cancelled:
        if job is not None:
            del shell.jobs[job.number]
        raise
    finally:
        shell.foreground = before
    if process.exit.done:
        if job is not None:
            del shell.jobs[job.number]
        return process.exit.result()
    _note_stopped(shell, job or new_job(shell, process, source))
    if shell.loops:  # wait_for: a loop ends with the command that was stopped in it
        raise Break(shell.loops, again=False)
    return 128 + SIGNALS[process.stopped_by]


def _note_stopped(shell: Shell, job: Job) -> None:
    """The terminal is the shell's again, which says what was stopped."""
    job.stops = max(each.stops for each in shell.jobs.values()) + 1
    job.told_stopped = True
    terminal = shell.ctx.terminal
    if terminal is not None:
        job.mode = terminal.mode
        terminal.set_mode(SANE)
    shell.io.stderr.write(job.line(*current_jobs(shell)))


async def grouped(shell: Shell, work: Callable[[Context], Coroutine[Any, Any, int]], source: str) -> int:
    """Run what is more than one process, a pipeline or a subshell, in the foreground of an interactive shell: `work`
    gets the context in which its programs start, and all of it stops at once."""
    async def main(_argv: list[str], _io: IO, ctx: Context) -> int:
        return await work(ctx)

    process = Group(shell)
    process.task = shell.ctx.simulation.spawn(process.run(main, shell.io), source, process.gate)
    try:
        return await in_foreground(shell, process, source)
    except Cancelled:
        process.kill('INT')
        raise


class Group(Process):
    """The processes of a pipeline or a subshell: not in the table itself, but stopped and ended as one."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(0, [shell.name], replace(shell.ctx))
        self._host = shell.ctx.host

    @property
    def members(self) -> list[Process]:
        return [process for process in self._host.processes.values() if process.gate.inside(self.gate)]

    def signal(self, name: str) -> None:
        for process in self.members:
            self.pid = self.pid or process.pid
            if name in process.context.signals:
                process.signal(name)
        super().signal(name)


def go_on(shell: Shell, job: Job) -> None:
    """Let a stopped job run again."""
    job.told_stopped = False
    job.process.signal('CONT')


def report_jobs(shell: Shell) -> None:
    """Before the next prompt, an interactive shell says which jobs have ended."""
    current, previous = current_jobs(shell)
    for number, job in list(shell.jobs.items()):
        if not job.running:
            shell.io.stdout.write(job.line(current, previous))
            del shell.jobs[number]
        elif job.stopped and not job.told_stopped:
            job.told_stopped = True
            shell.io.stdout.write(job.line(current, previous))


def report_killed(shell: Shell, process: Process, source: str, foreground: bool = True) -> None:
    """What a shell says of a process that a signal ended (bash's notify_of_job_status)."""
    signal = process.killed_by
    if signal is None or signal in ('INT', 'PIPE') or shell.dialect.name == 'dash':
        return
    if shell.dialect.name == 'ash':
        shell.io.stderr.write(f'{SIGNAL_WORDS.get(signal, signal)}\n')
        return
    if foreground and (shell.interactive or shell.line is None):
        shell.io.stderr.write(f'{SIGNAL_WORDS.get(signal, signal)}\n')
    elif signal != 'TERM':
        shell.complain(shell.io, f'{process.pid:5} {SIGNAL_WORDS.get(signal, signal):<{WIDTH}}{source}')


async def ended(shell: Shell, job: Job) -> int:
    """Wait for a job; its exit status. It is forgotten then."""
    status = await job.process.exit
    shell.jobs.pop(job.number, None)
    if not shell.interactive:
        report_killed(shell, job.process, job.source, foreground=False)
    return status


async def first_ended(shell: Shell, jobs: list[Job]) -> Job | None:
    """The first of some jobs that ends, or has ended; None if there are none."""
    if not jobs:
        return None
    done = [job for job in jobs if not job.running]
    if not done:
        first: Future[Job] = Future(shell.ctx.simulation)
        for job in jobs:
            job.process.exit.on_done(lambda _, job=job: first.resolve(job))
        return await first
    return done[0]
