"""env, printenv, which, nohup."""

from __future__ import annotations

import re

from tutor.cluster.simulation import Cancelled
from tutor.shell.process import IO, PATH, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import missing_operand, parse
from tutor.shell.programs.running import NotRunnable, find, start
from tutor.shell.vfs import File


async def env(argv: list[str], io: IO, ctx: Context) -> int:
    """env [-i] [-u NAME] [NAME=VALUE…] [COMMAND [ARG…]]"""
    options = parse(argv, ctx, 'iu:0C:S:', {'ignore-environment': 'i', 'unset': 'u', 'null': '0', 'chdir': 'C'},
                    status=125, permute=False)
    words = options.args
    environment = {} if 'i' in options else dict(ctx.env)
    if words[:1] == ['-']:
        environment, words = {}, words[1:]
    for name in options.all('u'):
        environment.pop(name, None)
    while words and '=' in words[0] and not words[0].startswith('='):
        name, _, value = words[0].partition('=')
        environment[name] = value
        words = words[1:]
    if not words:
        end = '\0' if '0' in options else '\n'
        io.stdout.write(''.join(f'{name}={value}{end}' for name, value in environment.items()))
        return 0
    try:
        process = start(words, io, ctx, environment)
    except NotRunnable as problem:
        text = f"can't execute '{words[0]}': {problem}"
        if ctx.host.userland != 'busybox':
            text = f'‘{words[0]}’: {problem}'
        raise Complaint(text, problem.status) from None
    try:
        return await process.exit
    except Cancelled:
        process.signal('INT')
        raise


async def printenv(argv: list[str], io: IO, ctx: Context) -> int:
    """printenv [NAME…]"""
    options = parse(argv, ctx, '0', {'null': '0'})
    if not options.args:
        io.stdout.write(''.join(f'{name}={value}\n' for name, value in ctx.env.items()))
        return 0
    status = 0
    for name in options.args:
        if name in ctx.env:
            io.stdout.write(ctx.env[name] + '\n')
        else:
            status = 1
    return status


async def which(argv: list[str], io: IO, ctx: Context) -> int:
    """which [-a] NAME…"""
    options = parse(argv, ctx, 'as', {'all': 'a'})
    status = 0 if options.args else 1
    for name in options.args:
        found = _all(name, ctx) if 'a' in options else [path for path in [find(name, ctx)] if path]
        if not found:
            status = 1
        io.stdout.write(''.join(path + '\n' for path in found))
    return status


def _all(name: str, ctx: Context) -> list[str]:
    found = []
    for folder in ctx.env.get('PATH', PATH).split(':'):
        try:
            node = ctx.files.find(f'{folder}/{name}').node
        except OSError:
            continue
        if isinstance(node, File) and node.mode & 0o111:
            found.append(f'{folder}/{name}')
    return found


async def set_apart(argv: list[str], io: IO, ctx: Context) -> int:
    """setsid, nice, ionice: a program in a session of its own, or with another priority, which changes nothing here."""
    name = argv[0].rpartition('/')[2]
    options = parse(argv, ctx, {'nice': 'n:', 'ionice': 'c:n:p:t', 'setsid': 'cfw'}[name],
                    {'adjustment': 'n', 'class': 'c', 'classdata': 'n', 'ctty': 'c', 'fork': 'f', 'wait': 'w'},
                    status=125 if name == 'nice' else 1, permute=False)
    if not options.args and name == 'setsid':
        raise missing_operand(argv, ctx)
    if not options.args:
        io.stdout.write('0\n' if name == 'nice' else 'none: prio 0\n')
        return 0
    try:
        return await start(options.args, io, ctx).exit
    except NotRunnable as problem:
        raise Complaint(f'{options.args[0]}: {problem}', problem.status,
                        busybox=f"can't execute '{options.args[0]}': {problem}") from None


async def nohup(argv: list[str], io: IO, ctx: Context) -> int:
    """nohup COMMAND [ARG…]"""
    if len(argv) < 2:
        raise missing_operand(argv, ctx)
    if re.fullmatch(r'--?\w+', argv[1]):
        parse(argv, ctx, '', status=125)
    try:
        process = start(argv[1:], io, ctx)
    except NotRunnable as problem:
        raise Complaint(f"failed to run command ‘{argv[1]}’: {problem}", problem.status) from None
    process.context.signals['HUP'] = lambda: None
    return await process.exit
