"""Replication: a replica takes its primary's keys whole, and then every command that changes them."""

from __future__ import annotations

from collections.abc import Callable

from tutor.cluster.containers.programs.redis import banner
from tutor.cluster.containers.programs.redis.keyspace import Keyspace
from tutor.cluster.containers.programs.redis.protocol import (
    RedisError,
    encode,
    encode_request,
    read_reply,
    read_request,
)
from tutor.cluster.simulation import BrokenPipe, Simulation, Task
from tutor.shell.process import Connection, Context, NameNotFound

RETRY = 1.0
PING, PING_PERIOD = 14, 10.0
"""The bytes of a ping in the stream, and how often there is one."""


class Replicas:
    """The connections of those that copy this server."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._connections: list[Connection] = []
        self._since: float | None = None
        """When the first one came; from then on there is a backlog, and a ping every ten seconds in it."""
        self._written = 0
        self._id = f'{simulation.random.getrandbits(160):040x}'

    @property
    def offset(self) -> int:
        """How many bytes the stream to the replicas has."""
        if self._since is None:
            return self._written
        return self._written + PING * int((self._simulation.now - self._since) / PING_PERIOD)

    def add(self, connection: Connection, snapshot: bytes) -> None:
        """A full resynchronization."""
        connection.writer.write(encode(snapshot.decode()))
        self._connections.append(connection)
        if self._since is None:
            self._since = self._simulation.now

    def has(self, connection: Connection) -> bool:
        return connection in self._connections

    def drop(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)

    def hand_on(self, words: list[str]) -> None:
        """Every replica runs this command too."""
        if self._since is None:
            return
        data = encode_request(words)
        self._written += len(data)
        for connection in list(self._connections):
            try:
                connection.writer.write(data)
            except BrokenPipe:
                self.drop(connection)

    def hosts(self) -> list[str]:
        return [connection.peer[0] for connection in self._connections]

    def info(self, version: str) -> dict[str, object]:
        """Their lines of INFO replication (genRedisInfoString)."""
        slaves = {f'slave{number}': f'ip={host},port=6379,state=online,offset={self.offset},lag={lag(self._simulation)}'
                  for number, host in enumerate(self.hosts())}
        failover = {'master_failover_state': 'no-failover'} if banner.number(version) >= (6, 2) else {}
        active = self._since is not None
        return {'connected_slaves': len(slaves), **slaves, **failover, 'master_replid': self._id,
                'master_replid2': '0' * 40, 'master_repl_offset': self.offset, 'second_repl_offset': -1,
                'repl_backlog_active': int(active), 'repl_backlog_size': 1048576,
                'repl_backlog_first_byte_offset': int(active), 'repl_backlog_histlen': self.offset}


def lag(simulation: Simulation) -> int:
    """Replicas tell once a second how far they are."""
    return int(simulation.now * 2) % 2


class Link:
    """A replica's connection to its primary; it is made again whenever it breaks."""

    def __init__(self, ctx: Context, host: str, port: int, password: str, keys: Keyspace,
                 log: Callable[[str, str], None]) -> None:
        self._ctx = ctx
        self.host, self.port = host, port
        self._password = password
        self._keys = keys
        self._log = log
        self.up = False
        self._connection: Connection | None = None
        self._task: Task[None] | None = None

    def start(self) -> None:
        self._task = self._ctx.simulation.spawn(self._run(), f'replica of {self.host}')

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._connection is not None:
            self._connection.close()

    def info(self) -> dict[str, object]:
        return {'role': 'slave', 'master_host': self.host, 'master_port': self.port,
                'master_link_status': 'up' if self.up else 'down',
                'master_last_io_seconds_ago': lag(self._ctx.simulation) if self.up else -1,
                'master_sync_in_progress': 0, 'slave_priority': 100, 'slave_read_only': 1}

    async def _run(self) -> None:
        while True:
            self._log('*', f'Connecting to MASTER {self.host}:{self.port}')
            try:
                await self._follow()
            except NameNotFound:
                self._log('#', 'Unable to connect to MASTER: Resource temporarily unavailable')
            except (OSError, BrokenPipe, RedisError, ValueError) as problem:
                why = problem.strerror if isinstance(problem, OSError) else str(problem) or 'Connection reset by peer'
                self._log('#', f'Error condition on socket for SYNC: {why}')
            self.up = False
            await self._ctx.simulation.sleep(RETRY)

    async def _follow(self) -> None:
        """Copy the primary until the connection breaks."""
        network = self._ctx.host.network
        assert network is not None
        self._connection = connection = await network.connect((await network.resolve(self.host))[0], self.port, 10)
        try:
            self._log('*', 'MASTER <-> REPLICA sync started')
            for words in (['AUTH', self._password] if self._password else [], ['PING']):
                if words:
                    connection.writer.write(encode_request(words))
                    reply = await read_reply(connection.reader)
                    if isinstance(reply, RedisError):
                        raise reply
            connection.writer.write(encode_request(['PSYNC', '?', '-1']))
            snapshot = (await read_reply(connection.reader)).encode()
            self._log('*', f'MASTER <-> REPLICA sync: receiving {len(snapshot)} bytes from master')
            self._keys.load(snapshot)
            self.up = True
            self._log('*', 'MASTER <-> REPLICA sync: Finished with success')
            while (words := await read_request(connection.reader)) is not None:
                self._keys.execute(words[0].lower(), words[1:])
            self._log('#', 'Connection with master lost.')
        finally:
            connection.close()
