"""MySQL: its entry point, a server with a small SQL engine, and the clients mysql and mysqladmin."""

from __future__ import annotations

import json
import re
from errno import ECONNREFUSED
from typing import Any

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.programs.database import Engine, Result, SqlError, ask, read_question, statements
from tutor.cluster.containers.programs.serving import until_terminated
from tutor.shell.process import IO, Connection, Context, NameNotFound

PORT = 3306
DATA = '/var/lib/mysql'
SAVED = f'{DATA}/tutor.db'
PASSWORDS = ('MYSQL_ROOT_PASSWORD', 'MYSQL_ALLOW_EMPTY_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD')
SYSTEM = ('information_schema', 'mysql', 'performance_schema', 'sys')
INITIALIZING = 6.0


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh."""
    words = argv[1:]
    if not words or words[0].startswith('-'):
        words = ['mysqld', *words]
    if words[0] != 'mysqld':
        return await execute(words, io, ctx)
    version = ctx.env.get('MYSQL_VERSION', '')
    _note(io, ctx, f'Entrypoint script for MySQL Server {version} started.')
    _note(io, ctx, "Switching to dedicated user 'mysql'")
    _note(io, ctx, f'Entrypoint script for MySQL Server {version} started.')
    if not ctx.files.is_dir(f'{DATA}/mysql'):
        if not any(ctx.env.get(name) or ctx.env.get(f'{name}_FILE') for name in PASSWORDS):
            _note(io, ctx, 'Database is uninitialized and password option is not specified\n    You need to specify '
                           'one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n'
                           '    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD', 'ERROR')
            return 1
        _note(io, ctx, 'Initializing database files')
        await ctx.simulation.sleep(INITIALIZING)
        _note(io, ctx, 'Database files initialized')
        try:
            ctx.files.make_dirs(f'{DATA}/mysql')
            ctx.files.put(f'{DATA}/mysql/user', json.dumps(_accounts(ctx)))
        except OSError as problem:
            io.stderr.write(f"mysqld: Can't create directory '{DATA}/mysql/' (OS errno {problem.errno} - "
                            f'{problem.strerror})\n')
            return 1
        _note(io, ctx, 'MySQL init process done. Ready for start up.')
    return await server(words, io, ctx)


def _note(io: IO, ctx: Context, text: str, level: str = 'Note') -> None:
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


async def server(argv: list[str], io: IO, ctx: Context) -> int:
    """mysqld."""
    if '--version' in argv or '-V' in argv:
        io.stdout.write(f'/usr/sbin/mysqld  Ver {_version(ctx)} for Linux on x86_64 (MySQL Community Server - GPL)\n')
        return 0
    return await Mysqld(io, ctx).run()


def _version(ctx: Context) -> str:
    return ctx.env.get('MYSQL_VERSION', '8.4.7').partition('-')[0]


class Mysqld:
    """A server: its databases, and who may use them."""

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx
        try:
            found = json.loads(ctx.files.read_text(f'{DATA}/mysql/user'))
        except (OSError, ValueError):
            found = {'users': {'root': ''}, 'databases': []}
        self._users: dict[str, str] = found['users']
        self._engines: dict[str, Engine] = {name: self._engine(name) for name in ('mysql', *found['databases'])}

    def _engine(self, name: str) -> Engine:
        engine = Engine(self._ctx.simulation, {'version': _version(self._ctx), 'database': name})
        path = f'{DATA}/{name}/tables.ibd'
        if self._ctx.files.is_file(path):
            engine.load(self._ctx.files.read(path))
        return engine

    async def run(self) -> int:
        ctx, version = self._ctx, _version(self._ctx)
        self._log('System', 'MY-010116', f'/usr/sbin/mysqld (mysqld {version}) starting as process 1')
        await ctx.simulation.sleep(1.0)
        assert ctx.host.network is not None
        try:
            ctx.host.network.listen(PORT, self._serve)
        except OSError:
            self._log('ERROR', 'MY-010262', "Can't start server: Bind on TCP/IP port: Address already in use")
            return 1
        self._log('System', 'MY-010931', f"/usr/sbin/mysqld: ready for connections. Version: '{version}'  socket: "
                  f"'/var/run/mysqld/mysqld.sock'  port: {PORT}  MySQL Community Server - GPL.")
        await until_terminated(ctx)
        self._log('System', 'MY-013172', 'Received SHUTDOWN from user <via user signal>. Shutting down mysqld '
                  f'(Version: {version}).')
        self._log('System', 'MY-010910', f'/usr/sbin/mysqld: Shutdown complete (mysqld {version})  '
                  'MySQL Community Server - GPL.')
        return 0

    def _log(self, level: str, code: str, text: str) -> None:
        self._io.stderr.write(f'{self._ctx.simulation.micro_timestamp()} 0 [{level}] [{code}] [Server] {text}\n')

    async def _serve(self, connection: Connection) -> None:
        connection.writer.write(f'J\0\0\0\n{_version(self._ctx)}\0mysql_native_password\0\n'.encode())
        question = await read_question(connection)
        if question is not None:
            connection.writer.write(json.dumps(self._answer(question, connection.peer[0])).encode() + b'\n')

    def _answer(self, question: dict[str, Any], client: str) -> dict[str, Any]:
        user, password = question['user'], question['password']
        where = 'localhost' if client.startswith('127.') else client
        if self._users.get(user) != password:
            return {'error': f"ERROR 1045 (28000): Access denied for user '{user}'@'{where}' "
                             f'(using password: {"YES" if password else "NO"})'}
        results, current = [], question['database']
        if current and current not in (*self._engines, *SYSTEM):
            return {'error': f"ERROR 1049 (42000): Unknown database '{current}'"}
        for statement in question['statements']:
            try:
                current, result = self._statement(statement, current, f'{user}@{where}')
                results.append([result.columns, result.rows])
            except SqlError as problem:
                return {'results': results, 'error': f'{problem}'}
        return {'results': results}

    def _statement(self, statement: str, current: str, user: str) -> tuple[str, Result]:
        """One statement; the database that is current after it, and the result."""
        plain = ' '.join(statement.replace('`', '').split())
        words = plain.upper().split()
        if words[0] == 'USE':
            name = plain.split()[1]
            if name not in self._engines:
                raise SqlError(f"ERROR 1049 (42000) at line 1: Unknown database '{name}'")
            return name, Result()
        if words[:2] == ['SHOW', 'DATABASES']:
            return current, Result(['Database'], [[name] for name in sorted({*SYSTEM, *self._engines})])
        if words[:2] in (['CREATE', 'DATABASE'], ['CREATE', 'SCHEMA'], ['DROP', 'DATABASE'], ['DROP', 'SCHEMA']):
            self._change(words, plain)
            return current, Result()
        if re.fullmatch(r'SELECT (CURRENT_USER|USER)\(\)', plain, re.IGNORECASE):
            return current, Result([plain[7:]], [[user]])
        if not current and words[0] == 'SELECT' and 'FROM' not in words:
            current_engine = self._engines['mysql']
        elif not current:
            raise SqlError('ERROR 1046 (3D000) at line 1: No database selected')
        else:
            current_engine = self._engines[current]
        return current, self._run(current_engine, current, plain, words)

    def _run(self, engine: Engine, current: str, plain: str, words: list[str]) -> Result:
        if words[:2] == ['SHOW', 'TABLES']:
            return Result([f'Tables_in_{current}'], [[name] for name in engine.tables()])
        plain = re.sub(r'@@(global\.)?version\b', 'version()', plain, flags=re.IGNORECASE)
        plain = re.sub(r'\bINT(EGER)?\s+(NOT NULL\s+)?(PRIMARY KEY\s+)?AUTO_INCREMENT(\s+PRIMARY KEY)?',
                       'INTEGER PRIMARY KEY', plain, flags=re.IGNORECASE)
        try:
            result = engine.run(plain)
        except SqlError as problem:
            raise SqlError(self._words(str(problem), current)) from None
        if words[0] not in ('SELECT', 'VALUES'):
            self._ctx.files.make_dirs(f'{DATA}/{current}')
            self._ctx.files.put(f'{DATA}/{current}/tables.ibd', engine.dump())
        return result

    @staticmethod
    def _words(problem: str, current: str) -> str:
        """The engine's complaint in MySQL's words."""
        detail = problem.rpartition(': ')[2]
        if problem.startswith('no such table'):
            return f"ERROR 1146 (42S02) at line 1: Table '{current}.{detail}' doesn't exist"
        if problem.startswith('no such column'):
            return f"ERROR 1054 (42S22) at line 1: Unknown column '{detail}' in 'field list'"
        if problem.endswith('already exists'):
            return f"ERROR 1050 (42S01) at line 1: Table '{problem.split()[1]}' already exists"
        if 'syntax error' in problem:
            near = problem.partition('near "')[2].partition('"')[0]
            return ('ERROR 1064 (42000) at line 1: You have an error in your SQL syntax; check the manual that '
                    'corresponds to your MySQL server version for the right syntax to use near '
                    f"'{near}' at line 1")
        return problem if problem.startswith('error:') else f'ERROR 1105 (HY000) at line 1: {problem}'

    def _change(self, words: list[str], plain: str) -> None:
        """CREATE and DROP DATABASE."""
        name, create = plain.split()[-1].rstrip(';'), words[0] == 'CREATE'
        if (name in self._engines) == create:
            if 'EXISTS' in words:
                return
            code, why = (1007, f"create database '{name}'; database exists") if create else \
                (1008, f"drop database '{name}'; database doesn't exist")
            raise SqlError(f"ERROR {code} (HY000) at line 1: Can't {why}")
        if create:
            self._engines[name] = self._engine(name)
        else:
            del self._engines[name]
        path = f'{DATA}/mysql/user'
        own = [name for name in self._engines if name != 'mysql']
        self._ctx.files.put(path, json.dumps({'users': self._users, 'databases': own}))


# -- clients ----------------------------------------------------------------------------------------------------------

LONG = {'host': 'h', 'user': 'u', 'password': 'p', 'execute': 'e', 'port': 'P', 'database': 'D'}


def _options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    found: dict[str, str] = {}
    rest: list[str] = []
    pending = list(words)
    while pending:
        word = pending.pop(0)
        if word.startswith('--'):
            name, equals, value = word[2:].partition('=')
            name = LONG.get(name, name)
            found[name] = value if equals or name not in 'hueP' or not pending else pending.pop(0)
        elif word.startswith('-') and len(word) > 1:
            value = word[2:]
            found[word[1]] = pending.pop(0) if not value and word[1] in 'hueDP' and pending else value
        else:
            rest.append(word)
    return found, rest


async def client(argv: list[str], io: IO, ctx: Context) -> int:
    """mysql: runs the statements of -e or of its input."""
    options, rest = _options(argv[1:])
    if 'V' in options or 'version' in options:
        io.stdout.write(f'mysql  Ver {_version(ctx)} for Linux on x86_64 (MySQL Community Server - GPL)\n')
        return 0
    text = options['e'] if 'e' in options else (await io.stdin.read()).decode('utf-8', 'replace')
    answer = await _ask(options, rest[0] if rest else options.get('D', ''), statements(text), io, ctx)
    if answer is None:
        return 1
    for columns, rows in answer.get('results', ()):
        if columns:
            _show(columns, rows, io, bool(getattr(io.stdout, 'isatty', False)) or 't' in options, 'N' in options)
    if 'error' in answer:
        io.stderr.write(f'{answer["error"]}\n')
        return 1
    return 0


async def admin(argv: list[str], io: IO, ctx: Context) -> int:
    """mysqladmin ping, status and version."""
    options, rest = _options(argv[1:])
    command = rest[0] if rest else ''
    if command != 'ping':
        io.stderr.write(f"mysqladmin: error: the command '{command}' is not simulated here, only ping is\n")
        return 1
    host = options.get('h', '127.0.0.1')
    try:
        question = {'user': '', 'password': None, 'statements': [], 'database': ''}
        await ask(ctx, host, int(options.get('P') or PORT), question)
    except OSError:
        io.stderr.write(f"mysqladmin: connect to server at '{options.get('h', 'localhost')}' failed\n"
                        f"error: '{_unreachable(options)}'\nCheck that mysqld is running and that the socket: "
                        "'/var/run/mysqld/mysqld.sock' exists!\n")
        return 1
    io.stdout.write('mysqld is alive\n')
    return 0


async def _ask(options: dict[str, str], database: str, wanted: list[str], io: IO,
               ctx: Context) -> dict[str, Any] | None:
    password = options.get('p') or ctx.env.get('MYSQL_PWD', '')
    if options.get('p'):
        io.stderr.write('mysql: [Warning] Using a password on the command line interface can be insecure.\n')
    host = options.get('h', '127.0.0.1').replace('localhost', '127.0.0.1')
    question = {'user': options.get('u', ctx.user), 'password': password, 'database': database, 'statements': wanted}
    try:
        return await ask(ctx, host, int(options.get('P') or PORT), question)
    except NameNotFound:
        io.stderr.write(f"ERROR 2005 (HY000): Unknown MySQL server host '{host}' (-2)\n")
    except OSError as problem:
        io.stderr.write(f'ERROR {_unreachable(options, problem.errno or ECONNREFUSED)}\n')
    return None


def _unreachable(options: dict[str, str], code: int = ECONNREFUSED) -> str:
    host = options.get('h', 'localhost')
    if host == 'localhost':
        return "2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)"
    return f"2003 (HY000): Can't connect to MySQL server on '{host}:{options.get('P') or PORT}' ({code})"


def _show(columns: list[str], rows: list[list[Any]], io: IO, framed: bool, bare: bool) -> None:
    table = [['NULL' if value is None else str(value) for value in row] for row in rows]
    if not framed:
        for row in table if bare else [columns, *table]:
            io.stdout.write('\t'.join(row) + '\n')
        return
    widths = [max(map(len, column)) for column in zip(columns, *table, strict=True)]
    line = '+' + '+'.join('-' * (width + 2) for width in widths) + '+\n'
    io.stdout.write(line)
    for number, row in enumerate([columns, *table]):
        io.stdout.write('|' + '|'.join(f' {cell:<{width}} ' for cell, width in zip(row, widths, strict=True)) + '|\n')
        if not number:
            io.stdout.write(line)
    io.stdout.write(line)
