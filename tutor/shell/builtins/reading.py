"""read and mapfile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tutor.cluster.simulation import Future, Reader
from tutor.shell.builtins import arguments
from tutor.shell.builtins.arguments import BadOption
from tutor.shell.elements import BadSubscript
from tutor.shell.process import IO
from tutor.shell.quoting import single_quoted
from tutor.shell.streams import NullWriter
from tutor.shell.tty import mode
from tutor.shell.variables import NAME, ReadOnly

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

READ, MAPFILE = 'adnNpitu', 'dnOsuCc'
TIMED_OUT = 142
USAGE = {
    'read': 'read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] '
            '[name ...]',
    'mapfile': 'mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]'}


async def read(argv: list[str], io: IO, shell: Shell) -> int:
    """read [-r] [-a ARRAY] [-d DELIM] [-n N] [-N N] [-p PROMPT] [-s] [-t SECONDS] [-u FD] [NAME…]"""
    try:
        options, names = _options(argv, READ, 'ers')
    except BadOption as bad:
        return _bad_option('read', str(bad), io, shell)
    for name in names:
        if not re.fullmatch(rf'{NAME.pattern}(\[.+\])?', name):
            shell.complain(io, f"read: `{name}': not a valid identifier")
            return 1
    if 't' in options and not re.fullmatch(r'\d*\.?\d+', options['t']):
        shell.complain(io, f'read: {options["t"]}: invalid timeout specification')
        return 1
    source = _source(options, io, shell)
    if source is None:
        shell.complain(io, f'read: {options["u"]}: invalid file descriptor: Bad file descriptor')
        return 1
    if 'p' in options and source.isatty:
        io.stderr.write(options['p'])
    terminal = getattr(source, 'terminal', None)
    by_keys = any(letter in options for letter in 'nNd')
    with mode(terminal, **({'lines': False} if by_keys else {}), **({'echo': False} if 's' in options else {})):
        text, complete, late = await _line(source, options, shell)
    try:
        _store(text, options, names, shell)
    except (ReadOnly, BadSubscript) as problem:
        shell.complain(io, f'{problem}: readonly variable' if isinstance(problem, ReadOnly) else str(problem))
        return 1
    return TIMED_OUT if late else 0 if complete else 1


def _bad_option(command: str, letter: str, io: IO, shell: Shell) -> int:
    shell.complain(io, f'{command}: -{letter}: invalid option')
    io.stderr.write(f'{command}: usage: {USAGE[command]}\n')
    return 2


def _source(options: dict[str, str], io: IO, shell: Shell) -> Any:
    if 'u' not in options or options['u'] == '0':
        return io.stdin
    number = int(options['u']) if options['u'].isdigit() else -1
    found = {**shell.descriptors, **shell.redirected_descriptors}.get(number)
    return None if isinstance(found, NullWriter) else found


def _store(text: str, options: dict[str, str], names: list[str], shell: Shell) -> None:
    separators = shell.variables.get('IFS')
    separators = ' \t\n' if separators is None else separators
    elements = shell.expander.elements
    if 'a' in options:
        shell.variables.set(options['a'], dict(enumerate(_all_fields(_unmarked(text), separators))))
    elif not names:
        shell.variables.set('REPLY', _unmarked(text))
    elif 'N' in options:
        for name in names:
            elements.assign(name, _unmarked(text) if name == names[0] else '')
    else:
        for name, value in zip(names, _fields(text, len(names), separators), strict=False):
            elements.assign(name, _unmarked(value))


def _options(argv: list[str], valued: str, flags: str) -> tuple[dict[str, str], list[str]]:
    """What was given for each letter last, and the other words; raises BadOption."""
    found, words = arguments.options(argv[1:], valued, flags)
    return dict(found), words


async def _line(source: Reader, options: dict[str, str], shell: Shell) -> tuple[str, bool, bool]:
    """A line (or what -n, -N and -d say) without its end; whether the end was there; whether time was up. Characters
    that a backslash has escaped are marked, so that they do not separate fields."""
    if 't' not in options:
        return *await _gather(source, options), False
    limit = float(options['t'])
    simulation = shell.ctx.simulation
    first: Future[bool] = Future(simulation)
    task = simulation.spawn(_gather(source, options), 'read')
    task.on_done(lambda _: first.resolve(True))
    timer = simulation.spawn(simulation.sleep(limit), 'read -t')
    timer.on_done(lambda _: first.resolve(False))
    if await first or task.done:
        timer.cancel()
        return *task.result(), False
    task.cancel()
    return '', False, True


async def _gather(source: Reader, options: dict[str, str]) -> tuple[str, bool]:
    exact = options.get('N', '')
    delimiter = b'' if exact else (options['d'] or '\0').encode() if 'd' in options else b'\n'
    count = exact or options.get('n', '')
    limit = int(count) if count.isdigit() else 0
    found = bytearray()
    while True:
        chunk = await (source.readline() if not limit and delimiter == b'\n' else source.read(1))
        ended = bool(delimiter) and chunk.endswith(delimiter)
        found += chunk[:-1] if ended else chunk
        if ended and 'r' not in options and _escapes(found):
            if delimiter == b'\n':
                del found[-1:]
            else:
                found += delimiter
            continue
        full = bool(limit) and len(found.decode('utf-8', 'ignore')) >= limit
        if ended or not chunk or full:
            text = found.decode('utf-8', 'surrogateescape')
            return text if 'r' in options else _marked(text), ended or full


def _escapes(found: bytearray) -> bool:
    """Whether a line ends with a backslash that is not itself escaped."""
    return (len(found) - len(found.rstrip(b'\\'))) % 2 == 1


MARK = '\0'
"""Stands before a character that was escaped. No line has it: the shell drops it as bash does."""


def _marked(text: str) -> str:
    return re.sub(r'\\(.?)', lambda match: MARK + match[1] if match[1] else '', text, flags=re.DOTALL) \
        if '\\' in text else text


def _unmarked(text: str) -> str:
    return text.replace(MARK, '')


def _all_fields(text: str, separators: str) -> list[str]:
    """All fields, as read -a has them."""
    found = _fields(text, len(text) + 2, separators)
    while found and not found[-1]:
        found.pop()
    return found


def _fields(text: str, count: int, separators: str) -> list[str]:
    """The first fields, and all the rest in the last."""
    if not separators:
        return [text] + [''] * (count - 1)
    blanks = ''.join(char for char in separators if char in ' \t\n')
    found: list[str] = []
    text = text.lstrip(blanks)
    while len(found) < count - 1 and text:
        place = next((i for i, char in enumerate(text) if char in separators and text[i - 1:i] != MARK), len(text))
        found.append(text[:place])
        rest = text[place:].lstrip(blanks)
        if rest[:1] and rest[0] in separators and rest[0] not in blanks:
            rest = rest[1:].lstrip(blanks)
        text = rest
    last = text.rstrip(blanks) if not text.endswith(MARK + ' ') else text
    if count > 1 or last:
        hard = ''.join(char for char in separators if char not in blanks)
        if last and last[-1] in hard and not any(char in separators for char in last[:-1]):
            last = last[:-1]
    found.append(last)
    return found + [''] * (count - len(found)) if count < 10_000 else found


async def mapfile(argv: list[str], io: IO, shell: Shell) -> int:
    """mapfile [-t] [-d DELIM] [-n COUNT] [-O ORIGIN] [-s COUNT] [-u FD] [ARRAY]"""
    try:
        options, names = _options(argv, MAPFILE, 't')
    except BadOption as bad:
        return _bad_option('mapfile', str(bad), io, shell)
    source = _source(options, io, shell)
    if source is None:
        shell.complain(io, f'mapfile: {options["u"]}: invalid file descriptor: Bad file descriptor')
        return 1
    data = (await source.read()).decode('utf-8', 'surrogateescape')
    delimiter = (options['d'] or '\0') if 'd' in options else '\n'
    lines = [line + delimiter for line in data.split(delimiter)]
    lines[-1] = lines[-1][:-1]
    numbers = {letter: int(options[letter]) if options.get(letter, '').isdigit() else 0 for letter in 'nOs'}
    lines = [line for line in lines if line][numbers['s']:]
    lines = lines[:numbers['n']] if numbers['n'] else lines
    values = dict(enumerate((line.removesuffix(delimiter) if 't' in options else line for line in lines), numbers['O']))
    if 'C' in options:
        await _call_back(options, values, shell)
    shell.variables.set(names[0] if names else 'MAPFILE', values, append='O' in options)
    return 0


async def _call_back(options: dict[str, str], values: dict[int, str], shell: Shell) -> None:
    """-C: a command for each so many lines (-c), with the index and the line as its last arguments."""
    quantum = int(options['c']) if options.get('c', '').isdigit() else 5000
    for count, (index, value) in enumerate(values.items(), 1):
        if not count % quantum:
            shell.sourcing += 1
            try:
                await shell.run_block(f'{options["C"]} {index} {single_quoted(value)}')
            finally:
                shell.sourcing -= 1
