"""memcached: its text protocol (doc/protocol.txt), silent as the real one."""

from __future__ import annotations

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.programs.serving import until_terminated
from tutor.shell.process import IO, Connection, Context

PORT = 11211
MAX_ITEM = 1024 * 1024
MONTH = 60 * 60 * 24 * 30
STORING = ('set', 'add', 'replace', 'append', 'prepend')


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh: a first argument with a dash is meant for memcached."""
    words = argv[1:]
    return await execute(['memcached', *words] if not words or words[0].startswith('-') else words, io, ctx)


async def server(argv: list[str], io: IO, ctx: Context) -> int:
    """memcached [-p port] [-m megabytes]."""
    version = ctx.env.get('MEMCACHED_VERSION', '1.6.39')
    if '-V' in argv or '--version' in argv:
        io.stdout.write(f'memcached {version}\n')
        return 0
    port = int(argv[argv.index('-p') + 1]) if '-p' in argv[:-1] else PORT
    assert ctx.host.network is not None
    try:
        ctx.host.network.listen(port, Cache(ctx, version).serve)
    except OSError:
        io.stderr.write(f'bind(): Address already in use\n'
                        f'failed to listen on TCP port {port}: Address already in use\n')
        return 71
    return await until_terminated(ctx, 0)


class Cache:
    """The items of one server: flags, value, and until when."""

    def __init__(self, ctx: Context, version: str) -> None:
        self._simulation = ctx.simulation
        self._begun = ctx.simulation.now
        self._version = version
        self._items: dict[str, tuple[str, bytes, float]] = {}
        self._counts = dict.fromkeys(('cmd_get', 'cmd_set', 'get_hits', 'get_misses'), 0)

    async def serve(self, connection: Connection) -> None:
        """Commands, one after the other."""
        reader, writer = connection.reader, connection.writer
        while line := await reader.readline():
            words = line.decode('utf-8', 'replace').split()
            if words[:1] == ['quit']:
                return
            if words and words[0] in STORING and len(words) >= 5 and words[4].isdigit():
                value = b''
                while len(value) < int(words[4]) + 2 and (piece := await reader.readline()):
                    value += piece
                answer = self._store(words, value.rstrip(b'\r\n'))
            else:
                answer = self._command(words)
            if words[-1:] != ['noreply']:
                writer.write(answer)
                await writer.drain()

    def _store(self, words: list[str], value: bytes) -> bytes:
        name, key, flags, expires, size = words[:5]
        self._counts['cmd_set'] += 1
        if int(size) > MAX_ITEM:
            return b'SERVER_ERROR object too large for cache\r\n'
        if len(value) != int(size):
            return b'CLIENT_ERROR bad data chunk\r\n'
        found = self._find(key)
        if (name == 'add') == (found is not None) and name != 'set':
            return b'NOT_STORED\r\n'
        if found is not None and name in ('append', 'prepend'):
            value, flags = (found[1] + value if name == 'append' else value + found[1]), found[0]
        self._items[key] = flags, value, self._until(expires)
        return b'STORED\r\n'

    def _until(self, expires: str) -> float:
        seconds = float(expires) if expires.lstrip('-').isdigit() else 0.0
        if not seconds:
            return float('inf')
        if seconds > MONTH:
            seconds -= self._simulation.wall().timestamp()
        return self._simulation.now + seconds

    def _find(self, key: str) -> tuple[str, bytes, float] | None:
        found = self._items.get(key)
        if found is not None and found[2] <= self._simulation.now:
            del self._items[key]
            return None
        return found

    def _command(self, words: list[str]) -> bytes:
        name = words[0] if words else ''
        if name in ('get', 'gets') and len(words) > 1:
            return b''.join(self._get(key) for key in words[1:]) + b'END\r\n'
        if name in ('incr', 'decr') and len(words) > 2:
            return self._count(name, words[1], words[2])
        if name == 'delete' and len(words) > 1:
            found = self._find(words[1])
            self._items.pop(words[1], None)
            return b'DELETED\r\n' if found is not None else b'NOT_FOUND\r\n'
        if name == 'flush_all':
            self._items.clear()
            return b'OK\r\n'
        if name == 'version':
            return f'VERSION {self._version}\r\n'.encode()
        return self._stats() if words == ['stats'] else b'ERROR\r\n'

    def _get(self, key: str) -> bytes:
        found = self._find(key)
        self._counts['cmd_get'] += 1
        self._counts['get_hits' if found else 'get_misses'] += 1
        return f'VALUE {key} {found[0]} {len(found[1])}\r\n'.encode() + found[1] + b'\r\n' if found else b''

    def _count(self, name: str, key: str, amount: str) -> bytes:
        found = self._find(key)
        if found is None:
            return b'NOT_FOUND\r\n'
        if not found[1].isdigit() or not amount.isdigit():
            return b'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n'
        number = int(found[1]) + (int(amount) if name == 'incr' else -int(amount))
        self._items[key] = found[0], str(max(number, 0)).encode(), found[2]
        return f'{max(number, 0)}\r\n'.encode()

    def _stats(self) -> bytes:
        now = self._simulation
        values = {'pid': 1, 'uptime': int(now.now - self._begun), 'time': int(now.wall().timestamp()),
                  'version': self._version, **self._counts, 'curr_items': len(self._items)}
        return ''.join(f'STAT {name} {value}\r\n' for name, value in values.items()).encode() + b'END\r\n'
