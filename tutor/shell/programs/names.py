"""Users and groups as /etc/passwd and /etc/group of the machine name them; getent."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.vfs import FileSystem


def entries(files: FileSystem, path: str) -> list[list[str]]:
    """The lines of a colon-separated database."""
    try:
        return [line.split(':') for line in files.read_text(path).splitlines() if ':' in line]
    except OSError:
        return []


def user_name(ctx: Context, uid: int) -> str | None:
    return next((row[0] for row in entries(ctx.files, '/etc/passwd') if len(row) > 2 and row[2] == str(uid)), None)


def group_name(ctx: Context, gid: int) -> str | None:
    return next((row[0] for row in entries(ctx.files, '/etc/group') if len(row) > 2 and row[2] == str(gid)), None)


def user_id(ctx: Context, name: str) -> int | None:
    return next((int(row[2]) for row in entries(ctx.files, '/etc/passwd') if len(row) > 2 and row[0] == name), None)


def group_id(ctx: Context, name: str) -> int | None:
    return next((int(row[2]) for row in entries(ctx.files, '/etc/group') if len(row) > 2 and row[0] == name), None)


async def getent(argv: list[str], io: IO, ctx: Context) -> int:
    """getent passwd|group|hosts [KEY…]"""
    if len(argv) < 2:
        io.stderr.write('getent: wrong number of arguments\n')
        return 1
    database, keys = argv[1], argv[2:]
    if database in ('hosts', 'ahosts', 'ahostsv4'):
        return await _hosts(database, keys, io, ctx)
    if database not in ('passwd', 'group'):
        io.stderr.write(f'Unknown database: {database}\n')
        return 1
    rows = entries(ctx.files, f'/etc/{database}')
    chosen = [row for row in rows if not keys or row[0] in keys or row[2] in keys]
    io.stdout.write(''.join(':'.join(row) + '\n' for row in chosen))
    return 0 if chosen else 2


async def _hosts(database: str, keys: list[str], io: IO, ctx: Context) -> int:
    status = 0
    for key in keys:
        try:
            addresses = await ctx.host.network.resolve(key) if ctx.host.network else []
        except OSError:
            addresses = []
        if not addresses:
            status = 2
        for address in addresses:
            if database == 'hosts':
                io.stdout.write(f'{address:<15} {key}\n')
            else:
                io.stdout.write(f'{address:<15} STREAM {key}\n{address:<15} DGRAM  \n{address:<15} RAW    \n')
    return status
