"""Jobs: wait, jobs, kill, fg, bg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.process import IO, SIGNALS
from tutor.shell.unwinding import Exit

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell
    from tutor.shell.pipelines import Job

ALL = ('HUP', 'INT', 'QUIT', 'ILL', 'TRAP', 'ABRT', 'BUS', 'FPE', 'KILL', 'USR1', 'SEGV', 'USR2', 'PIPE', 'ALRM',
       'TERM', 'STKFLT', 'CHLD', 'CONT', 'STOP', 'TSTP', 'TTIN', 'TTOU', 'URG', 'XCPU', 'XFSZ', 'VTALRM', 'PROF',
       'WINCH', 'IO', 'PWR', 'SYS')
NUMBERS = {number: name for name, number in SIGNALS.items()}


async def wait(argv: list[str], io: IO, shell: Shell) -> int:
    """Wait for jobs or processes, all of them without arguments."""
    words = [word for word in argv[1:] if not word.startswith('-')]
    if not words:
        for job in list(shell.jobs.values()):
            await job.process.exit
        shell.jobs.clear()
        return 0
    status = 0
    for word in words:
        job = job_of(word, shell)
        if job is None:
            shell.complain(io, f'wait: pid {word} is not a child of this shell')
            status = 127
            continue
        status = await job.process.exit
        shell.jobs.pop(job.number, None)
    return status


def job_of(word: str, shell: Shell) -> Job | None:
    if word in ('%%', '%+', ''):
        return shell.jobs[max(shell.jobs)] if shell.jobs else None
    if word.startswith('%'):
        return shell.jobs.get(int(word[1:])) if word[1:].isdigit() else None
    return next((job for job in shell.jobs.values() if str(job.process.pid) == word), None)


async def jobs(argv: list[str], io: IO, shell: Shell) -> int:
    current = max(shell.jobs, default=0)
    for number, job in list(shell.jobs.items()):
        io.stdout.write(f'{job.process.pid}\n' if '-p' in argv else job.line(current))
        if not job.running:
            del shell.jobs[number]
    return 0


async def fg(argv: list[str], io: IO, shell: Shell) -> int:
    job = job_of(argv[1] if len(argv) > 1 else '', shell)
    if job is None:
        shell.complain(io, f'fg: {argv[1] if len(argv) > 1 else "current"}: no such job')
        return 1
    io.stdout.write(job.source + '\n')
    shell.jobs.pop(job.number, None)
    return await shell.wait_for(job.process)


async def bg(argv: list[str], io: IO, shell: Shell) -> int:
    shell.complain(io, 'bg: jobs are not stopped in this shell, so there is nothing to continue')
    return 1


async def kill(argv: list[str], io: IO, shell: Shell) -> int:
    words, signal = argv[1:], 'TERM'
    if words and words[0] == '-l':
        _list_signals(words[1:], io, shell)
        return 0
    if words and words[0] in ('-s', '-n') and len(words) > 1:
        signal, words = words[1], words[2:]
    elif words and words[0].startswith('-') and len(words[0]) > 1:
        signal, words = words[0][1:], words[1:]
    name = NUMBERS.get(int(signal), signal) if signal.isdigit() else signal.upper().removeprefix('SIG')
    if name not in SIGNALS and signal != '0':
        shell.complain(io, f'kill: {signal}: invalid signal specification')
        return 1
    if not words:
        io.stderr.write('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... '
                        'or kill -l [sigspec]\n')
        return 2
    status = 0
    for word in words:
        if _is_shell(word, shell):
            status |= await _signal_self(name, signal, shell)
        else:
            status |= _send(word, name, signal, io, shell)
    return status


def _list_signals(words: list[str], io: IO, shell: Shell) -> None:
    """kill -l: all signals in a table, or the names of numbers."""
    if words:
        for word in words:
            number = int(word) % 128 if word.isdigit() else 0
            io.stdout.write(f'{ALL[number - 1]}\n' if 0 < number <= len(ALL) else
                            f'{ALL.index(word.upper().removeprefix("SIG")) + 1}\n'
                            if word.upper().removeprefix('SIG') in ALL else '')
        return
    cells = [f'{number:2d}) SIG{name}' for number, name in enumerate(ALL, 1)]
    if shell.dialect.name != 'bash':
        io.stdout.write(''.join(f'{name}\n' for name in ALL))
        return
    io.stdout.write(''.join('\t'.join(cells[start:start + 5]) + '\n' for start in range(0, len(cells), 5)))


def _is_shell(word: str, shell: Shell) -> bool:
    return word == shell.parameter('$') and shell.ctx.host.processes.get(int(word)) is None


async def _signal_self(name: str, signal: str, shell: Shell) -> int:
    """A signal to a shell that is no process of the table: the one at the prompt."""
    if signal == '0':
        return 0
    if name in shell.traps:
        await shell.run_trap(name)
    elif not (shell.interactive and name in ('TERM', 'INT', 'QUIT', 'HUP')):
        raise Exit(128 + SIGNALS.get(name, 15))
    return 0


def _send(word: str, name: str, signal: str, io: IO, shell: Shell) -> int:
    job = job_of(word, shell) if word.startswith('%') else None
    process = job.process if job else shell.ctx.host.processes.get(int(word)) if word.isdigit() else None
    if process is None:
        reason = 'No such process' if word.isdigit() else 'arguments must be process or job IDs'
        shell.complain(io, f"kill: can't kill pid {word}: {reason}" if shell.busybox else f'kill: ({word}) - {reason}')
        return 1
    if signal != '0':
        try:
            process.signal(name)
        except PermissionError as problem:
            shell.complain(io, f"kill: can't kill pid {word}: {problem.strerror}" if shell.busybox
                           else f'kill: ({word}) - {problem.strerror}')
            return 1
    return 0
