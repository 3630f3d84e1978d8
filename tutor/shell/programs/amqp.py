"""amqp-tools of rabbitmq-c: declaring and deleting queues, publishing to them, and consuming what is in them."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from tutor.cluster.simulation import BrokenPipe, Pipe
from tutor.shell.process import IO, Connection, Context, NameNotFound
from tutor.shell.programs.running import NotRunnable, start

PORT = 5672
CHUNK = 64 * 1024
_SHORT = {'u': 'url', 's': 'server', 'q': 'queue', 'd': 'declare', 'r': 'routing-key', 'p': 'persistent', 'b': 'body',
          'e': 'exchange', 'C': 'content-type', 'c': 'count', 'A': 'no-ack', 'x': 'exclusive'}
_VALUED = frozenset({'url', 'server', 'port', 'vhost', 'username', 'password', 'queue', 'routing-key', 'body',
                     'exchange', 'content-type', 'count', 'prefetch-count'})
_BARE = frozenset({'declare', 'durable', 'persistent', 'no-ack', 'exclusive', 'if-unused', 'if-empty'})


class Refused(Exception):
    """What a tool says before it ends with status 1 (die, die_rpc and die_amqp_error in tools/common.c)."""


class Broker:
    """A connection to a server of RabbitMQ; its questions and answers are JSON here, a line each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, ctx: Context, options: dict[str, str]) -> Broker:
        """Connect and log in, as --url or --server, --port, --username and --password say. Raises Refused."""
        url, port = _address(options)
        host = (url.hostname if url else options.get('server')) or 'localhost'
        try:
            network = ctx.host.network
            if network is None:
                raise OSError('no network')
            connection = await network.connect((await network.resolve(host))[0], port, 60)
        except NameNotFound:
            raise Refused(f'opening socket to {host}:{port}: hostname lookup failed') from None
        except OSError:
            raise Refused(f'opening socket to {host}:{port}: a socket error occurred') from None
        broker = cls(connection)
        await broker.ask('logging in to AMQP server', 'login',
                         user=unquote((url.username if url else options.get('username')) or 'guest'),
                         password=unquote((url.password if url else options.get('password')) or 'guest'))
        return broker

    async def ask(self, method: str, question: str, **arguments: Any) -> dict[str, Any]:
        """Ask and wait for the answer; `method` is what a failure is told with. Raises Refused."""
        try:
            self._connection.writer.write(json.dumps({'ask': question, **arguments}).encode() + b'\n')
            answer = json.loads(await self._connection.reader.readline())
        except (BrokenPipe, OSError, ValueError):
            raise Refused(f'{method}: connection closed unexpectedly') from None
        if 'error' in answer:
            raise Refused(f'{method}: server {answer["level"]} error {answer["error"]}')
        return answer

    def close(self) -> None:
        self._connection.close()


def _address(options: dict[str, str]) -> tuple[SplitResult | None, int]:
    """The URL, if one is given, and the port. Raises Refused."""
    if 'url' not in options:
        return None, _number(options, 'port', PORT)
    try:
        url = urlsplit(options['url'])
        if url.scheme in ('amqp', 'amqps'):
            return url, url.port or PORT
    except ValueError:
        pass
    raise Refused(f"parsing URL '{options['url']}': invalid AMQP URL")


def _number(options: dict[str, str], name: str, otherwise: int) -> int:
    try:
        return int(options.get(name, otherwise))
    except ValueError:
        raise Refused(f'--{name}: invalid numeric value') from None


def _parse(name: str, words: list[str]) -> tuple[dict[str, str], list[str]]:
    """The options, up to the first word that is none, and the rest. Raises Refused."""
    options: dict[str, str] = {}
    words = list(words)
    while words and words[0].startswith('-') and words[0] != '-':
        word = words.pop(0)
        if word == '--':
            break
        option, equals, value = word[2:].partition('=') if word.startswith('--') else (
            _SHORT.get(word[1:2], word[1:2]), '=' if word[2:] else '', word[2:])
        if option not in _VALUED | _BARE:
            raise Refused(f'{word}: unknown option')
        if option in _VALUED and not equals:
            if not words:
                raise Refused(f'{word}: missing argument')
            value = words.pop(0)
        options[option] = value
    return options, words


def _tool(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    async def main(argv: list[str], io: IO, ctx: Context) -> int:
        broker = None
        try:
            options, words = _parse(name, argv[1:])
            if name in ('amqp-get', 'amqp-delete-queue') and not options.get('queue'):
                raise Refused('queue not specified')
            if name == 'amqp-consume' and not words:
                raise Refused('consuming command not specified')
            broker = await Broker.open(ctx, options)
            return await work(broker, options, words, io, ctx)
        except Refused as refused:
            io.stderr.write(f'{refused}\n')
            return 1
        finally:
            if broker is not None:
                broker.close()
    main.__doc__ = work.__doc__
    return main


async def _declare(broker: Broker, options: dict[str, str], words: list[str], io: IO, ctx: Context) -> int:
    """amqp-declare-queue [-q QUEUE] [-d]"""
    durable = 'declare' in options or 'durable' in options
    answer = await broker.ask('queue.declare', 'declare', queue=options.get('queue', ''), durable=durable)
    io.stdout.write(f'{answer["queue"]}\n')
    return 0


async def _publish(broker: Broker, options: dict[str, str], words: list[str], io: IO, ctx: Context) -> int:
    """amqp-publish -r ROUTING-KEY [-p] [-b BODY]: without a body, standard input is one."""
    body = options.get('body', '').encode()
    while 'body' not in options and (piece := await io.stdin.read(CHUNK)):
        body += piece
    await broker.ask('basic.publish', 'publish', exchange=options.get('exchange', ''),
                     queue=options.get('routing-key', ''), persistent='persistent' in options,
                     body=b64encode(body).decode())
    return 0


async def _get(broker: Broker, options: dict[str, str], words: list[str], io: IO, ctx: Context) -> int:
    """amqp-get -q QUEUE: status 2 where the queue is empty."""
    answer = await broker.ask('basic.get', 'get', queue=options['queue'])
    if 'body' not in answer:
        return 2
    await broker.ask('basic.ack', 'ack', tag=answer['tag'])
    io.stdout.write(b64decode(answer['body']))
    return 0


async def _delete(broker: Broker, options: dict[str, str], words: list[str], io: IO, ctx: Context) -> int:
    """amqp-delete-queue -q QUEUE: how many messages were in it."""
    io.stdout.write(f'{(await broker.ask("queue.delete", "delete", queue=options["queue"]))["messages"]}\n')
    return 0


async def _consume(broker: Broker, options: dict[str, str], words: list[str], io: IO, ctx: Context) -> int:
    """amqp-consume -q QUEUE [-c COUNT] COMMAND …: do_consume, which acknowledges what its command has taken well."""
    queue = options.get('queue', '')
    if not queue or {'declare', 'exclusive', 'exchange'} & options.keys():
        queue = (await broker.ask('queue.declare', 'declare', queue=queue, durable=False))['queue']
        if not options.get('queue'):
            io.stderr.write(f'Server provided queue name: {queue}\n')
    left = _number(options, 'count', -1)
    while left:
        answer = await broker.ask('basic.consume', 'consume', queue=queue)
        if not await _pipeline(words, b64decode(answer['body']), io, ctx) or 'no-ack' in options:
            await broker.ask('basic.ack', 'ack', tag=answer['tag'])
        left -= 1
    return 0


async def _pipeline(words: list[str], body: bytes, io: IO, ctx: Context) -> int:
    pipe = Pipe(ctx.simulation)
    pipe.write(body)
    pipe.close()
    try:
        return await start(words, replace(io, stdin=pipe), ctx).exit
    except NotRunnable as problem:
        io.stderr.write(f'execvp: {problem}\n')
        return 1


declare = _tool('amqp-declare-queue', _declare)
publish = _tool('amqp-publish', _publish)
get = _tool('amqp-get', _get)
delete = _tool('amqp-delete-queue', _delete)
consume = _tool('amqp-consume', _consume)
