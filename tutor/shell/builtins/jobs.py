"""Jobs: wait, jobs, kill, fg, bg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.builtins.arguments import parted
from tutor.shell.holding import interruptible
from tutor.shell.jobs import current_jobs, ended, first_ended, go_on
from tutor.shell.process import IO, SIGNALS
from tutor.shell.unwinding import Exit

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell
    from tutor.shell.jobs import Job

ALL = tuple(SIGNALS)
NUMBERS = {number: name for name, number in SIGNALS.items()}


async def wait(argv: list[str], io: IO, shell: Shell) -> int:
    """wait [-n] [ID…]: for jobs or processes, all of them without arguments."""
    letters, words = parted(argv)
    chosen, status = [], 0
    for word in words:
        job = job_of(word, shell)
        if job is None:
            shell.complain(io, f'wait: {word}: no such job' if word.startswith('%') else
                           f'wait: pid {word} is not a child of this shell' if word.isdigit() else
                           f"wait: `{word}': not a pid or valid job spec")
            status = 127 if word.isdigit() or word.startswith('%') else 1
        else:
            chosen.append(job)
    waiting = _wait(shell, 'n' in letters, words, chosen, status)
    if shell.interactive or not shell.traps:
        return await waiting
    return await interruptible(shell, shell.ctx.simulation.spawn(waiting, 'wait'))


async def _wait(shell: Shell, for_one: bool, words: list[str], chosen: list[Job], status: int) -> int:
    own = [job for job in shell.jobs.values() if job.depth == shell.depth]
    if for_one:
        first = await first_ended(shell, chosen if words else own)
        return 127 if first is None else await ended(shell, first)
    for job in chosen if words else own:
        status = await ended(shell, job)
    return status if words else 0


def job_of(word: str, shell: Shell) -> Job | None:
    """The job of `%1`, `%+`, `%-`, `%name`, `%?text` or a process number."""
    if not word.startswith('%') and word:
        return next((job for job in shell.jobs.values() if str(job.process.pid) == word), None)
    current, previous = current_jobs(shell)
    name = word[1:]
    if name in ('', '%', '+'):
        return shell.jobs.get(current)
    if name == '-':
        return shell.jobs.get(previous)
    if name.isdigit():
        return shell.jobs.get(int(name))
    return next((job for job in shell.jobs.values() if
                 (name[1:] in job.source if name.startswith('?') else job.source.startswith(name))), None)


async def jobs(argv: list[str], io: IO, shell: Shell) -> int:
    """jobs [-lprs] [JOB…]"""
    letters, words = parted(argv)
    current, previous = current_jobs(shell)
    chosen = list(shell.jobs.values())
    if words:
        chosen = []
        for word in words:
            job = job_of(word, shell)
            if job is None:
                shell.complain(io, f'jobs: {word}: no such job')
                return 1
            chosen.append(job)
    for job in chosen:
        if ('r' in letters and (not job.running or job.stopped)) or ('s' in letters and not job.stopped):
            continue
        io.stdout.write(f'{job.process.pid}\n' if 'p' in letters else job.line(current, previous, 'l' in letters))
        if not job.running:
            shell.jobs.pop(job.number, None)
    return 0


def _wanted(argv: list[str], io: IO, shell: Shell) -> Job | None:
    """The job that fg or bg is asked for; None after a message."""
    word = argv[1] if len(argv) > 1 else ''
    if not shell.interactive and not shell.options.get('monitor'):
        shell.complain(io, f'{argv[0]}: no job control')
        return None
    job = job_of(word, shell)
    if job is None:
        shell.complain(io, f'{argv[0]}: {word or "current"}: no such job')
    return job


async def fg(argv: list[str], io: IO, shell: Shell) -> int:
    """fg [JOB]: wait for a job as if it had been started without &."""
    job = _wanted(argv, io, shell)
    if job is None:
        return 1
    io.stdout.write(job.source + '\n')
    if shell.ctx.terminal is not None:
        shell.ctx.terminal.set_mode(job.mode)
    go_on(shell, job)
    return await shell.wait_for(job.process, job.source)


async def bg(argv: list[str], io: IO, shell: Shell) -> int:
    """bg [JOB]: a stopped job goes on in the background. (One that reads the terminal reads it; no SIGTTIN.)"""
    job = _wanted(argv, io, shell)
    if job is None:
        return 1
    if job.stopped:
        current, previous = current_jobs(shell)
        sign = '+' if job.number == current else '-' if job.number == previous else ' '
        go_on(shell, job)
        io.stdout.write(f'[{job.number}]{sign} {job.source} &\n')
        return 0
    shell.complain(io, f'bg: job {job.number} already in background')
    return 0


async def kill(argv: list[str], io: IO, shell: Shell) -> int:
    words, signal = argv[1:], 'TERM'
    if words and words[0] == '-l':
        list_signals(words[1:], io, shell)
        return 0
    if words[:1] in (['-s'], ['-n']) and len(words) == 1:
        shell.complain(io, f'kill: {words[0]}: option requires an argument')
        return 1
    if words and words[0] in ('-s', '-n') and len(words) > 1:
        signal, words = words[1], words[2:]
    elif words and words[0].startswith('-') and len(words[0]) > 1:
        signal, words = words[0][1:], words[1:]
    name = NUMBERS.get(int(signal), signal) if signal.isdigit() else signal.upper().removeprefix('SIG')
    if name not in SIGNALS and signal != '0':
        if shell.busybox:
            io.stderr.write(f"{shell.name}: bad signal name '{signal}'\n")
        else:
            shell.complain(io, f'kill: {signal}: invalid signal specification')
        return 1
    if not words and shell.busybox:
        io.stderr.write(f'{shell.name}: you need to specify whom to kill\n')
        return 1
    if not words:
        io.stderr.write('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... '
                        'or kill -l [sigspec]\n')
        return 2
    status = 0
    for word in words:
        if _is_shell(word, name, shell):
            status |= await _signal_self(name, signal, shell)
        else:
            status |= _send(word, name, signal, io, shell)
    return status


def list_signals(words: list[str], io: IO, shell: Shell) -> None:
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
        numbered = shell.dialect.name == 'ash'
        io.stdout.write(''.join(f'{number:2d}) {name}\n' if numbered else f'{name}\n'
                                for number, name in enumerate(ALL, 1)))
        return
    io.stdout.write(''.join('\t'.join(cells[start:start + 5]) + '\n' for start in range(0, len(cells), 5)))


def _is_shell(word: str, name: str, shell: Shell) -> bool:
    """Whether a signal is this shell's own to deal with: it is no process of the table, or has a trap, which it runs
    before the next command."""
    return word == shell.parameter('$') and (
        shell.ctx.host.processes.get(int(word)) is None or (not shell.depth and name in shell.traps))


async def _signal_self(name: str, signal: str, shell: Shell) -> int:
    """A signal of this shell to itself."""
    if signal == '0':
        return 0
    if name in shell.traps:
        await shell.run_trap(name)
    elif not (shell.interactive and name in ('TERM', 'INT', 'QUIT', 'HUP')):
        raise Exit(128 + SIGNALS.get(name, 15))
    return 0


def _send(word: str, name: str, signal: str, io: IO, shell: Shell) -> int:
    job = job_of(word, shell) if word.startswith('%') else None
    if job is None and word.startswith('%'):
        shell.complain(io, f'kill: {word}: no such job')
        return 1
    process = job.process if job else shell.ctx.host.processes.get(int(word)) if word.isdigit() else None
    if process is None:
        if not word.isdigit() and not shell.busybox:
            shell.complain(io, f'kill: {word}: arguments must be process or job IDs')
            return 1
        if not shell.busybox:
            shell.complain(io, f'kill: ({word}) - No such process')
        elif word.isdigit():
            io.stderr.write(f"{shell.name}: can't kill pid {word}: No such process\n")
        else:
            io.stderr.write(f"{shell.name}: invalid number '{word}'\n")
        return 1
    if signal != '0':
        process.signal(name)
        if job is not None and job.stopped and name in ('TERM', 'HUP'):  # kill_builtin: it is to hear of it
            go_on(shell, job)
    return 0
