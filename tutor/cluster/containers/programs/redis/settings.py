"""redis.conf: what redis-server is told by a file and by options, and CONFIG GET and SET."""

from __future__ import annotations

import shlex
from fnmatch import fnmatchcase

from tutor.cluster.containers.programs.redis.protocol import RedisError
from tutor.shell.process import Context
from tutor.shell.vfs import normalize

PORT = 6379
DEFAULTS = {
    'appendfilename': 'appendonly.aof', 'appendfsync': 'everysec', 'appendonly': 'no', 'bind': '* -::*',
    'databases': '16', 'dbfilename': 'dump.rdb', 'dir': '/data', 'io-threads': '1', 'logfile': '',
    'loglevel': 'notice', 'masterauth': '', 'maxclients': '10000', 'maxmemory': '0',
    'maxmemory-policy': 'noeviction', 'maxmemory-samples': '5', 'port': str(PORT), 'protected-mode': 'no',
    'replica-read-only': 'yes', 'replicaof': '', 'requirepass': '', 'save': '3600 1 300 100 60 10000',
    'tcp-backlog': '511', 'tcp-keepalive': '300', 'timeout': '0',
}
_ACCEPTED = """
appenddirname daemonize cluster-enabled cluster-config-file cluster-node-timeout user aclfile include pidfile
supervised notify-keyspace-events lazyfree-lazy-eviction stop-writes-on-bgsave-error rdbcompression
replica-announce-ip replica-announce-port unixsocket
"""
DIRECTIVES = frozenset((*DEFAULTS, *_ACCEPTED.split()))
"""Directives that are accepted; most of them change nothing that can be seen here."""
IMMUTABLE = frozenset({'daemonize', 'databases', 'dbfilename', 'io-threads', 'tcp-backlog'})
ALIASES = {'slaveof': 'replicaof', 'slave-read-only': 'replica-read-only'}
UNITS = {'': 1, 'b': 1, 'k': 1000, 'kb': 1024, 'm': 1000**2, 'mb': 1024**2, 'g': 1000**3, 'gb': 1024**3}
POLICIES = frozenset({'noeviction', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lru', 'volatile-lfu',
                      'volatile-random', 'volatile-ttl'})


class BadConfig(Exception):
    """A line that is refused: its number, the line, and why."""

    def __init__(self, number: int, line: str, why: str) -> None:
        super().__init__(why)
        self.number, self.line = number, line


class Settings:
    """The values of all directives, as CONFIG GET shows them."""

    def __init__(self) -> None:
        self._values = dict(DEFAULTS)
        self.file = ''
        """The configuration file that was read, '' when there was none."""

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def load(self, text: str) -> None:
        """loadServerConfigFromString. Raises BadConfig."""
        for number, raw in enumerate(text.splitlines(), 1):
            line = raw.strip()
            if line and not line.startswith('#'):
                self._line(number, line)

    def _line(self, number: int, line: str) -> None:
        try:
            name, *values = shlex.split(line)
        except ValueError:
            raise BadConfig(number, line, 'Unbalanced quotes in configuration line') from None
        name = ALIASES.get(name.lower(), name.lower())
        if name not in DIRECTIVES or (not values and name not in ('save', 'requirepass')):
            raise BadConfig(number, line, 'Bad directive or wrong number of arguments')
        value = '' if values == ['no', 'one'] else ' '.join(values)
        problem = _problem(name, value)
        if problem:
            raise BadConfig(number, line, problem)
        self._values[name] = _plain(name, value)

    def get(self, *patterns: str) -> list[str]:
        """CONFIG GET: names and values, in turns."""
        return [word for name, value in self._values.items()
                if any(fnmatchcase(name, ALIASES.get(pattern.lower(), pattern.lower())) for pattern in patterns)
                for word in (name, value)]

    def set(self, name: str, value: str) -> None:
        """CONFIG SET. Raises RedisError."""
        known = ALIASES.get(name.lower(), name.lower())
        if known not in DIRECTIVES:
            raise RedisError(f"ERR Unknown option or number of arguments for CONFIG SET - '{name}'")
        if known in IMMUTABLE:
            raise RedisError(f"ERR CONFIG SET failed (possibly related to argument '{name}') - "
                             "can't set immutable config")
        problem = _problem(known, value)
        if problem:
            raise RedisError(f"ERR CONFIG SET failed (possibly related to argument '{name}') - {problem}")
        self._values[known] = _plain(known, value)


def _problem(name: str, value: str) -> str:
    if name == 'maxmemory' and _bytes(value) is None:
        return 'argument must be a memory value'
    if name == 'maxmemory-policy' and value not in POLICIES:
        return f'argument(s) must be one of the following: {", ".join(sorted(POLICIES))}'
    if name in ('port', 'timeout', 'databases', 'maxclients') and not value.isdigit():
        return "argument couldn't be parsed into an integer"
    return ''


def _bytes(value: str) -> int | None:
    """memtoull."""
    digits = value.rstrip('bkmgBKMG')
    unit = UNITS.get(value[len(digits):].lower())
    return int(digits) * unit if digits.isdigit() and unit is not None else None


def _plain(name: str, value: str) -> str:
    return str(_bytes(value)) if name == 'maxmemory' else value


def read(words: list[str], ctx: Context) -> Settings:
    """What redis-server's command line asks for: a configuration file, then options, which are lines of it too.
    Raises BadConfig, and OSError for a file that cannot be read."""
    settings = Settings()
    rest = list(words)
    if rest and not rest[0].startswith('--'):
        settings.file = rest.pop(0)
        settings.load(ctx.files.read_text(normalize(settings.file, ctx.cwd)))
    lines: list[str] = []
    for word in rest:
        if word.startswith('--'):
            lines.append(word[2:])
        elif lines:
            lines[-1] += f' {shlex.quote(word)}'
    settings.load('\n'.join(lines))
    return settings
