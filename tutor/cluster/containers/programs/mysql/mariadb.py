"""docker-entrypoint.sh of MariaDB's image: its own variables, of which MySQL's are other names."""

from __future__ import annotations

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.programs.mysql.entrypoint import initialize, note
from tutor.cluster.containers.programs.mysql.server import DATA, server
from tutor.shell.process import IO, Context

OWN, MYSQL = 'MARIADB_', 'MYSQL_'
PASSWORDS = ('ROOT_PASSWORD', 'ROOT_PASSWORD_FILE', 'ROOT_PASSWORD_HASH', 'ALLOW_EMPTY_ROOT_PASSWORD',
             'RANDOM_ROOT_PASSWORD', 'ALLOW_EMPTY_PASSWORD')
MISSING = ('Database is uninitialized and password option is not specified\n\tYou need to specify one of '
           'MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and '
           'MARIADB_RANDOM_ROOT_PASSWORD')


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh."""
    words = argv[1:]
    if not words or words[0].startswith('-'):
        words = ['mariadbd', *words]
    if words[0] not in ('mariadbd', 'mysqld'):
        return await execute(words, io, ctx)
    for name, value in list(ctx.env.items()):
        if name.startswith(OWN) and name != 'MARIADB_VERSION':
            ctx.env.setdefault(MYSQL + name.removeprefix(OWN), value)
    note(io, ctx, f'Entrypoint script for MariaDB Server {ctx.env.get("MARIADB_VERSION", "")} started.')
    if not ctx.files.is_dir(f'{DATA}/mysql'):
        if not any(ctx.env.get(MYSQL + name) for name in PASSWORDS):
            note(io, ctx, MISSING, 'ERROR')
            return 1
        if not await initialize('MariaDB', io, ctx):
            return 1
    return await server(words, io, ctx)
