"""The commands of Redis on its keys: one method each, named c_ and the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from tutor.cluster.containers.programs.redis.protocol import RedisError, Reply, Status
from tutor.cluster.simulation import Simulation

_WRITES = """
append decr decrby del expire flushall flushdb getset hdel hincrby hset incr incrby lpop lpush lrem mset persist
rename rpop rpoplpush rpush sadd set setex setnx srem unlink zadd zrem
"""
WRITES = frozenset(_WRITES.split())
"""Commands that change keys: a replica refuses them, and the primary hands them on."""
MAGIC = b'REDIS0012'


class SortedSet(dict[str, float]):
    """Members with their scores."""


class Keyspace:
    """The keys of one server, and when they expire."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._data: dict[str, Any] = {}
        self._expires: dict[str, float] = {}
        self._commands: dict[str, Callable[[list[str]], Reply]] = {
            name.removeprefix('c_'): getattr(self, name) for name in dir(self) if name.startswith('c_')}

    def __contains__(self, command: str) -> bool:
        return command in self._commands

    def execute(self, command: str, args: list[str]) -> Reply:
        """Run one of its commands. Raises RedisError."""
        self._expire()
        try:
            return self._commands[command](args)
        except IndexError:
            raise RedisError(f"ERR wrong number of arguments for '{command}' command") from None
        finally:
            if command in WRITES:
                self._drop_empty(args)

    def _drop_empty(self, args: list[str]) -> None:
        for key in args:
            if self._data.get(key, key) in ([], {}, set()):
                del self._data[key]

    def _expire(self) -> None:
        now = self._simulation.now
        for key in [key for key, moment in self._expires.items() if moment <= now]:
            self._data.pop(key, None)
            del self._expires[key]

    def _typed(self, key: str, kind: type, default: Callable[[], Any]) -> Any:
        value = self._data.get(key)
        if value is None:
            return default()
        if type(value) is not kind:
            raise RedisError('WRONGTYPE Operation against a key holding the wrong kind of value')
        return value

    def _own(self, key: str, kind: type) -> Any:
        """The value of a key to be changed; it is made when there is none."""
        return self._data.setdefault(key, self._typed(key, kind, kind))

    # -- keeping it ---------------------------------------------------------------------------------------------

    def dump(self) -> bytes:
        """All of it, as the file of a snapshot."""
        def plain(value: Any) -> Any:
            kind = _kind(value)
            return [kind, sorted(value) if kind == 'set' else value]
        now = self._simulation.now
        return MAGIC + json.dumps({
            'data': {key: plain(value) for key, value in self._data.items()},
            'expires': {key: moment - now for key, moment in self._expires.items()}}).encode()

    def load(self, data: bytes) -> None:
        """Take a snapshot's place. Raises ValueError for a file that is none."""
        if not data.startswith(MAGIC):
            raise ValueError
        found, now = json.loads(data[len(MAGIC):]), self._simulation.now
        self._data = {key: SortedSet(value) if kind == 'zset' else set(value) if kind == 'set' else value
                      for key, (kind, value) in found['data'].items()}
        self._expires = {key: now + left for key, left in found['expires'].items()}

    def __len__(self) -> int:
        self._expire()
        return len(self._data)

    @property
    def expiring(self) -> int:
        return len(self._expires)

    # -- commands -----------------------------------------------------------------------------------------------

    def c_set(self, args: list[str]) -> Reply:
        key, value, options = args[0], args[1], [word.upper() for word in args[2:]]
        if ('NX' in options and key in self._data) or ('XX' in options and key not in self._data):
            return None
        self._data[key] = value
        self._expires.pop(key, None)
        if 'EX' in options:
            self._expires[key] = self._simulation.now + _integer(args[2 + options.index('EX') + 1])
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
        self._expires[args[0]] = self._simulation.now + _integer(args[1])
        return 1

    def c_ttl(self, args: list[str]) -> Reply:
        if args[0] not in self._data:
            return -2
        return int(self._expires[args[0]] - self._simulation.now) if args[0] in self._expires else -1

    def c_type(self, args: list[str]) -> Reply:
        value = self._data.get(args[0])
        return Status(_kind(value))

    def c_lpush(self, args: list[str]) -> Reply:
        found = self._own(args[0], list)
        found[:0] = reversed(args[1:])
        return len(found)

    def c_rpush(self, args: list[str]) -> Reply:
        found = self._own(args[0], list)
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
        found = self._own(args[0], dict)
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

    c_unlink = c_del

    def c_getset(self, args: list[str]) -> Reply:
        before = self.c_get(args)
        self.c_set(args[:2])
        return before

    def c_setex(self, args: list[str]) -> Reply:
        return self.c_set([args[0], args[2], 'EX', args[1]])

    def c_setnx(self, args: list[str]) -> Reply:
        return 0 if self.c_set([args[0], args[1], 'NX']) is None else 1

    def c_rename(self, args: list[str]) -> Reply:
        if args[0] not in self._data:
            raise RedisError('ERR no such key')
        self._data[args[1]] = self._data.pop(args[0])
        return Status('OK')

    def c_persist(self, args: list[str]) -> Reply:
        return int(self._expires.pop(args[0], None) is not None)

    def c_rpoplpush(self, args: list[str]) -> Reply:
        value = self.c_rpop(args[:1])
        if value is not None:
            self.c_lpush([args[1], value])
        return value

    def c_lrem(self, args: list[str]) -> Reply:
        found, count = self._typed(args[0], list, list), _integer(args[1])
        places = [place for place, value in enumerate(found) if value == args[2]]
        gone = set(places if not count else places[:count] if count > 0 else places[count:])
        found[:] = [value for place, value in enumerate(found) if place not in gone]
        return len(gone)

    def c_hdel(self, args: list[str]) -> Reply:
        found = self._typed(args[0], dict, dict)
        return sum(found.pop(name, None) is not None for name in args[1:])

    def c_hkeys(self, args: list[str]) -> Reply:
        return list(self._typed(args[0], dict, dict))

    def c_hlen(self, args: list[str]) -> Reply:
        return len(self._typed(args[0], dict, dict))

    def c_hincrby(self, args: list[str]) -> Reply:
        found = self._own(args[0], dict)
        found[args[1]] = str(_integer(found.get(args[1], '0')) + _integer(args[2]))
        return int(found[args[1]])

    def c_sadd(self, args: list[str]) -> Reply:
        found = self._own(args[0], set)
        before = len(found)
        found.update(args[1:])
        return len(found) - before

    def c_srem(self, args: list[str]) -> Reply:
        found = self._typed(args[0], set, set)
        gone = found & set(args[1:])
        found -= gone
        return len(gone)

    def c_smembers(self, args: list[str]) -> Reply:
        return sorted(self._typed(args[0], set, set))

    def c_sismember(self, args: list[str]) -> Reply:
        return int(args[1] in self._typed(args[0], set, set))

    def c_scard(self, args: list[str]) -> Reply:
        return len(self._typed(args[0], set, set))

    def c_zadd(self, args: list[str]) -> Reply:
        found = self._own(args[0], SortedSet)
        before = len(found)
        try:
            found.update({member: float(score) for score, member in zip(args[1::2], args[2::2], strict=True)})
        except ValueError:
            raise RedisError('ERR value is not a valid float') from None
        return len(found) - before

    def c_zrem(self, args: list[str]) -> Reply:
        found = self._typed(args[0], SortedSet, SortedSet)
        return sum(found.pop(member, None) is not None for member in args[1:])

    def c_zcard(self, args: list[str]) -> Reply:
        return len(self._typed(args[0], SortedSet, SortedSet))

    def c_zscore(self, args: list[str]) -> Reply:
        score = self._typed(args[0], SortedSet, SortedSet).get(args[1])
        return None if score is None else f'{score:g}'

    def c_zrange(self, args: list[str]) -> Reply:
        found = self._typed(args[0], SortedSet, SortedSet)
        order = sorted(found, key=lambda member: (found[member], member))
        stop = _integer(args[2])
        chosen = order[_integer(args[1]):len(order) + 1 + stop if stop < 0 else stop + 1]
        scores = 'WITHSCORES' in (word.upper() for word in args[3:])
        return [word for member in chosen for word in ((member, f'{found[member]:g}') if scores else (member,))]


def _kind(value: object) -> str:
    return {str: 'string', list: 'list', dict: 'hash', set: 'set', SortedSet: 'zset'}.get(type(value), 'none')


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RedisError('ERR value is not an integer or out of range') from None
