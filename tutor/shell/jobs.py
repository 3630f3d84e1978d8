"""Jobs: commands in the background, and what a shell says when one was killed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.cluster.simulation import Future
from tutor.shell import printing, syntax
from tutor.shell.process import IO, Context, Process
from tutor.shell.streams import BytesReader

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

    @property
    def running(self) -> bool:
        return not self.process.exit.done

    @property
    def state(self) -> str:
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
        return f'[{self.number}]{sign}{pid}{self.state:<{WIDTH}}{self.source}{" &" if self.running else ""}\n'


def current_jobs(shell: Shell) -> tuple[int, int]:
    """The numbers of %+ and %-: the newest that runs, and the one before."""
    running = sorted((number for number, job in shell.jobs.items() if job.running), reverse=True)
    order = running + sorted((number for number in shell.jobs if number not in running), reverse=True)
    return (order[0] if order else 0), (order[1] if len(order) > 1 else 0)


def in_background(shell: Shell, node: syntax.Node, io: IO) -> None:
    """command &"""
    inner = shell.subshell()
    quiet = IO(BytesReader(), io.stdout, io.stderr)

    async def main(_argv: list[str], own: IO, ctx: Context) -> int:
        from tutor.shell.pipelines import isolated
        inner.ctx = replace(ctx, cwd=inner.ctx.cwd, env=inner.ctx.env)
        if isinstance(node, syntax.Simple):
            inner.becomes = shell.ctx.host.processes.get(ctx.pid)
        return await isolated(inner, syntax.Script([(node, False)]), own)

    process = shell.ctx.host.start(main, [shell.name], quiet, inner.ctx)
    number = max(shell.jobs, default=0) + 1
    shell.jobs[number] = Job(number, process, printing.command(node), shell.depth)
    shell.background_pid = process.pid
    if shell.interactive:
        io.stderr.write(f'[{number}] {process.pid}\n')


def report_jobs(shell: Shell) -> None:
    """Before the next prompt, an interactive shell says which jobs have ended."""
    current, previous = current_jobs(shell)
    for number, job in list(shell.jobs.items()):
        if not job.running:
            shell.io.stdout.write(job.line(current, previous))
            del shell.jobs[number]


def report_killed(shell: Shell, process: Process, source: str, foreground: bool = True) -> None:
    """What a shell says of a process that a signal ended (bash's notify_of_job_status)."""
    signal = process.killed_by
    if signal is None or signal in ('INT', 'PIPE') or shell.dialect.name != 'bash':
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

