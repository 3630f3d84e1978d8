"""redis-cli."""

from __future__ import annotations

from errno import ECONNREFUSED

from tutor.cluster.containers.programs.redis.protocol import RedisError, Reply, Status, encode_request, read_reply
from tutor.cluster.containers.programs.redis.settings import PORT
from tutor.shell.process import IO, Connection, Context, NameNotFound


async def client(argv: list[str], io: IO, ctx: Context) -> int:
    """redis-cli: one command, or those of standard input."""
    words, host, port, password = argv[1:], '127.0.0.1', PORT, ctx.env.get('REDISCLI_AUTH', '')
    while words and words[0] in ('-h', '-p', '-a', '--no-auth-warning', '-n', '--raw'):
        option = words.pop(0)
        value = words.pop(0) if option in ('-h', '-p', '-a', '-n') and words else ''
        host, port = (value, port) if option == '-h' else (host, int(value)) if option == '-p' else (host, port)
        password = value if option == '-a' else password
    network = ctx.host.network
    try:
        if network is None:
            raise OSError(ECONNREFUSED, 'Connection refused')
        connection = await network.connect((await network.resolve(host))[0], port)
    except NameNotFound:
        io.stderr.write(f'Could not connect to Redis at {host}:{port}: Name or service not known\n')
        return 1
    except OSError as problem:
        io.stderr.write(f'Could not connect to Redis at {host}:{port}: {problem.strerror}\n')
        return 1
    tty = io.stdout.isatty
    if password:
        await _ask(connection, ['AUTH', password])
    if words:
        reply = await _ask(connection, words)
        io.stdout.write(shown(reply, tty))
        return 1 if isinstance(reply, RedisError) and tty else 0
    while True:
        if tty:
            io.stdout.write(f'{host}:{port}> ')
        line = (await io.stdin.readline()).decode('utf-8', 'replace')
        words = line.split()
        if not line or (words and words[0].lower() in ('exit', 'quit')):
            return 0
        if words:
            io.stdout.write(shown(await _ask(connection, words), tty))


async def _ask(connection: Connection, words: list[str]) -> Reply:
    connection.writer.write(encode_request(words))
    return await read_reply(connection.reader)


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
