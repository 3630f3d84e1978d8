"""Jobs: wait, jobs, kill, fg, bg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.process import IO, SIGNALS

if TYPE_CHECKING:
    from tutor.shell.interpreter import Job, Shell

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
        job = _job(word, shell)
        if job is None:
            shell.complain(io, f'wait: pid {word} is not a child of this shell')
            status = 127
            continue
        status = await job.process.exit
        shell.jobs.pop(job.number, None)
    return status


def _job(word: str, shell: Shell) -> Job | None:
    if word in ('%%', '%+', ''):
        return shell.jobs[max(shell.jobs)] if shell.jobs else None
    if word.startswith('%'):
        return shell.jobs.get(int(word[1:])) if word[1:].isdigit() else None
    return next((job for job in shell.jobs.values() if str(job.process.pid) == word), None)


async def jobs(argv: list[str], io: IO, shell: Shell) -> int:
    for number, job in list(shell.jobs.items()):
        sign = '+' if number == max(shell.jobs) else '-' if number == max(shell.jobs) - 1 else ' '
        state = 'Running' if job.running else 'Done'
        io.stdout.write(f'[{number}]{sign}  {state:<23} {job.source}{" &" if job.running else ""}\n')
        if not job.running:
            del shell.jobs[number]
    return 0


async def fg(argv: list[str], io: IO, shell: Shell) -> int:
    job = _job(argv[1] if len(argv) > 1 else '', shell)
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
        io.stdout.write(' '.join(f'{number}) SIG{name}' for number, name in sorted(NUMBERS.items())) + '\n')
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
        status |= _send(word, name, signal, io, shell)
    return status


def _send(word: str, name: str, signal: str, io: IO, shell: Shell) -> int:
    job = _job(word, shell) if word.startswith('%') else None
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
