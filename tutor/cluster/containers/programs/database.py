"""What the simulated database servers and their clients share: a small SQL engine, and questions over a connection."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tutor.cluster.simulation import BrokenPipe, Simulation
from tutor.shell.process import Connection, Context

STATEMENTS = frozenset({'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'ALTER', 'BEGIN', 'COMMIT',
                        'ROLLBACK', 'VALUES', 'START', 'WITH'})
STEPS = 2_000_000
"""How many steps of the engine one statement may take."""
LARGEST = 4 * 1024 * 1024
SPLIT = re.compile(r""";(?=(?:[^'"]|'[^']*'|"[^"]*")*$)""")


class SqlError(Exception):
    """What a statement fails with."""


@dataclass(slots=True)
class Result:
    """The answer to one statement. `tag` is the command, such as 'SELECT' or 'CREATE TABLE'."""

    columns: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    tag: str = ''
    affected: int = 0


class Engine:
    """One database in memory: SQLite without its files, clock and randomness, and with a limit on each statement."""

    def __init__(self, simulation: Simulation, functions: Mapping[str, object]) -> None:
        import sqlite3
        self._database = database = sqlite3.connect(':memory:', isolation_level=None, check_same_thread=False)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
        for name in ('now', 'current_timestamp'):
            database.create_function(name, 0, lambda: f'{simulation.wall():%Y-%m-%d %H:%M:%S}')
        for name in ('rand', 'random'):
            database.create_function(name, 0, simulation.random.random)
        for name, value in functions.items():
            database.create_function(name, 0, lambda value=value: value)
        refused = {'randomblob', 'load_extension', 'date', 'time', 'datetime', 'julianday', 'strftime', 'unixepoch',
                   'current_date', 'current_time', 'fts3_tokenizer'}
        closed = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA}

        def authorize(action: int, first: str | None, second: str | None, *_: object) -> int:
            bad = action in closed or (action == sqlite3.SQLITE_FUNCTION and (second or '').lower() in refused)
            return sqlite3.SQLITE_DENY if bad else sqlite3.SQLITE_OK

        self._authorize = authorize
        database.set_authorizer(authorize)
        self._failure = sqlite3.Error

    def run(self, statement: str) -> Result:
        """One statement. Raises SqlError."""
        words = statement.split(None, 2)
        verb = words[0].upper()
        if verb not in STATEMENTS:
            raise SqlError(f'error: {verb} is not simulated here')
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1000
            return int(steps > STEPS)

        self._database.set_progress_handler(step, 1000)
        try:
            cursor = self._database.execute('BEGIN' if verb == 'START' else statement)
            rows = [list(row) for row in cursor.fetchmany(10_000)]
        except (self._failure, ValueError, OverflowError) as problem:
            raise SqlError(str(problem)) from None
        columns = [column[0] for column in cursor.description or ()]
        tag = f'{verb} {words[1].upper()}' if verb in ('CREATE', 'DROP', 'ALTER') and len(words) > 1 else verb
        return Result(columns, rows, tag, len(rows) if columns else max(cursor.rowcount, 0))

    def dump(self) -> bytes:
        """All of it, for the data folder."""
        with self._trusted():
            return self._database.serialize()

    def load(self, data: bytes) -> None:
        """Take what was dumped."""
        with self._trusted():
            self._database.deserialize(data)

    @contextmanager
    def _trusted(self) -> Iterator[None]:
        """Without the authorizer: copying reads the number of pages by a PRAGMA, and attaches."""
        self._database.set_authorizer(None)
        try:
            yield
        finally:
            self._database.set_authorizer(self._authorize)

    def tables(self) -> list[str]:
        return [row[0] for row in self.run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").rows]


def statements(text: str) -> list[str]:
    """The statements of a script, without comments."""
    plain = '\n'.join(line for line in text.splitlines() if not line.lstrip().startswith(('--', '#')))
    return [part.strip() for part in SPLIT.split(plain) if part.strip()]


async def ask(ctx: Context, host: str, port: int, question: dict[str, Any]) -> dict[str, Any]:
    """Send a question to a server and read its answer. Raises OSError."""
    network = ctx.host.network
    assert network is not None
    connection = await network.connect((await network.resolve(host))[0], port, 10)
    try:
        connection.writer.write(json.dumps(question).encode() + b'\n')
        while line := await connection.reader.readline():
            if line.startswith(b'{'):
                return json.loads(line)
        raise ConnectionResetError(104, 'Connection reset by peer')
    except BrokenPipe:
        raise ConnectionResetError(104, 'Connection reset by peer') from None
    finally:
        connection.close()


async def read_question(connection: Connection) -> dict[str, Any] | None:
    """What a client of ours asks; None for anything else."""
    line = await connection.reader.readline()
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
