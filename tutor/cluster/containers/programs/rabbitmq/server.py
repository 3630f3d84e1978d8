"""rabbitmq-server: its users, its queues, and those who are connected."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.programs.rabbitmq.queues import Message, Queue, restored
from tutor.cluster.containers.programs.waiting import until_ended
from tutor.shell.process import IO, Connection, Context

PORT, OTHERS = 5672, (4369, 15692, 25672)
DATA = '/var/lib/rabbitmq/mnesia'
STARTING = 4.0


class ChannelError(Exception):
    """What the server refuses: code and text."""


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh"""
    return await execute(argv[1:], io, ctx)


async def server(argv: list[str], io: IO, ctx: Context) -> int:
    """rabbitmq-server"""
    return await Server(io, ctx).run()


class Server:
    """One node."""

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io, self._ctx = io, ctx
        self._node = f'rabbit@{ctx.host.hostname}'
        self._account = (ctx.env.get('RABBITMQ_DEFAULT_USER', 'guest'), ctx.env.get('RABBITMQ_DEFAULT_PASS', 'guest'))
        self._queues: dict[str, Queue] = {}
        self._named = 0
        self._file = f'{DATA}/{self._node}/queues'

    async def run(self) -> int:
        ctx, network = self._ctx, self._ctx.host.network
        assert network is not None
        self._log('<0.254.0>', ' Starting RabbitMQ ' + ctx.env.get('RABBITMQ_VERSION', '') + ' on Erlang 27')
        self._log('<0.254.0>', f' node           : {self._node}')
        self._log('<0.254.0>', ' home dir       : /var/lib/rabbitmq')
        await ctx.simulation.sleep(STARTING)
        if ctx.files.is_file(self._file):
            self._queues = restored(json.loads(ctx.files.read_text(self._file)))
        for port in OTHERS:
            network.listen(port, self._silence)
        network.listen(PORT, self._serve)
        self._log('<0.722.0>', f'started TCP listener on [::]:{PORT}')
        self._log('<0.596.0>', 'Server startup complete')
        await until_ended(ctx)
        self._log('<0.64.0>', 'SIGTERM received - shutting down')
        return 0

    def _log(self, process: str, text: str) -> None:
        now = self._ctx.simulation.wall()
        self._io.stdout.write(f'{now:%Y-%m-%d %H:%M:%S.%f}+00:00 [info] {process} {text}\n')

    async def _silence(self, connection: Connection) -> None:
        await connection.reader.readline()

    async def _serve(self, connection: Connection) -> None:
        session = Session(self, connection)
        try:
            await session.run()
        finally:
            session.end()

    # -- what sessions ask ----------------------------------------------------------------------------------------

    def admits(self, user: str, password: str) -> bool:
        return (user, password) == self._account

    def queue(self, name: str) -> Queue:
        """The queue of this name. Raises ChannelError."""
        if name not in self._queues:
            raise ChannelError(f"404, message: NOT_FOUND - no queue '{name}' in vhost '/'")
        return self._queues[name]

    def declare(self, name: str, durable: bool) -> str:
        """Make a queue unless it is there. Raises ChannelError where it is another."""
        if not name:
            self._named += 1
            name = f'amq.gen-{self._ctx.simulation.random.getrandbits(64):016x}'
        found = self._queues.setdefault(name, Queue(durable))
        if found.durable != durable:
            raise ChannelError(f"406, message: PRECONDITION_FAILED - inequivalent arg 'durable' for queue '{name}' in "
                               f"vhost '/': received '{str(durable).lower()}' but current is "
                               f"'{str(found.durable).lower()}'")
        self.save()
        return name

    def publish(self, name: str, message: Message) -> None:
        """The default exchange: to the queue of the routing key; what no queue wants is dropped."""
        if name in self._queues:
            self._queues[name].put(message)
            self.save()

    def delete(self, name: str) -> int:
        queue = self._queues.pop(name, None)
        self.save()
        return len(queue.ready) if queue is not None else 0

    def counts(self) -> dict[str, list[int]]:
        """Of each queue, the messages that are ready and those that consumers have."""
        return {name: [len(queue.ready), queue.unacknowledged] for name, queue in self._queues.items()}

    async def take(self, queue: Queue) -> Message:
        return await queue.take(self._ctx.simulation)

    def save(self) -> None:
        """Keep the durable queues in the data folder."""
        files = self._ctx.files
        files.make_dirs(self._file.rpartition('/')[0])
        files.put(self._file, json.dumps({name: queue.plain() for name, queue in self._queues.items()
                                          if queue.durable}))


class Session:
    """One connection, and the messages that it has not acknowledged."""

    def __init__(self, server: Server, connection: Connection) -> None:
        self._server, self._connection = server, connection
        self._held: dict[int, tuple[Queue, Message]] = {}
        self._tag = 0
        self._answers: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
            'login': self._login, 'declare': self._declare, 'publish': self._publish, 'get': self._get,
            'consume': self._consume, 'ack': self._ack, 'delete': self._delete, 'counts': self._counts}

    async def run(self) -> None:
        """Questions, one after the other; who speaks AMQP itself is told which of it (and that it is not spoken)."""
        reader, writer = self._connection.reader, self._connection.writer
        while line := await reader.readline():
            if not line.startswith(b'{'):
                writer.write(b'AMQP\0\0\x09\x01')
                return
            question = json.loads(line)
            try:
                answer = await self._answers[question.pop('ask')](**question)
            except ChannelError as error:
                answer = {'error': str(error), 'level': 'channel'}
            writer.write(json.dumps(answer).encode() + b'\n')
            await writer.drain()

    def end(self) -> None:
        """What was not acknowledged goes back, the oldest first."""
        for queue, message in reversed(self._held.values()):
            queue.give_back(message)
        self._held.clear()
        self._server.save()

    async def _login(self, user: str, password: str) -> dict[str, Any]:
        if self._server.admits(user, password):
            return {}
        return {'level': 'connection', 'error': '403, message: ACCESS_REFUSED - Login was refused using authentication '
                                                'mechanism PLAIN. For details see the broker logfile.'}

    async def _declare(self, queue: str, durable: bool) -> dict[str, Any]:
        return {'queue': self._server.declare(queue, durable)}

    async def _publish(self, exchange: str, queue: str, persistent: bool, body: str) -> dict[str, Any]:
        if not exchange:
            self._server.publish(queue, Message(body, persistent))
        return {}

    async def _get(self, queue: str) -> dict[str, Any]:
        return await self._consume(queue) if self._server.queue(queue).ready else {}

    async def _consume(self, queue: str) -> dict[str, Any]:
        found = self._server.queue(queue)
        message = await self._server.take(found)
        self._tag += 1
        self._held[self._tag] = found, message
        return {'tag': self._tag, 'body': message.body}

    async def _ack(self, tag: int) -> dict[str, Any]:
        queue, _ = self._held.pop(tag)
        queue.unacknowledged -= 1
        self._server.save()
        return {}

    async def _delete(self, queue: str) -> dict[str, Any]:
        return {'messages': self._server.delete(queue)}

    async def _counts(self) -> dict[str, Any]:
        return {'queues': self._server.counts()}
