"""mysqld: its databases, who may use them, and what it answers."""

from __future__ import annotations

import json
import re
from typing import Any

from tutor.cluster.containers.programs.database import Engine, Result, SqlError, read_question
from tutor.cluster.containers.programs.mysql.replication import BinaryLog, Replica
from tutor.cluster.containers.programs.mysql.settings import (
    DATA,
    PORT,
    SWITCHES,
    edition,
    is_old,
    log_base,
    options,
    variables,
    version,
)
from tutor.cluster.containers.programs.serving import until_terminated
from tutor.shell.process import IO, Connection, Context

SYSTEM = ('information_schema', 'mysql', 'performance_schema', 'sys')
READING = frozenset({'SELECT', 'VALUES', 'SHOW', 'EXPLAIN', 'BEGIN', 'START', 'COMMIT', 'ROLLBACK'})
QUALIFIED = re.compile(r'\b(FROM|INTO|TABLE|UPDATE|JOIN|EXISTS)\s+(\w+)\.\w', re.IGNORECASE)
VARIABLE = re.compile(r'@@(?:global\.|session\.)?(\w+)', re.IGNORECASE)
JOKERS = {'%': '.*', '_': '.'}
CALLED = re.compile(r'"(@@\w+)"\(\)')


async def server(argv: list[str], io: IO, ctx: Context) -> int:
    """mysqld."""
    if '--version' in argv or '-V' in argv:
        io.stdout.write(f'/usr/sbin/mysqld  Ver {version(ctx)} for Linux on x86_64 (MySQL Community Server - GPL)\n')
        return 0
    return await Mysqld(io, ctx).run()


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
        found_options = options(ctx)
        self._variables = variables(found_options, ctx)
        self._read_only = bool(self._variables['super_read_only'])
        self._engines: dict[str, Engine] = {name: self._engine(name) for name in ('mysql', *found['databases'])}
        self._binlog = BinaryLog(ctx, log_base(found_options, ctx))
        self._replica = Replica(ctx, self._replay)

    def _engine(self, name: str) -> Engine:
        engine = Engine(self._ctx.simulation, {
            'version': self._variables['version'], 'database': name,
            **{f'@@{variable}': value for variable, value in self._variables.items()}})
        path = f'{DATA}/{name}/tables.ibd'
        if self._ctx.files.is_file(path):
            engine.load(self._ctx.files.read(path))
        return engine

    async def run(self) -> int:
        ctx, number, old = self._ctx, self._variables['version'], is_old(version(self._ctx))
        where = "socket: '/var/run/mysqld/mysqld.sock'  port: " + f'{PORT}  {edition(version(ctx))}'
        if old:
            self._note(f'mysqld (mysqld {number}) starting as process {ctx.pid} ...')
        else:
            self._log('System', 'MY-010116', f'/usr/sbin/mysqld (mysqld {number}) starting as process {ctx.pid}')
        await ctx.simulation.sleep(1.0)
        assert ctx.host.network is not None
        try:
            ctx.host.network.listen(PORT, self._serve)
        except OSError:
            self._log('ERROR', 'MY-010262', "Can't start server: Bind on TCP/IP port: Address already in use")
            return 1
        if old:
            self._note(f"mysqld: ready for connections.\nVersion: '{number}'  {where}")
        else:
            self._log('System', 'MY-010931', f"/usr/sbin/mysqld: ready for connections. Version: '{number}'  {where}.")
        self._replica.resume()
        await until_terminated(ctx)
        self._replica.stop()
        if old:
            self._note(f'mysqld: Normal shutdown\n\n{ctx.simulation.micro_timestamp()} 0 [Note] mysqld: '
                       'Shutdown complete\n')
            return 0
        self._log('System', 'MY-013172', 'Received SHUTDOWN from user <via user signal>. Shutting down mysqld '
                  f'(Version: {number}).')
        self._log('System', 'MY-010910', f'/usr/sbin/mysqld: Shutdown complete (mysqld {number})  '
                  f'{edition(version(ctx))}.')
        return 0

    def _note(self, text: str) -> None:
        """A line as servers before 8.0 write it."""
        self._io.stderr.write(f'{self._ctx.simulation.micro_timestamp()} 0 [Note] {text}\n')

    def _log(self, level: str, code: str, text: str) -> None:
        self._io.stderr.write(f'{self._ctx.simulation.micro_timestamp()} 0 [{level}] [{code}] [Server] {text}\n')

    async def _serve(self, connection: Connection) -> None:
        connection.writer.write(f'J\0\0\0\n{version(self._ctx)}\0mysql_native_password\0\n'.encode())
        question = await read_question(connection)
        if question is None:
            return
        answer = self._answer(question, connection.peer[0])
        answer.setdefault('version', self._variables['version'])
        if 'follow' in question and 'error' not in answer:
            answer |= {'log_file': self._binlog.name, 'server_id': self._variables['server_id']} if self._binlog.name \
                else {'error': 'Binary log is not open'}
        connection.writer.write(json.dumps(answer).encode() + b'\n')
        if 'follow' in question and 'error' not in answer:
            await self._binlog.feed(connection, question['follow'])

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
                results.append([result.columns, result.rows, result.affected])
            except SqlError as problem:
                return {'results': results, 'error': f'{problem}', 'database': current}
        return {'results': results, 'database': current}

    def _statement(self, statement: str, current: str, user: str) -> tuple[str, Result]:
        """One statement; the database that is current after it, and the result."""
        plain = ' '.join(statement.replace('`', '').split())
        words = plain.upper().split()
        if words[0] == 'USE':
            name = plain.split()[1]
            if name not in (*self._engines, *SYSTEM):
                raise SqlError(f"ERROR 1049 (42000) at line 1: Unknown database '{name}'")
            return name, Result()
        if words[:2] == ['SHOW', 'DATABASES']:
            return current, Result(['Database'], [[name] for name in sorted({*SYSTEM, *self._engines})])
        if words[0] == 'SHOW' and 'VARIABLES' in words[1:3]:
            return current, self._shown_variables(plain)
        about = self._about_replication(words, plain)
        if about is not None:
            return current, about
        if re.fullmatch(r'SELECT (CURRENT_USER|USER)\(\)', plain, re.IGNORECASE):
            return current, Result([plain[7:]], [[user]])
        writes = words[0] not in READING
        if writes and self._read_only:
            raise SqlError('ERROR 1290 (HY000) at line 1: The MySQL server is running with the --super-read-only '
                           'option so it cannot execute this statement')
        result = self._execute(words, plain, current)
        if writes:
            self._binlog.append(current, plain)
        return current, result

    def _shown_variables(self, plain: str) -> Result:
        """SHOW VARIABLES [LIKE 'pattern' | WHERE …]: switches are on or off."""
        asked = re.search(r"""(?:LIKE|=)\s*['"]([^'"]*)['"]""", plain, re.IGNORECASE)
        parts: list[str] = re.findall(r'\\.|.', asked[1].lower()) if asked else ['%']
        pattern = ''.join(JOKERS[part] if part in JOKERS else re.escape(part[-1:]) for part in parts)
        return Result(['Variable_name', 'Value'], [
            [name, ('ON' if value else 'OFF') if name in SWITCHES else str(value)]
            for name, value in sorted(self._variables.items()) if re.fullmatch(pattern, name)])

    def _replay(self, database: str, statement: str) -> None:
        """Do what the source of replication has done."""
        try:
            self._execute(statement.upper().split(), statement, database)
        except SqlError as problem:
            self._log('ERROR', 'MY-010584', f'Slave SQL: Error executing the statement: {problem}')

    def _execute(self, words: list[str], plain: str, current: str) -> Result:
        if words[:2] in (['CREATE', 'DATABASE'], ['CREATE', 'SCHEMA'], ['DROP', 'DATABASE'], ['DROP', 'SCHEMA']):
            self._change(words, plain)
            return Result(affected=1)
        qualified = QUALIFIED.search(plain)
        if qualified is not None and qualified[2] in self._engines:
            current, plain = qualified[2], re.sub(rf'\b{qualified[2]}\.(?=\w)', '', plain)
        if not current and words[0] == 'SELECT' and 'FROM' not in words:
            current = 'mysql'
        if not current:
            raise SqlError('ERROR 1046 (3D000) at line 1: No database selected')
        return self._run(self._engines.get(current) or self._engine(current), current, plain, words)

    def _about_replication(self, words: list[str], plain: str) -> Result | None:
        """CHANGE MASTER TO, START and STOP SLAVE, SHOW MASTER and SLAVE STATUS, in old words and in new ones."""
        head = ' '.join(words[:3]).replace('REPLICATION SOURCE', 'MASTER').replace('BINARY LOG', 'MASTER').replace(
            'REPLICA', 'SLAVE')
        if head.startswith('CHANGE MASTER'):
            self._replica.configure(plain)
        elif head.startswith('START SLAVE'):
            if not self._replica.source:
                raise SqlError('ERROR 1200 (HY000) at line 1: The server is not configured as slave; fix in config '
                               'file or with CHANGE MASTER TO')
            self._replica.start()
        elif head.startswith('STOP SLAVE'):
            self._replica.stop()
        elif head == 'SHOW MASTER STATUS':
            return Result(['File', 'Position', 'Binlog_Do_DB', 'Binlog_Ignore_DB', 'Executed_Gtid_Set'],
                          [[self._binlog.name, self._binlog.position, '', '', '']] if self._binlog.name else [])
        elif head == 'SHOW SLAVE STATUS':
            return self._replica.status()
        else:
            return None
        return Result()

    def _run(self, engine: Engine, current: str, plain: str, words: list[str]) -> Result:
        if words[:2] == ['SHOW', 'TABLES']:
            return Result([f'Tables_in_{current}'], [[name] for name in engine.tables()])
        plain = VARIABLE.sub(lambda found: f'"@@{found[1].lower()}"()', plain)
        plain = re.sub(r'\bINT(EGER)?\s+(NOT NULL\s+)?(PRIMARY KEY\s+)?AUTO_INCREMENT(\s+PRIMARY KEY)?',
                       'INTEGER PRIMARY KEY', plain, flags=re.IGNORECASE)
        try:
            result = engine.run(plain)
        except SqlError as problem:
            raise SqlError(self._words(str(problem), current)) from None
        result.columns = [CALLED.sub(r'\1', column) for column in result.columns]
        if words[0] not in READING:
            self._ctx.files.make_dirs(f'{DATA}/{current}')
            self._ctx.files.put(f'{DATA}/{current}/tables.ibd', engine.dump())
        return result

    @staticmethod
    def _words(problem: str, current: str) -> str:
        """The engine's complaint in MySQL's words."""
        detail = problem.rpartition(': ')[2]
        if problem.startswith('no such function: @@'):
            return f"ERROR 1193 (HY000) at line 1: Unknown system variable '{detail[2:]}'"
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
