"""ulimit. Limits are kept and shown; nothing here comes so far as to reach them."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from tutor.shell.process import IO

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

USAGE = 'ulimit: usage: ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]\n'
PROCESSES = 15571
"""What the kernel gives a machine of 4 GiB."""


class Limit(NamedTuple):
    """One line of `ulimit -a`: its letter, its name, its unit, and how much there is of it."""

    letter: str
    title: str
    unit: str = ''
    value: float = inf


OF_DASH = (('t', 'time(seconds)'), ('f', 'file(blocks)'), ('d', 'data(kbytes)'), ('s', 'stack(kbytes)'),
           ('c', 'coredump(blocks)'), ('m', 'memory(kbytes)'), ('l', 'locked memory(kbytes)'), ('u', 'process'),
           ('n', 'nofiles'), ('v', 'vmemory(kbytes)'), ('x', 'locks'), ('r', 'rtprio'))
OF_ASH = (('f', '-f: file size (blocks)'), ('t', '-t: cpu time (seconds)'), ('d', '-d: data seg size (kb)'),
          ('s', '-s: stack size (kb)'), ('c', '-c: core file size (blocks)'), ('m', '-m: resident set size (kb)'),
          ('l', '-l: locked memory (kb)'), ('u', '-p: processes'), ('n', '-n: file descriptors'),
          ('v', '-v: address space (kb)'), ('x', '-w: locks'), ('e', '-e: scheduling priority'),
          ('r', '-r: real-time priority'))
"""What these show of all limits: bash's letter of each, and their own words."""
LIMITS = (
    Limit('R', 'real-time non-blocking time', 'microseconds'), Limit('c', 'core file size', 'blocks', 0),
    Limit('d', 'data seg size', 'kbytes'), Limit('e', 'scheduling priority', '', 0), Limit('f', 'file size', 'blocks'),
    Limit('i', 'pending signals', '', PROCESSES), Limit('l', 'max locked memory', 'kbytes', 8192),
    Limit('m', 'max memory size', 'kbytes'), Limit('n', 'open files'), Limit('p', 'pipe size', '512 bytes', 8),
    Limit('q', 'POSIX message queues', 'bytes', 819200), Limit('r', 'real-time priority', '', 0),
    Limit('s', 'stack size', 'kbytes', 8192), Limit('t', 'cpu time', 'seconds'),
    Limit('u', 'max user processes', '', PROCESSES), Limit('v', 'virtual memory', 'kbytes'), Limit('x', 'file locks'),
)
BY_LETTER = {limit.letter: limit for limit in LIMITS}


async def ulimit(argv: list[str], io: IO, shell: Shell) -> int:
    """ulimit [-SHabcdefiklmnpqrstuvxPRT] [LIMIT]"""
    letters, value = '', ''
    for word in argv[1:]:
        if word.startswith('-') and len(word) > 1:
            letters += word[1:]
        else:
            value = word
    unknown = next((letter for letter in letters if letter not in BY_LETTER and letter not in 'SHa'), '')
    if unknown:
        shell.complain(io, f'ulimit: -{unknown}: invalid option')
        io.stderr.write(USAGE)
        return 2
    if 'a' in letters and shell.dialect.name != 'bash':
        return _list(io, shell)
    chosen = LIMITS if 'a' in letters else [BY_LETTER[letter] for letter in letters if letter not in 'SH']
    chosen = chosen or [BY_LETTER['f']]
    if value and 'a' not in letters:
        return _set(chosen[-1], value, io, shell)
    for limit in chosen:
        unit = f'({limit.unit}, -{limit.letter})' if limit.unit else f'(-{limit.letter})'
        name = f'{limit.title:<20} {unit:>19} ' if len(chosen) > 1 else ''
        io.stdout.write(f'{name}{_shown(_amount(limit, shell))}\n')
    return 0


def _list(io: IO, shell: Shell) -> int:
    width, titles = (20, OF_DASH) if shell.dialect.name == 'dash' else (34, OF_ASH)
    for letter, title in titles:
        io.stdout.write(f'{title:<{width}} {_shown(_amount(BY_LETTER[letter], shell))}\n')
    return 0


def _shown(amount: float) -> str:
    return 'unlimited' if amount == inf else str(int(amount))


def _amount(limit: Limit, shell: Shell) -> float:
    if limit.letter in shell.limits:
        return shell.limits[limit.letter]
    return shell.ctx.host.open_files if limit.letter == 'n' else limit.value


def _set(limit: Limit, value: str, io: IO, shell: Shell) -> int:
    """Only root may have more than there is."""
    now = _amount(limit, shell)
    if value not in ('unlimited', 'hard', 'soft') and not value.isdigit():
        shell.complain(io, f'ulimit: {value}: invalid number')
        return 1
    wanted = now if value in ('hard', 'soft') else inf if value == 'unlimited' else float(value)
    if wanted > now and shell.ctx.user != 'root' and limit.letter != 'c':
        shell.complain(io, f'ulimit: {limit.title}: cannot modify limit: Operation not permitted')
        return 1
    shell.limits[limit.letter] = wanted
    return 0
