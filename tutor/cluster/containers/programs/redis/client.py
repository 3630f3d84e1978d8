"""redis-cli."""

from __future__ import annotations

import shlex
from errno import ECONNREFUSED

from tutor.cluster.containers.programs.redis.protocol import RedisError, Reply, Status, encode_request, read_reply
from tutor.cluster.containers.programs.redis.settings import PORT
from tutor.cluster.simulation import BrokenPipe
from tutor.shell.process import IO, Connection, Context, NameNotFound


async def client(argv: list[str], io: IO, ctx: Context) -> int:
    """redis-cli: one command, or those of standard input."""
    words, host, port, password = argv[1:], '127.0.0.1', PORT, ctx.env.get('REDISCLI_AUTH', '')
    if words in (['-v'], ['--version']):
        io.stdout.write(f'redis-cli {ctx.env.get("REDIS_VERSION", "8.2.1")}\n')
        return 0
    while words and words[0] in ('-h', '-p', '-a', '--no-auth-warning', '-n', '--raw'):
        option = words.pop(0)
        value = words.pop(0) if option in ('-h', '-p', '-a', '-n') and words else ''
        host, port = (value, port) if option == '-h' else (host, int(value)) if option == '-p' else (host, port)
        password = value if option == '-a' else password
    server = _Server(host, port, password, io, ctx)
    connected = await server.connect()
    if not words:
        return await _prompt(server, io)
    if not connected:
        return 1
    try:
        reply = await server.ask(words)
    except (OSError, BrokenPipe, ValueError):
        io.stderr.write('Error: Server closed the connection\n')
        return 1
    io.stdout.write(shown(reply, io.stdout.isatty))
    return 1 if isinstance(reply, RedisError) and io.stdout.isatty else 0


class _Server:
    """The connection to one; it is made again when somebody asks."""

    def __init__(self, host: str, port: int, password: str, io: IO, ctx: Context) -> None:
        self.host, self.port = host, port
        self._password = password
        self._io = io
        self._network = ctx.host.network
        self.connection: Connection | None = None

    async def connect(self) -> bool:
        """cliConnect: complains when that cannot be done."""
        try:
            if self._network is None:
                raise OSError(ECONNREFUSED, 'Connection refused')
            address = (await self._network.resolve(self.host))[0]
            self.connection = await self._network.connect(address, self.port)
        except NameNotFound:
            return self._failed('Name or service not known')
        except OSError as problem:
            return self._failed(problem.strerror or '')
        if self._password:
            await self.ask(['AUTH', self._password])
        return True

    def _failed(self, why: str) -> bool:
        self._io.stderr.write(f'Could not connect to Redis at {self.host}:{self.port}: {why}\n')
        return False

    async def ask(self, words: list[str]) -> Reply:
        """One command. Raises what reading and writing raise when the server is gone."""
        assert self.connection is not None
        self.connection.writer.write(encode_request(words))
        return await read_reply(self.connection.reader)


async def _prompt(server: _Server, io: IO) -> int:
    """repl: one line after the other, also without a server."""
    tty = io.stdout.isatty
    while True:
        if tty:
            io.stdout.write(f'{server.host}:{server.port}> ' if server.connection is not None else 'not connected> ')
        line = (await io.stdin.readline()).decode('utf-8', 'replace')
        try:
            words = shlex.split(line)
        except ValueError:
            io.stdout.write('Invalid argument(s)\n')
            continue
        if not line or (words and words[0].lower() in ('exit', 'quit')):
            return 0
        if not words or (server.connection is None and not await server.connect()):
            continue
        try:
            io.stdout.write(shown(await server.ask(words), tty))
        except (OSError, BrokenPipe, ValueError):
            server.connection = None
            io.stderr.write('Error: Server closed the connection\n')


def shown(reply: Reply, tty: bool, indent: str = '') -> str:
    """A reply as redis-cli prints it: with types on a terminal, raw otherwise."""
    if isinstance(reply, RedisError):
        return f'(error) {reply}\n' if tty else f'{reply}\n'
    if isinstance(reply, Status):
        return f'{reply}\n'
    if not tty:
        if isinstance(reply, list):
            return ''.join(shown(item, tty) for item in reply) or '\n'
        return '\n' if reply is None else f'{reply}\n'
    if reply is None:
        return '(nil)\n'
    if isinstance(reply, int):
        return f'(integer) {reply}\n'
    if isinstance(reply, list):
        if not reply:
            return '(empty array)\n'
        return ''.join(f'{number}) {shown(item, tty)}' for number, item in enumerate(reply, 1))
    quoted = reply.replace('\\', '\\\\').replace('"', '\\"').replace('\r\n', '\\r\\n').replace('\n', '\\n')
    return f'"{quoted}"\n'
