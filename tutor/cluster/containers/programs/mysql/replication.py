"""Replication: the log of all that was written, and a replica that does after its source what stands there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tutor.cluster.containers.programs.database import Result
from tutor.cluster.containers.programs.mysql.settings import DATA, PORT
from tutor.cluster.simulation import BrokenPipe, Task
from tutor.shell.process import Connection, Context

LOG_FILE = 'mysql-bin.000003'
BEGINNING = 154
"""The position of the first event."""
EVENT_HEADER = 65
RETRY = 10.0
MASTER_INFO = f'{DATA}/mysql/slave_master_info'
_assignment = re.compile(r"(?:MASTER|SOURCE)_(\w+)\s*=\s*(?:'([^']*)'|(\d+))", re.IGNORECASE)


class BinaryLog:
    """What was written, in order; an event's position is where it ends."""

    def __init__(self, ctx: Context) -> None:
        self._files = ctx.files
        self._simulation = ctx.simulation
        self._path = f'{DATA}/{LOG_FILE}'
        self._events: list[tuple[int, str, str]] = []
        self._readers: list[Connection] = []
        if self._files.is_file(self._path):
            self._events = [tuple(event) for event in json.loads(self._files.read_text(self._path))]

    @property
    def position(self) -> int:
        return self._events[-1][0] if self._events else BEGINNING

    def append(self, database: str, statement: str) -> None:
        """Keep one event, and send it to who reads along."""
        event = (self.position + EVENT_HEADER + len(statement), database, statement)
        self._events.append(event)
        self._files.put(self._path, json.dumps(self._events))
        for reader in list(self._readers):
            try:
                reader.writer.write(json.dumps(event).encode() + b'\n')
            except BrokenPipe:
                self._readers.remove(reader)

    async def feed(self, connection: Connection, position: int) -> None:
        """Send all events after a position, and those to come, until the reader hangs up."""
        for event in self._events:
            if event[0] > position:
                connection.writer.write(json.dumps(event).encode() + b'\n')
        self._readers.append(connection)
        try:
            await connection.reader.read()
        finally:
            if connection in self._readers:
                self._readers.remove(connection)


class Replica:
    """The two threads of a replica in one; `replay` does one event."""

    def __init__(self, ctx: Context, replay: Callable[[str, str], None]) -> None:
        self._ctx = ctx
        self._replay = replay
        self._task: Task[None] | None = None
        self._connected = False
        self.source: dict[str, Any] = {}
        if ctx.files.is_file(MASTER_INFO):
            self.source = json.loads(ctx.files.read_text(MASTER_INFO))

    def configure(self, statement: str) -> None:
        """CHANGE MASTER TO …"""
        for name, text, number in _assignment.findall(statement):
            self.source[name.lower()] = int(number) if number else text
        self._save()

    def _save(self) -> None:
        self._ctx.files.put(MASTER_INFO, json.dumps(self.source))

    def resume(self) -> None:
        """Go on after a restart."""
        if self.source.get('running'):
            self.start()

    def start(self) -> None:
        if self._task is None:
            self.source['running'] = True
            self._save()
            self._task = self._ctx.simulation.spawn(self._run(), 'replication')

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task, self._connected = None, False

    async def _run(self) -> None:
        while True:
            with suppress(OSError, BrokenPipe, ValueError):
                await self._follow()
            self._connected = False
            await self._ctx.simulation.sleep(float(self.source.get('connect_retry', RETRY)))

    async def _follow(self) -> None:
        """Replay what the source sends until the connection breaks."""
        network, source = self._ctx.host.network, self.source
        assert network is not None
        address = (await network.resolve(source.get('host', '')))[0]
        connection = await network.connect(address, source.get('port', PORT), RETRY)
        try:
            question = {'user': source.get('user', ''), 'password': source.get('password', ''), 'database': '',
                        'statements': [], 'follow': source.get('log_pos', BEGINNING)}
            connection.writer.write(json.dumps(question).encode() + b'\n')
            while line := await connection.reader.readline():
                if line.startswith(b'{'):
                    self._connected = 'error' not in json.loads(line)
                elif line.startswith(b'['):
                    position, database, statement = json.loads(line)
                    self._replay(database, statement)
                    source['log_pos'] = position
                    self._save()
        finally:
            connection.close()

    def status(self) -> Result:
        """SHOW SLAVE STATUS, the columns that one looks at."""
        if not self.source:
            return Result()
        running = 'Yes' if self._task is not None else 'No'
        values = {
            'Slave_IO_State': 'Waiting for master to send event' if self._connected else 'Connecting to master',
            'Master_Host': self.source.get('host', ''), 'Master_User': self.source.get('user', ''),
            'Master_Port': self.source.get('port', PORT), 'Master_Log_File': self.source.get('log_file', LOG_FILE),
            'Read_Master_Log_Pos': self.source.get('log_pos', BEGINNING),
            'Slave_IO_Running': running if self._connected or running == 'No' else 'Connecting',
            'Slave_SQL_Running': running, 'Seconds_Behind_Master': 0 if self._connected else None}
        return Result(list(values), [list(values.values())])
