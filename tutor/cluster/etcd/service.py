"""A member of an etcd cluster as its clients see it: `tutor.shell.etcd.EtcdService` over the cluster's store.

The store keeps objects; whoever asks etcd sees them as the API server writes them: in protobuf or, where a kind has
none, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from tutor.apimachinery.protobuf.decoding import MAGIC, UnknownMessage, decode
from tutor.apimachinery.protobuf.encoding import Unencodable, encode
from tutor.cluster.etcd.leases import Leases
from tutor.cluster.etcd.raft.group import TIMED_OUT, RaftGroup
from tutor.cluster.etcd.sealing import sealed
from tutor.cluster.storage.store import Change, Entry, Store
from tutor.shell.etcd import Deliver, EtcdError, KeyValue, Member, Status, inside, pack

CLUSTER_ID = 0xCDF818194E3A8C32
REGISTRY = '/registry/'
INDEX = 64
"""How many entries a log has that are no revisions: those of elections and of members."""


class Membership(Protocol):
    """Who the members are. `grow` makes a group of the only one, if it has not become one already."""

    @property
    def raft(self) -> RaftGroup | None: ...
    def grow(self, member: Member) -> RaftGroup: ...


class Watching:
    """A watch that runs until `stop` has ended it."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self.closed = False

    def close(self) -> None:
        self.closed = True
        self._stop()


class EtcdServer:
    """One member that serves the store. `accepts` and `trusted_by` are the two sides of its TLS."""

    def __init__(self, store: Store, leases: Leases, member: Member, version: str, accepts: Callable[[str], bool],
                 trusted_by: Callable[[str], bool], secure: bool, membership: Membership) -> None:
        self._store = store
        self._leases = leases
        self._member = member
        self._version = version
        self._membership = membership
        self.accepts = accepts
        self.trusted_by = trusted_by
        self.secure = secure
        self.cluster_id = CLUSTER_ID

    def health(self, service: str) -> str | None:
        """The health protocol of gRPC: etcd answers for itself as a whole, under no name."""
        if service:
            return None
        return 'SERVING' if self.has_leader() else 'NOT_SERVING'

    @property
    def _raft(self) -> RaftGroup | None:
        return self._membership.raft

    async def __call__(self, connection: Any) -> None:
        """Somebody who does not speak TLS and gRPC is hung up on."""

    def _check(self) -> None:
        """Raises EtcdError when the member does not hear a leader that a quorum follows."""
        if self._raft is not None:
            if self._member.name not in self._raft.nodes:
                raise EtcdError('etcdserver: rpc not supported for learner')
            leader = self._raft.leader
            if leader is None or not (leader.name == self._member.name or
                                      self._raft.reaches(leader.name, self._member.name)):
                raise EtcdError(self._store.trouble or TIMED_OUT)

    def has_leader(self) -> bool:
        """Whether what is asked of it can be answered."""
        if self._raft is not None and self._member.name not in self._raft.nodes:
            return self._raft.leader is not None
        try:
            self._check()
        except EtcdError:
            return False
        return True

    def revision(self) -> int:
        self._store.late.count()
        return self._store.revision

    def range(self, start: str, end: str = '', revision: int = 0) -> list[KeyValue]:
        self._check()
        store = self._store
        store.late.catch_up()
        if revision > store.revision:
            raise EtcdError('etcdserver: mvcc: required revision is a future revision')
        if revision and revision < store.compacted:
            raise EtcdError('etcdserver: mvcc: required revision has been compacted')
        entries = {entry.key: entry for entry in store.entries() if inside(entry.key, start, end)}
        if revision and revision < store.revision:
            for change in reversed(store.changes(revision)):
                if inside(change.key, start, end):
                    entries.pop(change.key, None)
                    if change.previous is not None:
                        entries[change.key] = change.previous
        return [_shown(entries[key]) for key in sorted(entries)]

    def leases(self) -> Leases:
        self._check()
        return self._leases

    def put(self, key: str, value: bytes, lease: int = 0) -> None:
        self._check()
        if lease:
            self._leases.get(lease)
        if not key:
            raise EtcdError('etcdserver: key is not provided')
        stored: Any = value.decode('utf-8', 'surrogateescape')
        if key.startswith(REGISTRY):
            try:
                stored = decode(value) if value.startswith(MAGIC) else json.loads(value)
                stored['metadata']['resourceVersion'] = str(self._store.revision + 1)
            except (ValueError, TypeError, KeyError, UnknownMessage):
                raise EtcdError('this etcd is simulated and stores only objects, in protobuf or as JSON, below '
                                f'{REGISTRY}') from None
        self._store.put(key, stored)
        if lease:
            self._leases.attach(lease, key)

    def delete(self, start: str, end: str = '') -> int:
        self._check()
        keys = [entry.key for entry in self._store.entries() if inside(entry.key, start, end)]
        for key in keys:
            delete(self._store, key)
        return len(keys)

    def watch(self, start: str, end: str, deliver: Deliver) -> Callable[[], None]:
        def changed(change: Change) -> None:
            if inside(change.key, start, end):
                gone = KeyValue(change.key, b'', 0, change.revision, 0)
                deliver('PUT' if change.entry else 'DELETE', _shown(change.entry) if change.entry else gone)
        watching = Watching(self._store.listen_all(changed))
        self._store.late.watch(watching)
        return watching.close

    def compact(self, revision: int) -> None:
        if revision > self._store.revision:
            raise EtcdError('etcdserver: mvcc: required revision is a future revision')
        if revision <= self._store.compacted:
            raise EtcdError('etcdserver: mvcc: required revision has been compacted')
        self._store.compact(revision)

    def members(self) -> list[Member]:
        return [self._member] if self._raft is None else list(self._raft.members.values())

    def add_member(self, peer_url: str, learner: bool) -> Member:
        self._check()
        return self._membership.grow(self._member).announce(peer_url, learner)

    def promote_member(self, identity: int) -> None:
        self._check()
        self._membership.grow(self._member).promote(identity)

    def remove_member(self, identity: int) -> None:
        self._check()
        if self._raft is None and identity == self._member.id:
            raise EtcdError('etcdserver: re-configuration failed due to not enough started members')
        self._membership.grow(self._member).remove(identity)

    def status(self) -> Status:
        store = self._store
        if self._raft is not None:
            return self._raft_status(self._raft)
        return Status(self._member.id, self._version, 4096 * (store.revision + 120), self._member.id, 2,
                      store.revision + INDEX)

    def _raft_status(self, raft: RaftGroup) -> Status:
        """Maintenance/Status is answered by every member for itself."""
        node, leading = raft.nodes.get(self._member.name), raft.leader
        if node is None:
            commit = leading.commit if leading is not None else 0
            return Status(self._member.id, self._version, 4096 * (commit + 120),
                          raft.members[leading.name].id if leading is not None else 0,
                          leading.term if leading is not None else 0, commit, learner=True)
        leader = raft.members[node.leader].id if node.leader else 0
        return Status(self._member.id, self._version, 4096 * (node.commit + 120), leader, node.term, node.commit,
                      () if node.leader else ('etcdserver: no leader',))

    def snapshot(self) -> bytes:
        return snapshot_of(self._store)


def delete(store: Store, key: str) -> None:
    """Delete a key as its watchers see it: an object goes at a revision of its own."""
    value = store.entry(key).value
    if isinstance(value, dict) and 'metadata' in value:
        meta = {**value['metadata'], 'resourceVersion': str(store.revision + 1)}
        value = {**value, 'metadata': meta}
    store.delete(key, last=value)


def snapshot_of(store: Store) -> bytes:
    """A snapshot file of all that a store holds."""
    content = store.snapshot()
    return pack({'revision': content['revision'], 'entries': [list(entry) for entry in content['entries']]})


def restored(content: dict[str, Any]) -> dict[str, Any]:
    """What `Store.restore` takes, from a snapshot file's content."""
    return {'revision': content['revision'], 'entries': [Entry(*entry) for entry in content['entries']]}


def _shown(entry: Entry) -> KeyValue:
    value = _bytes(entry.value)
    if entry.seal:
        value = sealed(entry.seal, value, f'{entry.key} {entry.mod_revision}')
    return KeyValue(entry.key, value, entry.create_revision, entry.mod_revision, entry.version)


def _bytes(value: Any) -> bytes:
    """A value as it lies in etcd: the resource version is the key's own, and not written."""
    if isinstance(value, str):
        return value.encode('utf-8', 'surrogateescape')
    meta = {name: found for name, found in value.get('metadata', {}).items() if name != 'resourceVersion'}
    written = {**value, 'metadata': meta} if 'metadata' in value else value
    try:
        return encode(written)
    except Unencodable:
        return json.dumps(written, separators=(',', ':'), ensure_ascii=False).encode() + b'\n'
