"""pgrep, pkill, pidof, killall."""

from __future__ import annotations

import re

from tutor.shell.process import IO, SIGNALS, Context, Process
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import Options, parse
from tutor.shell.programs.ps import line_of, name_of

LONG = {'full': 'f', 'list-name': 'l', 'list-full': 'a', 'exact': 'x', 'newest': 'n', 'oldest': 'o', 'count': 'c',
        'signal': '=', 'delimiter': 'd', 'inverse': 'v', 'uid': 'u', 'parent': 'P', 'echo': 'e'}


def signal_name(word: str) -> str | None:
    """TERM of 'TERM', 'SIGTERM', '15'."""
    name = word.upper().removeprefix('SIG')
    if name.isdigit():
        return next((known for known, number in SIGNALS.items() if number == int(name)), None)
    return name if name in SIGNALS else None


async def pgrep(argv: list[str], io: IO, ctx: Context) -> int:
    """pgrep [-flaxnoc] PATTERN; pkill [-SIGNAL] [-fx] PATTERN"""
    killing = argv[0].endswith('pkill')
    words, signal = list(argv), 'TERM'
    if killing:
        for word in argv[1:]:
            if word.startswith('-') and (found := signal_name(word[1:])) is not None:
                signal = found
                words.remove(word)
                break
    options = parse(words, ctx, 'flaxnocd:vu:P:s:e', LONG, status=2)
    if 'signal' in options:
        signal = signal_name(options.get('signal')) or 'TERM'
    if not options.args:
        raise Complaint("no matching criteria specified\nTry `" + argv[0] + " --help' for more information.", 2)
    found = _matching(options, ctx)
    if killing:
        for process in found:
            process.signal(signal)
        return 0 if found else 1
    if 'c' in options:
        io.stdout.write(f'{len(found)}\n')
        return 0 if found else 1
    shown = [f'{process.pid} {line_of(process)}' if 'a' in options else
             f'{process.pid} {name_of(process)}' if 'l' in options else str(process.pid) for process in found]
    if shown:
        io.stdout.write(options.get('d', '\n').join(shown) + '\n')
    return 0 if found else 1


def _matching(options: Options, ctx: Context) -> list[Process]:
    try:
        pattern = re.compile(options.args[0])
    except re.error:
        raise Complaint(f'regex error: {options.args[0]}', 2) from None
    found = []
    for process in ctx.host.processes.values():
        if process.pid == ctx.pid:
            continue
        subject = line_of(process) if 'f' in options else name_of(process)
        match = pattern.fullmatch(subject) if 'x' in options else pattern.search(subject)
        if (match is not None) is not ('v' in options):
            found.append(process)
    if found and ('n' in options or 'o' in options):
        return [found[-1] if 'n' in options else found[0]]
    return found


async def pidof(argv: list[str], io: IO, ctx: Context) -> int:
    """pidof NAME…"""
    options = parse(argv, ctx, 'so:')
    found = [str(process.pid) for process in reversed(list(ctx.host.processes.values()))
             if name_of(process) in options.args and process.pid != ctx.pid]
    if found:
        io.stdout.write(' '.join(found[:1] if 's' in options else found) + '\n')
    return 0 if found else 1


async def killall(argv: list[str], io: IO, ctx: Context) -> int:
    """killall [-SIGNAL] NAME…"""
    words, signal, status = argv[1:], 'TERM', 0
    if words and words[0].startswith('-') and (found := signal_name(words[0][1:])) is not None:
        signal, words = found, words[1:]
    for name in words:
        chosen = [process for process in ctx.host.processes.values() if name_of(process) == name]
        for process in chosen:
            process.signal(signal)
        if not chosen:
            io.stderr.write(f'killall: {name}: no process killed\n' if ctx.host.userland == 'busybox' else
                            f'{name}: no process found\n')
            status = 1
    return status
