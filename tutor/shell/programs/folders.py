"""mkdir, touch, mktemp, truncate, fallocate."""

from __future__ import annotations

import errno
import re
from datetime import UTC, datetime

from tutor.shell.access import guard, open_write, own
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.ls import human
from tutor.shell.programs.modes import changed
from tutor.shell.programs.options import missing_operand, parse
from tutor.shell.vfs import File, normalize


async def mkdir(argv: list[str], io: IO, ctx: Context) -> int:
    """mkdir [-pv] [-m MODE] DIRECTORY…"""
    options = parse(argv, ctx, 'pvm:', {'parents': 'p', 'verbose': 'v', 'mode': 'm'})
    if not options.args:
        raise missing_operand(argv, ctx)
    mode = 0o777 & ~ctx.umask
    if 'm' in options:
        wanted = changed(options.get('m'), mode, True, ctx.umask)
        if wanted is None:
            raise Complaint(f"invalid mode ‘{options.get('m')}’")
        mode = wanted
    status = 0
    for path in options.args:
        whole = normalize(path, ctx.cwd)
        try:
            made = _make_all(whole, mode, ctx) if 'p' in options else [_make(whole, mode, ctx)]
        except OSError as problem:
            quoted = f"can't create directory '{path}'" if ctx.host.userland == 'busybox' else \
                f'cannot create directory ‘{path}’'
            io.stderr.write(f'{argv[0]}: {quoted}: {reason(problem)}\n')
            status = 1
            continue
        if 'v' in options:
            io.stdout.write(''.join(f"mkdir: created directory '{one if 'p' in options else path}'\n" for one in made))
    return status


def _make(path: str, mode: int, ctx: Context) -> str:
    if not ctx.files.exists(path):
        guard(path, ctx)
    ctx.files.mkdir(path, mode)
    own(path, ctx)
    return path


def _make_all(path: str, mode: int, ctx: Context) -> list[str]:
    made: list[str] = []
    below = ''
    for part in path.strip('/').split('/'):
        below = f'{below}/{part}'
        if not part or ctx.files.is_dir(below):
            continue
        made.append(_make(below, mode, ctx))
    return made


async def touch(argv: list[str], io: IO, ctx: Context) -> int:
    """touch [-c] [-d DATE] [-t STAMP] [-r FILE] FILE…"""
    options = parse(argv, ctx, 'acmhd:t:r:', {'no-create': 'c', 'date': 'd', 'reference': 'r', 'time': '='})
    if not options.args:
        raise missing_operand(argv, ctx, 'missing file operand')
    when = _moment(options.get('d'), options.get('t'), options.get('r'), ctx)
    status = 0
    for path in options.args:
        whole = normalize(path, ctx.cwd)
        try:
            new = not ctx.files.exists(whole)
            if new and 'c' in options:
                continue
            if new:
                open_write(whole, True, ctx)
            ctx.files.touch(whole, when)
        except OSError as problem:
            text = f'{path}: {reason(problem)}' if ctx.host.userland == 'busybox' else \
                f"cannot touch '{path}': {reason(problem)}"
            io.stderr.write(f'{argv[0]}: {text}\n')
            status = 1
    return status


def _moment(date: str, stamp: str, reference: str, ctx: Context) -> float | None:
    epoch = ctx.simulation.epoch.timestamp()
    if reference:
        return ctx.files.node(normalize(reference, ctx.cwd)).mtime
    if date:
        from tutor.shell.programs.dates import parse_date
        moment = parse_date(date, ctx.simulation.wall())
        if moment is None:
            raise Complaint(f"invalid date format ‘{date}’")
        return moment.timestamp() - epoch
    if stamp:
        match = re.fullmatch(r'(\d{2})?(\d{2})?(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{2}))?', stamp)
        if match is None:
            raise Complaint(f"invalid date format ‘{stamp}’")
        year = int((match[1] or '20') + match[2]) if match[2] else ctx.simulation.wall().year
        try:
            moment = datetime(year, int(match[3]), int(match[4]), int(match[5]), int(match[6]), int(match[7] or 0),
                              tzinfo=UTC)
        except ValueError:
            raise Complaint(f"invalid date format ‘{stamp}’") from None
        return moment.timestamp() - epoch
    return None


async def mktemp(argv: list[str], io: IO, ctx: Context) -> int:
    """mktemp [-d] [-p FOLDER] [-t] [TEMPLATE]"""
    options = parse(argv, ctx, 'dp:tuq', {'directory': 'd', 'tmpdir': 'p', 'quiet': 'q', 'dry-run': 'u'})
    folder = options.get('p') or ctx.env.get('TMPDIR') or '/tmp'
    template = options.args[0] if options.args else 'tmp.XXXXXXXXXX'
    match = re.search(r'X{3,}(?=[^X/]*$)', template)
    if match is None:
        raise Complaint(f"too few X's in template ‘{template}’")
    letters = ''.join(ctx.simulation.random.choices('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
                                                    k=match.end() - match.start()))
    name = template[:match.start()] + letters + template[match.end():]
    path = name if options.args and 'p' not in options and 't' not in options else f'{folder}/{name}'
    whole = normalize(path, ctx.cwd)
    try:
        guard(whole, ctx)
        if 'u' not in options:
            if 'd' in options:
                ctx.files.mkdir(whole, 0o700)
            else:
                ctx.files.write(whole, b'', 0o600)
            own(whole, ctx)
    except OSError as problem:
        what = 'directory' if 'd' in options else 'file'
        raise Complaint(f"failed to create {what} via template ‘{path}’: {reason(problem)}") from None
    io.stdout.write(path + '\n')
    return 0


async def truncate(argv: list[str], io: IO, ctx: Context) -> int:
    """truncate -s [+-]SIZE FILE…"""
    options = parse(argv, ctx, 'cs:r:', {'size': 's', 'no-create': 'c'})
    match = re.fullmatch(r'([-+]?)(\d+)([KMG]?)', options.get('s'))
    if match is None:
        raise Complaint(f"Invalid number: ‘{options.get('s')}’" if 's' in options else
                        "you must specify either '--size' or '--reference'\n"
                        "Try 'truncate --help' for more information.")
    size = int(match[2]) * {'': 1, 'K': 1024, 'M': 1024**2, 'G': 1024**3}[match[3]]
    for path in options.args:
        whole = normalize(path, ctx.cwd)
        before = node.size if ctx.files.exists(whole) and isinstance(node := ctx.files.node(whole), File) else 0
        target = before + size if match[1] == '+' else max(before - size, 0) if match[1] == '-' else size
        try:
            open_write(whole, True, ctx)
            ctx.files.truncate(whole, target)
        except OSError as problem:
            if problem.errno == errno.ENOSPC:
                raise Complaint(f"failed to truncate '{path}' at {target} bytes: {reason(problem)}") from None
            raise Complaint(f"cannot open '{path}' for writing: {reason(problem)}") from None
    return 0


async def fallocate(argv: list[str], io: IO, ctx: Context) -> int:
    """fallocate -l LENGTH [-o OFFSET] FILE"""
    options = parse(argv, ctx, 'l:o:v', {'length': 'l', 'offset': 'o', 'verbose': 'v'})
    if not options.args:
        raise Complaint('no filename specified')
    if 'l' not in options:
        raise Complaint('no length argument specified')
    length, offset = (_allocated(options.get(name, '0'), what) for name, what in (('l', 'length'), ('o', 'offset')))
    if not length:
        raise Complaint('invalid length value specified')
    path = options.args[0]
    try:
        file = open_write(normalize(path, ctx.cwd), True, ctx)
        if isinstance(file, File) and file.size < offset + length:
            ctx.files.append_zeros(file, offset + length - file.size)
    except OSError as problem:
        what = 'fallocate failed' if problem.errno == errno.ENOSPC else f'cannot open {path}'
        raise Complaint(f'{what}: {reason(problem)}') from None
    if 'v' in options:
        io.stdout.write(f'{path}: {human(length)} ({length} bytes) allocated.\n')
    return 0


def _allocated(text: str, what: str) -> int:
    """A size as strtosize reads it: 10M and 10MiB are binary, 10MB is decimal."""
    match = re.fullmatch(r'(\d+)(?:([KMGT])(iB|B)?)?', text)
    if match is None:
        raise Complaint(f'invalid {what} value specified')
    return int(match[1]) * (1000 if match[3] == 'B' else 1024) ** ('KMGT'.index(match[2]) + 1 if match[2] else 0)
