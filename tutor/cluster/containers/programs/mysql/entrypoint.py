"""docker-entrypoint.sh of the image: makes the data folder when there is none, and starts the server."""

from __future__ import annotations

import json
from typing import Any

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.programs.mysql.server import DATA, server
from tutor.shell.process import IO, Context

PASSWORDS = ('MYSQL_ROOT_PASSWORD', 'MYSQL_ALLOW_EMPTY_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD')
INITIALIZING = 6.0


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh."""
    words = argv[1:]
    if not words or words[0].startswith('-'):
        words = ['mysqld', *words]
    if words[0] != 'mysqld':
        return await execute(words, io, ctx)
    version = ctx.env.get('MYSQL_VERSION', '')
    note(io, ctx, f'Entrypoint script for MySQL Server {version} started.')
    note(io, ctx, "Switching to dedicated user 'mysql'")
    note(io, ctx, f'Entrypoint script for MySQL Server {version} started.')
    if not ctx.files.is_dir(f'{DATA}/mysql'):
        if not any(ctx.env.get(name) or ctx.env.get(f'{name}_FILE') for name in PASSWORDS):
            note(io, ctx, 'Database is uninitialized and password option is not specified\n    You need to specify '
                          'one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n'
                          '    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD', 'ERROR')
            return 1
        if not await initialize('MySQL', io, ctx):
            return 1
    return await server(words, io, ctx)


async def initialize(product: str, io: IO, ctx: Context) -> bool:
    """Make the data folder with the accounts that the environment asks for; whether that could be done."""
    note(io, ctx, 'Initializing database files')
    await ctx.simulation.sleep(INITIALIZING)
    note(io, ctx, 'Database files initialized')
    try:
        ctx.files.make_dirs(f'{DATA}/mysql')
        ctx.files.put(f'{DATA}/mysql/user', json.dumps(_accounts(ctx)))
    except OSError as problem:
        io.stderr.write(f"mysqld: Can't create directory '{DATA}/mysql/' (OS errno {problem.errno} - "
                        f'{problem.strerror})\n')
        return False
    note(io, ctx, f'{product} init process done. Ready for start up.')
    return True


def note(io: IO, ctx: Context, text: str, level: str = 'Note') -> None:
    stream = io.stderr if level == 'ERROR' else io.stdout
    stream.write(f'{ctx.simulation.wall():%Y-%m-%d %H:%M:%S}+00:00 [{level}] [Entrypoint]: {text}\n')


def _accounts(ctx: Context) -> dict[str, Any]:
    """Users with their passwords, and the first database."""
    def value(name: str) -> str:
        path = ctx.env.get(f'{name}_FILE')
        return ctx.files.read_text(path).strip() if path else ctx.env.get(name, '')

    users = {'root': value('MYSQL_ROOT_PASSWORD')}
    if value('MYSQL_USER'):
        users[value('MYSQL_USER')] = value('MYSQL_PASSWORD')
    return {'users': users, 'databases': [name for name in (value('MYSQL_DATABASE'),) if name]}
