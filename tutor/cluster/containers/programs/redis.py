"""Redis: the server with its everyday commands, and redis-cli."""

from __future__ import annotations

from collections.abc import Callable
from errno import ECONNREFUSED
from fnmatch import fnmatchcase
from typing import Any

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.programs.waiting import until_ended
from tutor.cluster.simulation import BrokenPipe, Reader
from tutor.shell.process import IO, Connection, Context, NameNotFound

PORT = 6379
Reply = Any
MAX_BULK = 16 * 1024 * 1024


class RedisError(Exception):
    """An error reply."""


class Status(str):
    """A simple string reply."""


_NAMES = """
appendonly appendfsync appendfilename appenddirname bind port protected-mode requirepass masterauth save dir
dbfilename maxmemory maxmemory-policy maxclients timeout tcp-keepalive tcp-backlog loglevel logfile databases
daemonize replicaof slaveof replica-read-only cluster-enabled cluster-config-file cluster-node-timeout io-threads
user aclfile include pidfile supervised notify-keyspace-events lazyfree-lazy-eviction stop-writes-on-bgsave-error
rdbcompression replica-announce-ip replica-announce-port unixsocket
"""
DIRECTIVES = frozenset(_NAMES.split())
"""Directives of redis.conf that are accepted; most of them change nothing that can be seen here."""


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh: a first argument with a dash or a .conf file is meant for redis-server."""
    words = argv[1:]
    if not words or words[0].startswith('-') or words[0].endswith('.conf'):
        words = ['redis-server', *words]
    return await execute(words, io, ctx)


async def server(argv: list[str], io: IO, ctx: Context) -> int:
    """redis-server."""
    if '--version' in argv or '-v' in argv:
        io.stdout.write(f'Redis server v={_version(ctx)} sha=00000000:1 malloc=jemalloc-5.3.0 bits=64 '
                        'build=8f6d1d7a2d1a\n')
        return 0
    options = _options(argv[1:])
    bad = next((line for line, name in enumerate(options, 2) if name not in DIRECTIVES), 0)
    if bad:
        name, value = list(options.items())[bad - 2]
        line = f'{name} {value}'.strip()
        io.stdout.write(f'\n*** FATAL CONFIG FILE ERROR (Redis {_version(ctx)}) ***\nReading the configuration file, '
                        f"at line {bad}\n>>> '{line}'\nBad directive or wrong number of arguments\n")
        return 1
    return await Redis(io, ctx, options).run()


def _options(words: list[str]) -> dict[str, str]:
    """--name value pairs."""
    found: dict[str, str] = {}
    name = ''
    for word in words:
        if word.startswith('--'):
            name = word[2:]
            found[name] = ''
        elif name:
            found[name] = f'{found[name]} {word}'.strip()
    return found


class Redis:
    """One server and its data."""

    def __init__(self, io: IO, ctx: Context, options: dict[str, str]) -> None:
        self._io = io
        self._ctx = ctx
        self._data: dict[str, Any] = {}
        self._expires: dict[str, float] = {}
        self._password = options.get('requirepass', '')
        self._port = int(options.get('port') or PORT)
        self._commands: dict[str, Callable[[list[str]], Reply]] = {
            name.removeprefix('c_').upper(): getattr(self, name) for name in dir(self) if name.startswith('c_')}

    async def run(self) -> int:
        self._banner()
        network = self._ctx.host.network
        try:
            listener = network.listen(self._port, self._serve) if network is not None else None
        except OSError:
            self._log('#', f'Warning: Could not create server TCP listening socket *:{self._port}: '
                           'bind: Address already in use')
            self._log('#', 'Failed listening on port 6379 (tcp), aborting.')
            return 1
        self._log('*', 'Ready to accept connections tcp')
        try:
            signal = await until_ended(self._ctx)
            self._io.stdout.write(f'1:signal-handler ({int(self._ctx.simulation.wall().timestamp())}) '
                                  f'Received SIG{signal} scheduling shutdown...\n')
            for line in ('User requested shutdown...', 'Saving the final RDB snapshot before exiting.',
                         'DB saved on disk', 'Redis is now ready to exit, bye bye...'):
                self._log('*' if line != 'Redis is now ready to exit, bye bye...' else '#', line)
            return 0
        finally:
            if listener is not None:
                listener.close()

    def _banner(self) -> None:
        version = _version(self._ctx)
        self._io.stdout.write(f'1:C {self._stamp()} * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n'
                              f'1:C {self._stamp()} * Redis version={version}, bits=64, commit=00000000, modified=1, '
                              'pid=1, just started\n'
                              f'1:C {self._stamp()} # Warning: no config file specified, using the default config. '
                              'In order to specify a config file use redis-server /path/to/redis.conf\n')
        self._log('*', 'monotonic clock: POSIX clock_gettime')
        self._log('*', f'Running mode=standalone, port={self._port}.')
        self._log('*', 'Server initialized')

    def _log(self, mark: str, text: str) -> None:
        self._io.stdout.write(f'1:M {self._stamp()} {mark} {text}\n')

    def _stamp(self) -> str:
        now = self._ctx.simulation.wall()
        return f'{now.day:02} {now:%b %Y %H:%M:%S}.{now.microsecond // 1000:03}'

    # -- requests -----------------------------------------------------------------------------------------------

    async def _serve(self, connection: Connection) -> None:
        granted = not self._password
        while True:
            try:
                words = await read_request(connection.reader)
            except (ValueError, RedisError):
                connection.writer.write(b'-ERR Protocol error\r\n')
                return
            if words is None:
                return
            name = words[0].upper() if words else ''
            if name == 'QUIT':
                connection.writer.write(b'+OK\r\n')
                return
            try:
                if name == 'AUTH':
                    granted = self._authenticate(words[-1])
                    reply: Reply = Status('OK')
                elif not granted:
                    raise RedisError('NOAUTH Authentication required.')
                else:
                    reply = self.execute(words)
            except RedisError as error:
                reply = error
            connection.writer.write(encode(reply))

    def _authenticate(self, password: str) -> bool:
        if not self._password:
            raise RedisError('ERR AUTH <password> called without any password configured for the default user. '
                             'Are you sure your configuration is correct?')
        if password != self._password:
            raise RedisError('WRONGPASS invalid username-password pair or user is disabled.')
        return True

    def execute(self, words: list[str]) -> Reply:
        """Run one command. Raises RedisError."""
        command = self._commands.get(words[0].upper())
        if command is None:
            rest = ' '.join(f"'{word}'" for word in words[1:])
            raise RedisError(f"ERR unknown command '{words[0]}', with args beginning with: {rest}{' ' if rest else ''}")
        self._expire()
        try:
            return command(words[1:])
        except IndexError:
            raise RedisError(f"ERR wrong number of arguments for '{words[0].lower()}' command") from None

    def _expire(self) -> None:
        now = self._ctx.simulation.now
        for key in [key for key, moment in self._expires.items() if moment <= now]:
            self._data.pop(key, None)
            del self._expires[key]

    def _typed(self, key: str, kind: type, default: Callable[[], Any]) -> Any:
        value = self._data.get(key)
        if value is None:
            return default()
        if not isinstance(value, kind):
            raise RedisError('WRONGTYPE Operation against a key holding the wrong kind of value')
        return value

    # -- commands -----------------------------------------------------------------------------------------------

    def c_ping(self, args: list[str]) -> Reply:
        return args[0] if args else Status('PONG')

    def c_echo(self, args: list[str]) -> Reply:
        return args[0]

    def c_set(self, args: list[str]) -> Reply:
        key, value, options = args[0], args[1], [word.upper() for word in args[2:]]
        if ('NX' in options and key in self._data) or ('XX' in options and key not in self._data):
            return None
        self._data[key] = value
        self._expires.pop(key, None)
        if 'EX' in options:
            self._expires[key] = self._ctx.simulation.now + _integer(args[2 + options.index('EX') + 1])
        return Status('OK')

    def c_get(self, args: list[str]) -> Reply:
        return self._typed(args[0], str, lambda: None)

    def c_mset(self, args: list[str]) -> Reply:
        self._data.update(zip(args[::2], args[1::2], strict=False))
        return Status('OK')

    def c_mget(self, args: list[str]) -> Reply:
        return [value if isinstance(value := self._data.get(key), str) else None for key in args]

    def c_del(self, args: list[str]) -> Reply:
        return sum(self._data.pop(key, None) is not None for key in args)

    def c_exists(self, args: list[str]) -> Reply:
        return sum(key in self._data for key in args)

    def c_keys(self, args: list[str]) -> Reply:
        return [key for key in self._data if fnmatchcase(key, args[0])]

    def c_incr(self, args: list[str]) -> Reply:
        return self.c_incrby([args[0], '1'])

    def c_decr(self, args: list[str]) -> Reply:
        return self.c_incrby([args[0], '-1'])

    def c_incrby(self, args: list[str]) -> Reply:
        value = _integer(self._typed(args[0], str, lambda: '0')) + _integer(args[1])
        self._data[args[0]] = str(value)
        return value

    def c_append(self, args: list[str]) -> Reply:
        self._data[args[0]] = self._typed(args[0], str, str) + args[1]
        return len(self._data[args[0]])

    def c_strlen(self, args: list[str]) -> Reply:
        return len(self._typed(args[0], str, str))

    def c_expire(self, args: list[str]) -> Reply:
        if args[0] not in self._data:
            return 0
        self._expires[args[0]] = self._ctx.simulation.now + _integer(args[1])
        return 1

    def c_ttl(self, args: list[str]) -> Reply:
        if args[0] not in self._data:
            return -2
        return int(self._expires[args[0]] - self._ctx.simulation.now) if args[0] in self._expires else -1

    def c_type(self, args: list[str]) -> Reply:
        value = self._data.get(args[0])
        return Status({str: 'string', list: 'list', dict: 'hash'}.get(type(value), 'none'))

    def c_lpush(self, args: list[str]) -> Reply:
        found = self._data.setdefault(args[0], self._typed(args[0], list, list))
        found[:0] = reversed(args[1:])
        return len(found)

    def c_rpush(self, args: list[str]) -> Reply:
        found = self._data.setdefault(args[0], self._typed(args[0], list, list))
        found += args[1:]
        return len(found)

    def c_lrange(self, args: list[str]) -> Reply:
        found = self._typed(args[0], list, list)
        start, stop = _integer(args[1]), _integer(args[2])
        first = start if start >= 0 else max(len(found) + start, 0)
        return found[first:len(found) + 1 + stop if stop < 0 else stop + 1]

    def c_llen(self, args: list[str]) -> Reply:
        return len(self._typed(args[0], list, list))

    def c_lpop(self, args: list[str]) -> Reply:
        found = self._typed(args[0], list, list)
        return found.pop(0) if found else None

    def c_rpop(self, args: list[str]) -> Reply:
        found = self._typed(args[0], list, list)
        return found.pop() if found else None

    def c_hset(self, args: list[str]) -> Reply:
        found = self._data.setdefault(args[0], self._typed(args[0], dict, dict))
        before = len(found)
        found.update(zip(args[1::2], args[2::2], strict=False))
        return len(found) - before

    def c_hget(self, args: list[str]) -> Reply:
        return self._typed(args[0], dict, dict).get(args[1])

    def c_hgetall(self, args: list[str]) -> Reply:
        return [word for pair in self._typed(args[0], dict, dict).items() for word in pair]

    def c_dbsize(self, args: list[str]) -> Reply:
        return len(self._data)

    def c_flushall(self, args: list[str]) -> Reply:
        self._data.clear()
        return Status('OK')

    c_flushdb = c_flushall

    def c_select(self, args: list[str]) -> Reply:
        return Status('OK')

    def c_save(self, args: list[str]) -> Reply:
        return Status('OK')

    def c_command(self, args: list[str]) -> Reply:
        return []

    def c_config(self, args: list[str]) -> Reply:
        if args[0].upper() == 'SET':
            return Status('OK')
        values = {'maxmemory': '0', 'maxmemory-policy': 'noeviction', 'port': str(self._port), 'dir': '/data',
                  'appendonly': 'no', 'save': '3600 1 300 100 60 10000'}
        return [word for name, value in values.items() if fnmatchcase(name, args[1]) for word in (name, value)]

    def c_info(self, args: list[str]) -> Reply:
        return (f'# Server\r\nredis_version:{_version(self._ctx)}\r\nredis_mode:standalone\r\nos:Linux 6.8.0 x86_64\r\n'
                f'tcp_port:{self._port}\r\n\r\n# Clients\r\nconnected_clients:1\r\n\r\n# Replication\r\nrole:master\r\n'
                f'connected_slaves:0\r\n\r\n# Keyspace\r\n{self._keyspace()}')

    def _keyspace(self) -> str:
        if not self._data:
            return ''
        return f'db0:keys={len(self._data)},expires={len(self._expires)},avg_ttl=0\r\n'


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RedisError('ERR value is not an integer or out of range') from None


def _version(ctx: Context) -> str:
    return ctx.env.get('REDIS_VERSION', '8.2.1')


# -- the protocol -----------------------------------------------------------------------------------------------


async def read_request(reader: Reader) -> list[str] | None:
    """A command, as an array of bulk strings or as a line; None at the end."""
    line = (await reader.readline()).rstrip(b'\r\n')
    if not line:
        return None
    if not line.startswith(b'*'):
        return line.decode('utf-8', 'replace').split()
    words = []
    for _ in range(int(line[1:])):
        size = int((await reader.readline())[1:].strip())
        if size > MAX_BULK:
            raise RedisError('too large')
        words.append((await _exactly(reader, size + 2))[:-2].decode('utf-8', 'surrogateescape'))
    return words


async def _exactly(reader: Reader, size: int) -> bytes:
    data = b''
    while len(data) < size:
        piece = await reader.read(size - len(data))
        if not piece:
            break
        data += piece
    return data


def encode(reply: Reply) -> bytes:
    """RESP2."""
    if reply is None:
        return b'$-1\r\n'
    if isinstance(reply, RedisError):
        return f'-{reply}\r\n'.encode()
    if isinstance(reply, Status):
        return f'+{reply}\r\n'.encode()
    if isinstance(reply, int):
        return f':{reply}\r\n'.encode()
    if isinstance(reply, list):
        return f'*{len(reply)}\r\n'.encode() + b''.join(encode(item) for item in reply)
    data = reply.encode('utf-8', 'surrogateescape')
    return b'$%d\r\n%b\r\n' % (len(data), data)


async def read_reply(reader: Reader) -> Reply:
    """One reply of a server. Raises BrokenPipe at the end of the connection."""
    line = (await reader.readline()).decode('utf-8', 'replace').rstrip('\r\n')
    if not line:
        raise BrokenPipe
    kind, rest = line[0], line[1:]
    if kind == '+':
        return Status(rest)
    if kind == '-':
        return RedisError(rest)
    if kind == ':':
        return int(rest)
    if kind == '*':
        return [await read_reply(reader) for _ in range(max(int(rest), 0))]
    size = int(rest)
    return None if size < 0 else (await _exactly(reader, size + 2))[:-2].decode('utf-8', 'surrogateescape')


# -- redis-cli --------------------------------------------------------------------------------------------------


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
    parts = [b'*%d\r\n' % len(words)]
    for word in words:
        data = word.encode('utf-8', 'surrogateescape')
        parts.append(b'$%d\r\n%b\r\n' % (len(data), data))
    connection.writer.write(b''.join(parts))
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
