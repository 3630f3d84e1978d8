"""ln, readlink, realpath."""

from __future__ import annotations

import errno

from tutor.shell.access import guard
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import reason
from tutor.shell.programs.options import missing_operand, parse
from tutor.shell.vfs import normalize

LN = {'symbolic': 's', 'force': 'f', 'verbose': 'v', 'no-dereference': 'n', 'target-directory': 't', 'relative': 'r'}
REALPATH = {'canonicalize': 'f', 'canonicalize-existing': 'e', 'canonicalize-missing': 'm', 'no-newline': 'n',
            'no-symlinks': 's', 'quiet': 'q', 'relative-to': '='}


async def ln(argv: list[str], io: IO, ctx: Context) -> int:
    """ln [-sfvn] TARGET… LINK"""
    options = parse(argv, ctx, 'sfvnt:rT', LN)
    if not options.args:
        raise missing_operand(argv, ctx, 'missing file operand')
    *targets, link = options.args if len(options.args) > 1 else [options.args[0], '.']
    status = 0
    for target in targets:
        into = ctx.files.is_dir(normalize(link, ctx.cwd)) and not (
            'n' in options and ctx.files.exists(normalize(link, ctx.cwd), follow=False))
        name = f'{link.rstrip("/")}/{target.rstrip("/").rpartition("/")[2]}' if into else link
        whole = normalize(name, ctx.cwd)
        try:
            guard(whole, ctx)
            if 'f' in options and ctx.files.exists(whole, follow=False) and not ctx.files.is_dir(whole):
                ctx.files.remove(whole)
            if 's' in options:
                ctx.files.symlink(target, whole)
            else:
                ctx.files.link(normalize(target, ctx.cwd), whole)
        except OSError as problem:
            kind = 'symbolic link' if 's' in options else 'hard link'
            text = f"failed to create {kind} '{name}': {reason(problem)}"
            missing = 's' not in options and problem.errno == errno.ENOENT
            if missing:
                text = f"failed to access '{target}': {reason(problem)}"
            elif 's' not in options and problem.errno == errno.EPERM:
                text = f'{target}: hard link not allowed for directory'
            if ctx.host.userland == 'busybox':
                text = f'{target if missing else name}: {reason(problem)}'
            io.stderr.write(f'{argv[0]}: {text}\n')
            status = 1
            continue
        if 'v' in options:
            io.stdout.write(f"'{name}' -> '{target}'\n" if 's' in options else f"'{name}' => '{target}'\n")
    return status


async def readlink(argv: list[str], io: IO, ctx: Context) -> int:
    """readlink [-fem] FILE…"""
    options = parse(argv, ctx, 'femnqsvz', REALPATH)
    if not options.args:
        raise missing_operand(argv, ctx)
    status = 0
    for path in options.args:
        whole = normalize(path, ctx.cwd)
        try:
            found = _resolved(whole, options.last('fem'), ctx) if options.last('fem') else ctx.files.readlink(whole)
        except OSError as problem:
            if 'v' in options:
                io.stderr.write(f'{argv[0]}: {path}: {reason(problem)}\n')
            status = 1
            continue
        io.stdout.write(found + ('' if 'n' in options and len(options.args) == 1 else '\n'))
    return status


async def realpath(argv: list[str], io: IO, ctx: Context) -> int:
    """realpath [-ems] FILE…"""
    options = parse(argv, ctx, 'emsqz', REALPATH)
    if not options.args:
        raise missing_operand(argv, ctx)
    status = 0
    for path in options.args:
        try:
            how = 'e' if ctx.host.userland == 'busybox' else options.last('em') or 'f'
            found = _resolved(normalize(path, ctx.cwd), how, ctx)
        except OSError as problem:
            if 'q' not in options:
                io.stderr.write(f'{argv[0]}: {path}: {reason(problem)}\n')
            status = 1
            continue
        if 'relative-to' in options:
            import posixpath
            found = posixpath.relpath(found, normalize(options.get('relative-to'), ctx.cwd))
        io.stdout.write(found + '\n')
    return status


def _resolved(path: str, how: str, ctx: Context) -> str:
    """A path without links: -e all of it must exist, -f all but the last part, -m nothing."""
    files = ctx.files
    try:
        return files.realpath(path)
    except OSError as problem:
        if how == 'e' or problem.errno == errno.ELOOP:
            raise
        parent, _, name = path.rpartition('/')
        if how == 'f' and not files.is_dir(parent or '/'):
            raise
        base = files.realpath(parent or '/') if files.exists(parent or '/') else parent
        return f'{base.rstrip("/")}/{name}'
