"""Leases: keys that are put with one are deleted when it is not renewed in time (etcd/server/lease/lessor.go)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tutor.cluster.simulation import Simulation, Timer
from tutor.cluster.storage import Store
from tutor.shell.etcd import EtcdError, Lease

NOT_FOUND = 'etcdserver: requested lease not found'
FIRST = 0x694D9A0F5A2C1000
"""The identifiers that a member gives begin with bits of its own and of the time."""


@dataclass(slots=True)
class _Kept:
    """A lease that lives; its keys with the revision at which they were put with it."""

    ttl: int
    timer: Timer
    keys: dict[str, int] = field(default_factory=dict)


class Leases:
    """All leases of a cluster. Raises EtcdError for one that there is not."""

    def __init__(self, simulation: Simulation, store: Store, delete: Callable[[str], None]) -> None:
        self._simulation = simulation
        self._store = store
        self._delete = delete
        self._kept: dict[int, _Kept] = {}
        self._given = 0

    def grant(self, ttl: int) -> int:
        """A new lease of so many seconds; its identifier is the next one."""
        self._given += 1
        number = FIRST + 2 * self._given
        self._kept[number] = _Kept(ttl, self._simulation.call_later(ttl, self._expire, number))
        return number

    def renew(self, number: int) -> int:
        """Its whole time begins again, and is what comes back."""
        kept = self.get(number)
        kept.timer.cancel()
        kept.timer = self._simulation.call_later(kept.ttl, self._expire, number)
        return kept.ttl

    def attach(self, number: int, key: str) -> None:
        """A key was just put with it."""
        entry = self._store.get(key)
        if entry is not None:
            self.get(number).keys[key] = entry.mod_revision

    def revoke(self, number: int) -> None:
        """End it, and delete its keys: those that nobody has put again without it."""
        self.get(number).timer.cancel()
        self._expire(number)

    def list(self) -> list[Lease]:
        return [self.show(number) for number in self._kept]

    def show(self, number: int) -> Lease:
        kept = self.get(number)
        return Lease(number, kept.ttl, int(kept.timer.when - self._simulation.now), tuple(sorted(self._attached(kept))))

    def _attached(self, kept: _Kept) -> list[str]:
        return [key for key, revision in kept.keys.items()
                if (entry := self._store.get(key)) is not None and entry.mod_revision == revision]

    def _expire(self, number: int) -> None:
        if self._store.trouble:  # nobody leads: leases are left to the next leader
            self._kept[number].timer = self._simulation.call_later(1, self._expire, number)
            return
        for key in self._attached(self._kept.pop(number)):
            self._delete(key)

    def get(self, number: int) -> _Kept:
        """A lease that lives."""
        if number not in self._kept:
            raise EtcdError(NOT_FOUND)
        return self._kept[number]
