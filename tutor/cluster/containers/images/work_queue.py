"""What the documentation's fine parallel processing has one build: a worker that takes its items from Redis."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.cluster.containers.programs import python
from tutor.cluster.containers.programs.redis.protocol import Reply, encode_request, read_reply
from tutor.shell.process import IO, Connection, Context, Main, NameNotFound

HOST, QUEUE = 'redis', 'job2'
LEASE, WORK, PATIENCE = 10, 10.0, 2
WORKER = """\
#!/usr/bin/env python
import time
import rediswq

q = rediswq.RedisWQ(name="job2", host="redis")
print("Worker with sessionID: " + q.sessionID())
print("Initial queue state: empty=" + str(q.empty()))
while not q.empty():
    item = q.lease(lease_secs=10, block=True, timeout=2)
    if item is None:
        print("Waiting for work")
        continue
    print("Working on " + item.decode("utf-8"))
    time.sleep(10)
    q.complete(item)
print("Queue empty, exiting")
"""


class JobWorker(Image):
    """job-wq-2, where the page's manifest looks for it."""

    repository = 'gcr.io/myproject/job-wq-2'
    tags = {'latest': '3.12.12'}
    size = 371_000_000

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/bin/sh', '-c', 'python worker.py'),
                           environment={'PATH': PATH, 'PYTHON_VERSION': self.version(tag)})

    def files(self, tag: str) -> Mapping[str, Content]:
        return {'/worker.py': WORKER}

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/python': _python, '/usr/local/bin/python3': _python}


async def _python(argv: list[str], io: IO, ctx: Context) -> int:
    return await _work(io, ctx) if argv[1:2] in (['worker.py'], ['/worker.py']) else await python.main(argv, io, ctx)


class _Queue:
    """A list of items, one of those that are being processed, and a key for each lease."""

    def __init__(self, connection: Connection, session: str) -> None:
        self._connection = connection
        self._session = session

    async def _ask(self, *words: str) -> Reply:
        self._connection.writer.write(encode_request(list(words)))
        return await read_reply(self._connection.reader)

    async def empty(self) -> bool:
        return not await self._ask('LLEN', QUEUE) and not await self._ask('LLEN', f'{QUEUE}:processing')

    async def lease(self) -> str | None:
        item = await self._ask('RPOPLPUSH', QUEUE, f'{QUEUE}:processing')
        if item is not None:
            await self._ask('SETEX', self._key(str(item)), str(LEASE), self._session)
        return None if item is None else str(item)

    async def complete(self, item: str) -> None:
        await self._ask('LREM', f'{QUEUE}:processing', '0', item)
        await self._ask('DEL', self._key(item))

    @staticmethod
    def _key(item: str) -> str:
        return f'{QUEUE}:leased_by_session:{item}'


async def _work(io: IO, ctx: Context) -> int:
    """worker.py: one item after the other, until none is left."""
    network, random = ctx.host.network, ctx.simulation.random
    try:
        assert network is not None
        connection = await network.connect((await network.resolve(HOST))[0], 6379)
    except NameNotFound:
        return _failed(io, 'Error -2 connecting to redis:6379. Name or service not known.')
    except OSError as problem:
        return _failed(io, f'Error {problem.errno} connecting to redis:6379. {problem.strerror}.')
    digits = f'{random.getrandbits(128):032x}'
    session = '-'.join((digits[:8], digits[8:12], f'4{digits[13:16]}', f'a{digits[17:20]}', digits[20:]))
    queue = _Queue(connection, session)
    try:
        io.stdout.write(f'Worker with sessionID: {session}\nInitial queue state: empty={await queue.empty()}\n')
        while not await queue.empty():
            item = await queue.lease()
            if item is None:
                await ctx.simulation.sleep(PATIENCE)
                io.stdout.write('Waiting for work\n')
                continue
            io.stdout.write(f'Working on {item}\n')
            await ctx.simulation.sleep(WORK)
            await queue.complete(item)
    finally:
        connection.close()
    io.stdout.write('Queue empty, exiting\n')
    return 0


def _failed(io: IO, why: str) -> int:
    io.stderr.write(f'Traceback (most recent call last):\n  File "/worker.py", line 7, in <module>\n'
                    f'redis.exceptions.ConnectionError: {why}\n')
    return 1
