"""etcd's client API as a machine's programs see it (etcdserverpb), and the form of its snapshots."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

MAGIC = b'etcd snapshot of a simulated cluster\n'


class EtcdError(Exception):
    """What etcd refuses; the text is that of its client."""


class NotASnapshot(ValueError):
    """A file that is no snapshot."""


@dataclass(frozen=True, slots=True)
class KeyValue:
    """One key with its value."""

    key: str
    value: bytes
    create_revision: int
    mod_revision: int
    version: int


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the cluster."""

    id: int
    name: str
    peer_url: str
    client_url: str
    started: bool = True
    learner: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """How one member is."""

    member: int
    version: str
    size: int
    leader: int
    term: int
    index: int
    errors: tuple[str, ...] = ()
    learner: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease: the seconds that it was granted and those that are left, and the keys that end with it."""

    id: int
    ttl: int
    left: int
    keys: tuple[str, ...]


class Leasing(Protocol):
    """The service Lease. Raises EtcdError for a lease that there is not."""

    def grant(self, ttl: int) -> int: ...
    def revoke(self, number: int) -> None: ...
    def renew(self, number: int) -> int: ...
    def show(self, number: int) -> Lease: ...
    def list(self) -> list[Lease]: ...


Deliver = Callable[[str, KeyValue], None]
"""Called with 'PUT' or 'DELETE' and what was put, or the key that was deleted."""


class EtcdService(Protocol):
    """The services of one member. All raise EtcdError while it cannot answer."""

    @property
    def cluster_id(self) -> int: ...
    @property
    def secure(self) -> bool: ...
    def accepts(self, certificate: str) -> bool:
        """Whether the member trusts a client's certificate (PEM text)."""
        ...
    def trusted_by(self, authority: str) -> bool:
        """Whether an authority's certificate vouches for the member's own."""
        ...
    def revision(self) -> int: ...
    def range(self, start: str, end: str = '', revision: int = 0) -> list[KeyValue]: ...
    def put(self, key: str, value: bytes, lease: int = 0) -> None: ...
    def delete(self, start: str, end: str = '') -> int: ...
    def watch(self, start: str, end: str, deliver: Deliver) -> Callable[[], None]: ...
    def compact(self, revision: int) -> None: ...
    def leases(self) -> Leasing: ...
    def members(self) -> list[Member]: ...
    def add_member(self, peer_url: str, learner: bool) -> Member:
        """A member that does not run yet: one that votes at once, or a learner, which is to be promoted."""
        ...
    def promote_member(self, identity: int) -> None: ...
    def remove_member(self, identity: int) -> None: ...
    def status(self) -> Status: ...
    def snapshot(self) -> bytes: ...


def prefix_end(prefix: str) -> str:
    """clientv3.GetPrefixRangeEnd: the first key after all that begin with a prefix."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else '\0'


def inside(key: str, start: str, end: str) -> bool:
    """Whether a key is in a range; without an end the range is one key, '\\0' is no end at all."""
    return key == start if not end else key >= start and (end == '\0' or key < end)


def pack(content: dict[str, Any]) -> bytes:
    """A snapshot file of a store's content."""
    return MAGIC + zlib.compress(json.dumps(content, separators=(',', ':')).encode(), 1)


def unpack(data: bytes) -> dict[str, Any]:
    """The content of a snapshot file. Raises NotASnapshot."""
    if not data.startswith(MAGIC):
        raise NotASnapshot
    try:
        return json.loads(zlib.decompress(data[len(MAGIC):]))
    except (zlib.error, ValueError):
        raise NotASnapshot from None
