"""PostgreSQL: its entry point, a server with a small SQL engine, and the clients psql and pg_isready."""

from __future__ import annotations

import json
import re
from typing import Any

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.programs.database import Engine, Result, SqlError, ask, read_question, statements
from tutor.cluster.containers.programs.serving import until_terminated
from tutor.shell.process import IO, Connection, Context, NameNotFound

PORT = 5432
INITIALIZING = 2.0
NO_PASSWORD = """\
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
"""
INITIALIZED = """\
The files belonging to this database system will be owned by user "postgres".
This user must also own the server process.

fixing permissions on existing directory {data} ... ok
creating subdirectories ... ok
creating configuration files ... ok
running bootstrap script ... ok
performing post-bootstrap initialization ... ok
syncing data to disk ... ok

PostgreSQL init process complete; ready for start up.

"""


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh."""
    words = argv[1:]
    if not words or words[0].startswith('-'):
        words = ['postgres', *words]
    if words[0] != 'postgres':
        return await execute(words, io, ctx)
    data, env = _data(ctx), ctx.env
    path = env.get('POSTGRES_PASSWORD_FILE')
    password = ctx.files.read_text(path).strip() if path else env.get('POSTGRES_PASSWORD', '')
    trust = env.get('POSTGRES_HOST_AUTH_METHOD') == 'trust'
    if not ctx.files.is_file(f'{data}/PG_VERSION'):
        if not password and not trust:
            io.stderr.write(NO_PASSWORD)
            return 1
        if ctx.files.is_dir(data) and _entries(ctx, data):
            io.stderr.write(f'initdb: error: directory "{data}" exists but is not empty\n')
            return 1
        await ctx.simulation.sleep(INITIALIZING)
        io.stdout.write(INITIALIZED.format(data=data))
        user = env.get('POSTGRES_USER', 'postgres')
        account = {'user': user, 'password': None if trust else password, 'databases': sorted({
            'postgres', env.get('POSTGRES_DB', user)})}
        ctx.files.make_dirs(data)
        ctx.files.put(f'{data}/PG_VERSION', env.get('PG_MAJOR', '18') + '\n')
        ctx.files.put(f'{data}/pg_authid', json.dumps(account))
    else:
        io.stdout.write('\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n')
    return await server(words, io, ctx)


def _data(ctx: Context) -> str:
    return ctx.env.get('PGDATA', '/var/lib/postgresql/data')


def _entries(ctx: Context, path: str) -> list[str]:
    return sorted(getattr(ctx.files.find(path).node, 'entries', ()))


async def server(argv: list[str], io: IO, ctx: Context) -> int:
    """postgres."""
    if '--version' in argv or '-V' in argv:
        io.stdout.write(f'postgres (PostgreSQL) {_version(ctx)}\n')
        return 0
    if not ctx.files.is_file(f'{_data(ctx)}/pg_authid'):
        io.stderr.write(f'postgres: could not access the server configuration file "{_data(ctx)}/postgresql.conf": '
                        'No such file or directory\n')
        return 2
    return await Server(io, ctx).run()


def _version(ctx: Context) -> str:
    return ctx.env.get('PG_VERSION', '18.0')


class Server:
    """A server: its role, its databases."""

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx
        account = json.loads(ctx.files.read_text(f'{_data(ctx)}/pg_authid'))
        self._user, self._password = account['user'], account['password']
        self._engines = {name: self._engine(name) for name in account['databases']}

    def _engine(self, name: str) -> Engine:
        engine = Engine(self._ctx.simulation, {
            'version': f'PostgreSQL {_version(self._ctx)} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit',
            'current_database': name})
        path = f'{_data(self._ctx)}/base/{name}'
        if self._ctx.files.is_file(path):
            engine.load(self._ctx.files.read(path))
        return engine

    async def run(self) -> int:
        ctx = self._ctx
        self._log(f'starting PostgreSQL {_version(ctx)} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit')
        assert ctx.host.network is not None
        try:
            ctx.host.network.listen(PORT, self._serve)
        except OSError:
            self._log('could not bind IPv4 address "0.0.0.0": Address already in use')
            return 1
        self._log(f'listening on IPv4 address "0.0.0.0", port {PORT}')
        self._log(f'listening on Unix socket "/var/run/postgresql/.s.PGSQL.{PORT}"')
        await ctx.simulation.sleep(0.1)
        self._log('database system is ready to accept connections')
        await until_terminated(ctx)
        self._log('received fast shutdown request')
        self._log('database system is shut down')
        return 0

    def _log(self, text: str, level: str = 'LOG') -> None:
        stamp = self._ctx.simulation.wall().isoformat(' ', 'milliseconds').replace('+00:00', '')
        self._io.stderr.write(f'{stamp} UTC [1] {level}:  {text}\n')

    async def _serve(self, connection: Connection) -> None:
        question = await read_question(connection)
        if question is not None:
            answer = self._answer(question, connection.peer[0].startswith('127.'))
            connection.writer.write(json.dumps(answer).encode() + b'\n')

    def _answer(self, question: dict[str, Any], local: bool) -> dict[str, Any]:
        user, database = question['user'], question['database'] or question['user']
        if user != self._user:
            return {'fatal': f'role "{user}" does not exist' if local else
                    f'password authentication failed for user "{user}"'}
        if not local and self._password is not None and question['password'] != self._password:
            self._log(f'password authentication failed for user "{user}"', 'FATAL')
            return {'fatal': f'password authentication failed for user "{user}"' if question['password'] else None}
        if database not in self._engines:
            return {'fatal': f'database "{database}" does not exist'}
        results = []
        for statement in question['statements']:
            try:
                result = self._statement(statement, database)
            except SqlError as problem:
                return {'results': results, 'error': _words(str(problem))}
            results.append([result.columns, result.rows, result.tag, result.affected])
        return {'results': results}

    def _statement(self, statement: str, database: str) -> Result:
        words = statement.split()
        if [word.upper() for word in words[:2]] == ['CREATE', 'DATABASE']:
            if words[2] in self._engines:
                raise SqlError(f'database "{words[2]}" already exists')
            self._engines[words[2]] = self._engine(words[2])
            account = {'user': self._user, 'password': self._password, 'databases': sorted(self._engines)}
            self._ctx.files.put(f'{_data(self._ctx)}/pg_authid', json.dumps(account))
            return Result(tag='CREATE DATABASE')
        engine = self._engines[database]
        plain = re.sub(r'\b(BIG)?SERIAL\s+PRIMARY KEY', 'INTEGER PRIMARY KEY', statement, flags=re.IGNORECASE)
        if re.fullmatch(r'SELECT\s+current_user', plain, re.IGNORECASE):
            return Result(['current_user'], [[self._user]], 'SELECT', 1)
        result = engine.run(plain)
        if words[0].upper() == 'SELECT':
            result.columns = [_column(name) for name in result.columns]
        else:
            self._ctx.files.make_dirs(f'{_data(self._ctx)}/base')
            self._ctx.files.put(f'{_data(self._ctx)}/base/{database}', engine.dump())
        return result


def _column(name: str) -> str:
    """A column that has no name is '?column?'; a function's is the function's."""
    found = re.fullmatch(r'(\w+)\(.*\)', name)
    if found:
        return found[1].lower()
    return name if re.fullmatch(r'[A-Za-z_]\w*', name) else '?column?'


def _words(problem: str) -> str:
    """The engine's complaint in PostgreSQL's words."""
    detail = problem.rpartition(': ')[2]
    if problem.startswith('no such table'):
        return f'ERROR:  relation "{detail}" does not exist'
    if problem.startswith('no such column'):
        return f'ERROR:  column "{detail}" does not exist'
    if problem.startswith('table') and problem.endswith('already exists'):
        return f'ERROR:  relation "{problem.split()[1]}" already exists'
    if 'syntax error' in problem:
        return f'ERROR:  syntax error at or near "{problem.partition(chr(34))[2].partition(chr(34))[0]}"'
    return problem if problem.startswith('error:') else f'ERROR:  {problem}'


# -- clients ----------------------------------------------------------------------------------------------------------

TAKES = {'-h': 'host', '-p': 'port', '-U': 'user', '-d': 'database', '-c': 'command', '-t': ''}
LONG = {'--host': 'host', '--port': 'port', '--username': 'user', '--dbname': 'database', '--command': 'command'}


def _options(words: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {'commands': [], 'flags': '', 'rest': []}
    pending = list(words)
    while pending:
        word = pending.pop(0)
        name, equals, value = word.partition('=')
        if name in LONG and (equals or pending):
            key, value = LONG[name], value if equals else pending.pop(0)
        elif word[:2] in TAKES and TAKES[word[:2]]:
            key, value = TAKES[word[:2]], word[2:] or (pending.pop(0) if pending else '')
        elif word.startswith('-'):
            found['flags'] += word.lstrip('-')
            continue
        else:
            found['rest'].append(word)
            continue
        if key == 'command':
            found['commands'].append(value)
        else:
            found[key] = value
    return found


async def client(argv: list[str], io: IO, ctx: Context) -> int:
    """psql: runs the statements of -c or of its input."""
    options = _options(argv[1:])
    if 'version' in options['flags'] or 'V' in options['flags']:
        io.stdout.write(f'psql (PostgreSQL) {_version(ctx)}\n')
        return 0
    commands = options['commands'] or [(await io.stdin.read()).decode('utf-8', 'replace')]
    host = options.get('host') or ctx.env.get('PGHOST', '')
    port = int(options.get('port') or ctx.env.get('PGPORT') or PORT)
    rest = options['rest']
    user = options.get('user') or (rest[1] if rest[1:] else '') or ctx.env.get('PGUSER') or ctx.user
    database = options.get('database') or (rest[0] if rest else '') or ctx.env.get('PGDATABASE', '')
    wanted = [_backslash(part) for command in commands for part in statements(command)]
    question = {'user': user, 'database': database, 'password': ctx.env.get('PGPASSWORD', ''), 'statements': wanted}
    place = f'connection to server at "{host}", port {port} failed: ' if host else \
        f'connection to server on socket "/var/run/postgresql/.s.PGSQL.{port}" failed: '
    try:
        answer = await ask(ctx, host or '127.0.0.1', port, question)
    except NameNotFound:
        io.stderr.write(f'psql: error: could not translate host name "{host}" to address: Name or service not known\n')
        return 2
    except OSError as problem:
        more = 'running on that host and accepting TCP/IP connections' if host else \
            'running locally and accepting connections on that socket'
        why = (problem.strerror or '') if host else 'No such file or directory'
        io.stderr.write(f'psql: error: {place}{why}\n\tIs the server {more}?\n')
        return 2
    if 'fatal' in answer:
        io.stderr.write(f'psql: error: {place}' + (
            f'FATAL:  {answer["fatal"]}\n' if answer['fatal'] else 'fe_sendauth: no password supplied\n'))
        return 2
    for columns, rows, tag, affected in answer['results']:
        _show(columns, rows, tag, affected, io, 't' in options['flags'], 'A' in options['flags'])
    if 'error' in answer:
        io.stderr.write(f'{answer["error"]}\n')
        return 1
    return 0


def _backslash(statement: str) -> str:
    """\\dt, the one command of psql itself that is known."""
    if statement in (r'\dt', r'\d'):
        return "SELECT 'public' AS \"Schema\", name AS \"Name\", 'table' AS \"Type\" FROM sqlite_master " \
               "WHERE type = 'table' ORDER BY name"
    return statement


async def is_ready(argv: list[str], io: IO, ctx: Context) -> int:
    """pg_isready."""
    options = _options(argv[1:])
    host, port = options.get('host') or ctx.env.get('PGHOST', ''), int(options.get('port') or PORT)
    where = f'{host or "/var/run/postgresql"}:{port}'
    try:
        await ask(ctx, host or '127.0.0.1', port, {'user': '', 'database': '', 'password': '', 'statements': []})
    except OSError:
        io.stdout.write(f'{where} - no response\n')
        return 2
    io.stdout.write(f'{where} - accepting connections\n')
    return 0


def _show(columns: list[str], rows: list[list[Any]], tag: str, affected: int, io: IO, bare: bool, plain: bool) -> None:
    if not columns:
        amount = {'INSERT': f' 0 {affected}', 'UPDATE': f' {affected}', 'DELETE': f' {affected}'}.get(tag, '')
        io.stdout.write(f'{tag}{amount}\n')
        return
    table = [['' if value is None else str(value) for value in row] for row in rows]
    if plain:
        for row in table if bare else [columns, *table]:
            io.stdout.write('|'.join(row) + '\n')
        if not bare:
            io.stdout.write(_count(rows))
        return
    numbers = [all(isinstance(row[at], (int, float)) for row in rows) and bool(rows) for at in range(len(columns))]
    widths = [max(map(len, column)) for column in zip(columns, *table, strict=True)]
    if not bare:
        io.stdout.write('|'.join(f' {name:^{width}} ' for name, width in zip(columns, widths, strict=True)) + '\n')
        io.stdout.write('+'.join('-' * (width + 2) for width in widths) + '\n')
    for row in table:
        cells = [f' {cell:>{width}} ' if number else f' {cell:<{width}} '
                 for cell, width, number in zip(row, widths, numbers, strict=True)]
        cells[-1] = cells[-1].rstrip() if not numbers[-1] else cells[-1][:-1]
        io.stdout.write('|'.join(cells) + '\n')
    io.stdout.write('\n' if bare else _count(rows) + '\n')


def _count(rows: list[list[Any]]) -> str:
    return f'({len(rows)} row{"" if len(rows) == 1 else "s"})\n'
