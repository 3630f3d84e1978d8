"""date."""

from __future__ import annotations

import re
from datetime import datetime

from tutor.shell.capabilities import Capability
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.dates import parse_date
from tutor.shell.programs.options import parse
from tutor.shell.vfs import normalize

DEFAULT = '%a %b %e %H:%M:%S UTC %Y'
ISO = {'': '%Y-%m-%d', 'date': '%Y-%m-%d', 'hours': '%Y-%m-%dT%H%:z', 'minutes': '%Y-%m-%dT%H:%M%:z',
       'seconds': '%Y-%m-%dT%H:%M:%S%:z', 'ns': '%Y-%m-%dT%H:%M:%S,%N%:z'}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """date [-u] [-d DATE] [-r FILE] [-I[UNIT]] [-R] [+FORMAT]"""
    options = parse(argv, ctx, 'ud:r:I::Rs:D:', {
        'utc': 'u', 'universal': 'u', 'date': 'd', 'reference': 'r', 'iso-8601': '?', 'rfc-email': 'R', 'rfc-2822': 'R',
        'rfc-3339': '=', 'set': 's'})
    moment = _moment(options.get('d') if 'd' in options else None, options.get('r'), ctx)
    if 's' in options:
        moment = _moment(options.get('s'), '', ctx)
        _refuse_to_set(io, ctx)
    form = DEFAULT
    if 'R' in options:
        form = '%a, %d %b %Y %H:%M:%S %z'
    elif 'I' in options or 'iso-8601' in options:
        unit = options.get('I') or options.get('iso-8601')
        form = ISO.get(unit, next((value for key, value in ISO.items() if unit and key.startswith(unit)), ISO['']))
    elif 'rfc-3339' in options:
        form = {'date': '%Y-%m-%d', 'seconds': '%Y-%m-%d %H:%M:%S%:z'}.get(options.get('rfc-3339'),
                                                                          '%Y-%m-%d %H:%M:%S.%N%:z')
    for word in options.args:
        if not word.startswith('+'):
            raise Complaint(f"invalid date ‘{word}’")
        form = word[1:]
    io.stdout.write(shown(moment, form) + '\n')
    return int('s' in options and ctx.host.userland != 'busybox')


def _refuse_to_set(io: IO, ctx: Context) -> None:
    """The clock is the kernel's, and everybody's: it is told why it stays as it is, and the date is shown all the same.
    Raises Complaint where it could be set."""
    if ctx.may(Capability.SYS_TIME):
        raise Complaint('error: setting the clock is not simulated here')
    cannot = "can't" if ctx.host.userland == 'busybox' else 'cannot'
    io.stderr.write(f'date: {cannot} set date: Operation not permitted\n')


def _moment(date: str | None, reference: str, ctx: Context) -> datetime:
    now = ctx.simulation.wall()
    if reference:
        try:
            node = ctx.files.node(normalize(reference, ctx.cwd))
        except OSError as problem:
            raise Complaint(f'{reference}: {reason(problem)}') from None
        return parse_date(f'@{ctx.simulation.epoch.timestamp() + node.mtime}', now) or now
    if date is None:
        return now
    found = parse_date(date, now)
    if found is None:
        raise Complaint(f"invalid date ‘{date}’")
    return found


def shown(moment: datetime, form: str) -> str:
    """strftime as GNU date has it, in UTC."""
    def one(match: re.Match[str]) -> str:
        flag, letter = match[1], match[2]
        text = _field(moment, letter)
        if flag == '-':
            return text.lstrip('0 ') or '0'
        if flag == '^':
            return text.upper()
        return text.replace('0', ' ', 1) if flag == '_' and text.startswith('0') else text
    return re.sub(r'%([-_0^#]?)(:?[a-zA-Z%+])', one, form)


def _field(moment: datetime, letter: str) -> str:
    match letter:
        case '%':
            return '%'
        case 'n':
            return '\n'
        case 't':
            return '\t'
        case 's':
            return str(int(moment.timestamp()))
        case 'N':
            return f'{moment.microsecond * 1000:09d}'
        case 'z':
            return '+0000'
        case ':z':
            return '+00:00'
        case 'Z':
            return 'UTC'
        case 'e':
            return f'{moment.day:2d}'
        case 'k':
            return f'{moment.hour:2d}'
        case 'l':
            return f'{(moment.hour - 1) % 12 + 1:2d}'
        case 'P':
            return f'{moment:%p}'.lower()
        case 'q':
            return str((moment.month + 2) // 3)
    known = {'F': '%Y-%m-%d', 'T': '%H:%M:%S', 'D': '%m/%d/%y', 'R': '%H:%M', 'c': '%a %b %e %H:%M:%S %Y',
             'x': '%m/%d/%y',
             'X': '%H:%M:%S', 'r': '%I:%M:%S %p', 'h': '%b', '+': DEFAULT}
    if letter in known:
        return shown(moment, known[letter])
    return moment.strftime(f'%{letter}') if letter in 'aAbBCdgGHIjmMpSuUVwWyY' else f'%{letter}'
