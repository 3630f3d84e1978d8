"""The streams of exec and attach: a program's own ends joined to those in a container, and how it ended there."""

from __future__ import annotations

from typing import Any

from tutor.client.transport import ExecSession
from tutor.cluster.simulation import BrokenPipe, Reader, Simulation, Task, Writer
from tutor.kubectl.errors import Exit, KubectlError
from tutor.shell.process import IO
from tutor.shell.terminal import Terminal
from tutor.shell.tty import joined

NO_TERMINAL = 'Unable to use a TTY - input is not a terminal or the right kind of file\n'
CHUNK = 32 * 1024


class StreamOptions:
    """exec.StreamOptions: what -i and -t ask for, and what standard input can give."""

    def __init__(self, io: IO, stdin: bool, tty: bool, quiet: bool = False) -> None:
        self.io = io
        self.stdin = stdin
        self.tty = tty and stdin
        if self.tty and not io.stdin.isatty:
            self.tty = False
            if not quiet:
                io.stderr.write(NO_TERMINAL)

    def query(self, container: str) -> dict[str, Any]:
        """PodExecOptions and PodAttachOptions. A terminal has no standard error of its own."""
        found: dict[str, Any] = {'container': container, 'stdout': 'true'}
        if self.stdin:
            found['stdin'] = 'true'
        if self.tty:
            found['tty'] = 'true'
        else:
            found['stderr'] = 'true'
        return found


async def join(session: ExecSession, simulation: Simulation, streams: StreamOptions) -> None:
    """Copy until the container's side has ended; raises what went wrong there."""
    io = streams.io
    terminal: Terminal | None = getattr(io.stdin, 'terminal', None) if streams.tty and session.resize else None
    with joined(terminal, session.console, session.resize):
        await _copied(session, simulation, streams)
    _raise_failure(await session.status, io)


async def _copied(session: ExecSession, simulation: Simulation, streams: StreamOptions) -> None:
    io = streams.io
    tasks: list[Task[None]] = []
    feeding: Task[None] | None = None
    if streams.stdin and session.stdin is not None:
        feeding = simulation.spawn(_feed(io.stdin, session.stdin), 'stdin')
    tasks.append(simulation.spawn(_copy(session.stdout, io.stdout), 'stdout'))
    if session.stderr is not None:
        tasks.append(simulation.spawn(_copy(session.stderr, io.stderr), 'stderr'))
    try:
        for task in tasks:
            await task
        await session.status
    finally:
        for task in (*tasks, *([feeding] if feeding else ())):
            task.cancel()
        session.close()


async def _feed(source: Reader, target: Writer) -> None:
    """Standard input until its end, which the container is told of."""
    try:
        while data := await source.read(CHUNK):
            target.write(data)
            await target.drain()
    except BrokenPipe:
        return
    target.close()


async def _copy(source: Reader, target: Writer) -> None:
    while data := await source.read(CHUNK):
        target.write(data)
        await target.drain()


def _raise_failure(status: dict[str, Any], io: IO) -> None:
    """remotecommand's errorDecoderV4: kubectl ends with the exit code of the program in the container."""
    if status.get('status') == 'Success':
        return
    if status.get('reason') == 'NonZeroExitCode':
        for cause in (status.get('details') or {}).get('causes') or ():
            if cause.get('reason') == 'ExitCode':
                code = int(cause['message'])
                io.stderr.write(f'command terminated with exit code {code}\n')
                raise Exit(code)
        raise KubectlError('error stream protocol error: no ExitCode cause given')
    raise KubectlError(status.get('message', ''))
