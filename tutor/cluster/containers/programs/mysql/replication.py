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

BEGINNING = 154
"""The position of the first event."""
EVENT_HEADER = 65
NUMBER = '000003'
RETRY = 10.0
MASTER_INFO = f'{DATA}/mysql/slave_master_info'
_assignment = re.compile(r"(?:MASTER|SOURCE)_(\w+)\s*=\s*(?:'([^']*)'|(\d+))", re.IGNORECASE)


class BinaryLog:
    """What was written, in order; an event's position is where it ends. Without a name nothing is kept."""

    def __init__(self, ctx: Context, base: str) -> None:
        self._files = ctx.files
        self._simulation = ctx.simulation
        self.name = f'{base}.{NUMBER}' if base else ''
        self._path = f'{DATA}/{self.name}'
        self._events: list[tuple[int, str, str]] = []
        self._readers: list[Connection] = []
        if base and self._files.is_file(self._path):
            self._events = [tuple(event) for event in json.loads(self._files.read_text(self._path))]

    @property
    def position(self) -> int:
        return self._events[-1][0] if self._events else BEGINNING

    def append(self, database: str, statement: str) -> None:
        """Keep one event, and send it to who reads along."""
        if not self.name:
            return
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
        self._problem = ''
        """What the source has refused it with."""
        self.source: dict[str, Any] = {}
        if ctx.files.is_file(MASTER_INFO):
            self.source = json.loads(ctx.files.read_text(MASTER_INFO))

    def configure(self, statement: str) -> None:
        """CHANGE MASTER TO …"""
        for name, text, number in _assignment.findall(statement):
            self.source[name.lower()] = int(number) if number else text
        self.source['from'] = self.source.get('log_pos', BEGINNING)
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
                    answer = json.loads(line)
                    self._problem = answer.get('error', '')
                    self._connected = not self._problem
                    source.update({name: answer[name] for name in ('log_file', 'server_id') if name in answer})
                elif line.startswith(b'['):
                    position, database, statement = json.loads(line)
                    self._replay(database, statement)
                    source['log_pos'] = position
                    self._save()
        finally:
            connection.close()

    def status(self) -> Result:
        """SHOW SLAVE STATUS."""
        if not self.source:
            return Result()
        running, source = 'Yes' if self._task is not None else 'No', self.source
        position, log = source.get('log_pos', BEGINNING), source.get('log_file', '')
        values: dict[str, Any] = dict.fromkeys(COLUMNS.split(), '')
        values |= dict.fromkeys(ZEROS.split(), 0)
        values |= {
            'Slave_IO_State': 'Waiting for master to send event' if self._connected else
            'Connecting to master' if running == 'Yes' else '',
            'Master_Host': source.get('host', ''), 'Master_User': source.get('user', ''),
            'Master_Port': source.get('port', PORT), 'Connect_Retry': source.get('connect_retry', 60),
            'Master_Log_File': log, 'Read_Master_Log_Pos': position,
            'Relay_Log_File': f'{self._ctx.host.hostname}-relay-bin.000002',
            'Relay_Log_Pos': position - source.get('from', position) + RELAY_BEGINNING, 'Relay_Master_Log_File': log,
            'Slave_IO_Running': running if self._connected or running == 'No' else 'Connecting',
            'Slave_SQL_Running': running, 'Exec_Master_Log_Pos': position, 'Until_Condition': 'None',
            'Relay_Log_Space': position - source.get('from', position) + 2 * RELAY_BEGINNING,
            'Master_SSL_Allowed': 'No', 'Master_SSL_Verify_Server_Cert': 'No',
            'Seconds_Behind_Master': 0 if self._connected else None, 'Master_Info_File': f'{DATA}/master.info',
            'SQL_Remaining_Delay': None, 'Master_Retry_Count': 86400,
            'Master_Server_Id': source.get('server_id', 0), 'Last_IO_Errno': 1236 if self._problem else 0,
            'Last_IO_Error': f"{FATAL}{self._problem}'" if self._problem else '',
            'Slave_SQL_Running_State': CAUGHT_UP if running == 'Yes' else ''}
        return Result(list(values), [list(values.values())])


RELAY_BEGINNING = 320
CAUGHT_UP = 'Slave has read all relay log; waiting for more updates'
FATAL = "Got fatal error 1236 from master when reading data from binary log: '"
COLUMNS = """
Slave_IO_State Master_Host Master_User Master_Port Connect_Retry Master_Log_File Read_Master_Log_Pos Relay_Log_File
Relay_Log_Pos Relay_Master_Log_File Slave_IO_Running Slave_SQL_Running Replicate_Do_DB Replicate_Ignore_DB
Replicate_Do_Table Replicate_Ignore_Table Replicate_Wild_Do_Table Replicate_Wild_Ignore_Table Last_Errno Last_Error
Skip_Counter Exec_Master_Log_Pos Relay_Log_Space Until_Condition Until_Log_File Until_Log_Pos Master_SSL_Allowed
Master_SSL_CA_File Master_SSL_CA_Path Master_SSL_Cert Master_SSL_Cipher Master_SSL_Key Seconds_Behind_Master
Master_SSL_Verify_Server_Cert Last_IO_Errno Last_IO_Error Last_SQL_Errno Last_SQL_Error Replicate_Ignore_Server_Ids
Master_Server_Id Master_UUID Master_Info_File SQL_Delay SQL_Remaining_Delay Slave_SQL_Running_State Master_Retry_Count
Master_Bind Last_IO_Error_Timestamp Last_SQL_Error_Timestamp Master_SSL_Crl Master_SSL_Crlpath Retrieved_Gtid_Set
Executed_Gtid_Set Auto_Position Replicate_Rewrite_DB Channel_Name Master_TLS_Version
"""
ZEROS = 'Last_Errno Skip_Counter Until_Log_Pos Last_SQL_Errno SQL_Delay Auto_Position'
