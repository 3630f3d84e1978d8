"""A key-value store with one revision counter for all keys, kept in order of keys.

Keys look as in a real etcd: '/registry/<resource>/[<namespace>/]<name>'. The part up to the second slash after
'/registry' is a bucket: ranges and watches are always inside one, so no operation looks at other resources' keys.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

HISTORY = 10_000
"""How many changes are kept for watchers that start in the past; older ones count as compacted."""


QUOTA = 150_000
"""How many keys fit; a real etcd counts bytes (--quota-backend-bytes)."""
NO_SPACE = 'etcdserver: mvcc: database space exceeded'


class Conflict(Exception):
    """The key's revision is not the one that was expected."""


class Unavailable(Exception):
    """The store cannot answer now; the text is that of etcd's client."""


class Compacted(Exception):
    """The revision asked for is no longer kept."""


class Entry(NamedTuple):
    """What a key holds. `value` is immutable from the moment it is stored. `seal` is what its bytes begin with when the
    API server has encrypted them."""

    key: str
    value: Any
    create_revision: int
    mod_revision: int
    version: int
    seal: str = ''


class Change(NamedTuple):
    """One committed change: `entry` is None after a delete, `previous` is None after a create."""

    revision: int
    key: str
    entry: Entry | None
    previous: Entry | None


Listener = Callable[[Change], None]


class Sealing(Protocol):
    """How values are encrypted: the seal that a key's is written with, and those that can be read."""

    def seal(self, key: str) -> str: ...
    def opens(self, key: str, seal: str) -> bool: ...


def _plain(key: str) -> str:
    return ''


class Late(Protocol):
    """Who writes some of what is stored only when somebody looks."""

    def catch_up(self) -> None: ...
    def watch(self, watcher: Any) -> None: ...
    def count(self) -> None: ...


class Prompt:
    """All is written at once."""

    def catch_up(self) -> None: ...
    def watch(self, watcher: Any) -> None: ...
    def count(self) -> None: ...


class _Bucket:
    __slots__ = ('entries', 'keys', 'listeners')

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.keys: list[str] = []
        self.listeners: dict[int, Listener] = {}


class Store:
    """All data of one cluster. Every method is one atomic step."""

    def __init__(self, quota: int = QUOTA) -> None:
        self.revision = 1
        self.compacted = 0
        self.quota = quota
        self.size = 0
        """How many keys there are."""
        self.on_trouble: Callable[[], None] = lambda: None
        """Called when trouble comes and goes."""
        self.late: Late = Prompt()
        """For those who read or watch here what is not theirs."""
        self._trouble = ''
        self.seal: Callable[[str], str] = _plain
        """With which seal the value of a key is written."""
        self.opens: Callable[[str, str], bool] | None = None
        """Whether the value of a key that has this seal can be read; None when all can."""
        self.propose: Callable[[str], None] | None = None
        """How a write gets the consent of other members, if there are any; raises Unavailable."""
        self._buckets: dict[str, _Bucket] = {}
        self._history: deque[Change] = deque()
        self._next_listener = 0
        self._listeners: dict[int, Listener] = {}

    @property
    def trouble(self) -> str:
        """Why nothing can be read or written now, '' when all is well."""
        return self._trouble

    @trouble.setter
    def trouble(self, why: str) -> None:
        changed, self._trouble = bool(why) != bool(self._trouble), why
        if changed:
            self.on_trouble()

    def check(self) -> None:
        """Raises Unavailable when nothing can be read or written."""
        if self.trouble:
            raise Unavailable(self.trouble)

    # -- reading ------------------------------------------------------------------------------------------------

    def get(self, key: str) -> Entry | None:
        return self._bucket(key).entries.get(key)

    def range(self, prefix: str) -> list[Entry]:
        """All entries whose key starts with a prefix (at least a bucket), in order of keys."""
        bucket = self._bucket(prefix)
        entries, keys = bucket.entries, bucket.keys
        if not keys:
            return []
        start = bisect_left(keys, prefix)
        end = bisect_left(keys, prefix + '\U0010ffff', start)
        return [entries[key] for key in keys[start:end]]

    def range_at(self, prefix: str, revision: int) -> list[Entry]:
        """The same as it was at a revision. Raises Compacted."""
        found = {entry.key: entry for entry in self.range(prefix)}
        for change in reversed(self.changes_since(prefix, revision)):
            if change.previous is None:
                found.pop(change.key, None)
            else:
                found[change.key] = change.previous
        return [found[key] for key in sorted(found)]

    def entry(self, key: str) -> Entry:
        """What a key holds that is there."""
        return self._bucket(key).entries[key]

    def entries(self) -> list[Entry]:
        """Everything, in order of keys."""
        return sorted((entry for bucket in self._buckets.values() for entry in bucket.entries.values()),
                      key=lambda entry: entry.key)

    def stale(self, key: str) -> bool:
        """Whether a value that is there would have another seal if it were written now."""
        return self.entry(key).seal != self.seal(key)

    def count(self, prefix: str) -> int:
        keys = self._bucket(prefix).keys
        return bisect_left(keys, prefix + '\U0010ffff') - bisect_left(keys, prefix)

    # -- writing ------------------------------------------------------------------------------------------------

    def put(self, key: str, value: Any, expect: int | None = None) -> Entry:
        """Store a value; `expect` is the mod revision the key must have (0: must not exist). Raises
        Conflict, Unavailable."""
        self.check()
        bucket = self._bucket(key)
        previous = bucket.entries.get(key)
        if expect is not None and expect != (previous.mod_revision if previous else 0):
            raise Conflict(key)
        if previous is None and self.size >= self.quota:
            raise Unavailable(NO_SPACE)
        if self.propose is not None:
            self.propose(key)
        revision = self.revision + 1
        if previous is None:
            self.size += 1
            insort(bucket.keys, key)
            entry = Entry(key, value, revision, revision, 1, self.seal(key))
        else:
            entry = Entry(key, value, previous.create_revision, revision, previous.version + 1, self.seal(key))
        bucket.entries[key] = entry
        self._commit(bucket, Change(revision, key, entry, previous))
        return entry

    def delete(self, key: str, expect: int | None = None, last: Any = None) -> Entry | None:
        """Remove a key; what it held, or None. `last` replaces the value that watchers see as the previous one
        (an API server shows the object as it was deleted, with the revision of the deletion). Raises Conflict,
        Unavailable."""
        self.check()
        bucket = self._bucket(key)
        previous = bucket.entries.get(key)
        if previous is None:
            return None
        if expect is not None and expect != previous.mod_revision:
            raise Conflict(key)
        if self.propose is not None:
            self.propose(key)
        self.size -= 1
        del bucket.entries[key]
        del bucket.keys[bisect_left(bucket.keys, key)]
        revision = self.revision + 1
        if last is not None:
            previous = Entry(key, last, previous.create_revision, revision, previous.version)
        self._commit(bucket, Change(revision, key, None, previous))
        return previous

    # -- watching -----------------------------------------------------------------------------------------------

    def listen(self, prefix: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every change in the bucket of a prefix, in order; the result takes it back."""
        bucket = self._bucket(prefix)
        number = self._next_listener
        self._next_listener += 1
        bucket.listeners[number] = listener
        return lambda: bucket.listeners.pop(number, None) and None

    def listen_all(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every change of any key; the result takes it back."""
        number = self._next_listener
        self._next_listener += 1
        self._listeners[number] = listener
        return lambda: self._listeners.pop(number, None) and None

    def changes(self, revision: int) -> list[Change]:
        """All changes after a revision, oldest first."""
        return [change for change in self._history if change.revision > revision]

    def changes_since(self, prefix: str, revision: int) -> list[Change]:
        """The changes under a prefix after a revision, oldest first. Raises Compacted."""
        if revision < self.compacted:
            raise Compacted(revision)
        found = []
        for change in reversed(self._history):
            if change.revision <= revision:
                break
            if change.key.startswith(prefix):
                found.append(change)
        found.reverse()
        return found

    def compact(self, revision: int) -> None:
        """Forget the changes up to a revision."""
        while self._history and self._history[0].revision <= revision:
            self._history.popleft()
        self.compacted = max(self.compacted, min(revision, self.revision))

    def encrypt(self, sealing: Callable[[], Sealing] | None) -> None:
        """Write with the seals that are in force from now on; None: as it is, and what is sealed cannot be read."""
        if sealing is not None:
            self.seal = lambda key: sealing().seal(key)
            self.opens = lambda key, seal: sealing().opens(key, seal)
            return
        self.seal = _plain
        self.opens = (lambda key, seal: not seal) if any(entry.seal for entry in self.entries()) else None

    # -- saving -------------------------------------------------------------------------------------------------

    def snapshot(self) -> Mapping[str, Any]:
        """All data at this moment. Values are immutable, so this copies only the index."""
        return {'revision': self.revision, 'entries': [e for b in self._buckets.values() for e in b.entries.values()]}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Become what a snapshot says. The revision only grows; listeners are told each difference, so whoever restores
        ends the watches of clients first, which a restored etcd could not serve."""
        before = {entry.key: entry for entry in self.entries()}
        self.revision = max(self.revision, snapshot['revision']) + 1
        for bucket in self._buckets.values():
            bucket.entries.clear()
            bucket.keys.clear()
        for entry in snapshot['entries']:
            bucket = self._bucket(entry.key)
            bucket.entries[entry.key] = entry
            bucket.keys.append(entry.key)
        self.size = len(snapshot['entries'])
        for bucket in self._buckets.values():
            bucket.keys.sort()
        self.compact(self.revision)
        for key in sorted({*before, *(entry.key for entry in snapshot['entries'])}):
            old, new = before.get(key), self.get(key)
            if old is not new:
                self._tell(self._bucket(key), Change(self.revision, key, new, old))

    def _commit(self, bucket: _Bucket, change: Change) -> None:
        self.revision = change.revision
        history = self._history
        history.append(change)
        if len(history) > HISTORY:
            self.compacted = history.popleft().revision
        self._tell(bucket, change)

    def _tell(self, bucket: _Bucket, change: Change) -> None:
        for listener in tuple(bucket.listeners.values()):
            listener(change)
        if self._listeners:
            for listener in tuple(self._listeners.values()):
                listener(change)

    def _bucket(self, key: str) -> _Bucket:
        name = key[: key.find('/', 10) + 1]  # keys that are not Kubernetes' own share the bucket ''
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket()
        return bucket
