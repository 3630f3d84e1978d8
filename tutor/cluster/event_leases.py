"""Events are kept for a while: each is written with a lease of etcd, which several share
(apiserver/pkg/storage/etcd3/lease_manager.go)."""

from __future__ import annotations

from collections.abc import Callable

from tutor.cluster.etcd.leases import Leases
from tutor.cluster.simulation import Simulation
from tutor.cluster.storage import Change, Store

TTL = 3600
"""--event-ttl, in seconds."""
REUSED = 60
"""For so many seconds a lease is given to further events (--lease-reuse-duration-seconds), and a twentieth of their
time at most."""
MOST = 1000
"""So many events have a lease in common at most."""


class EventLeases:
    """Gives every event that is written a lease. `forget` is told the UID of one that is gone."""

    def __init__(self, simulation: Simulation, store: Store, prefix: str, leases: Leases,
                 forget: Callable[[str], None]) -> None:
        self.ttl = TTL
        """Seconds for which events are kept, 0 for ever."""
        self._simulation = simulation
        self._leases = leases
        self._forget = forget
        self._lease = 0
        self._expires = 0.0
        self._given = 0
        store.listen(prefix, self._changed)

    def _changed(self, change: Change) -> None:
        if change.entry is None:
            if change.previous is not None:
                self._forget(change.previous.value['metadata']['uid'])
        elif self.ttl:
            self._leases.attach(self._current(), change.key)

    def _current(self) -> int:
        """leaseManager.GetLease."""
        now, reused = self._simulation.now, min(self.ttl // 20, REUSED)
        self._given += 1
        if not now + self.ttl < self._expires <= now + self.ttl + reused or self._given > MOST:
            self._lease = self._leases.grant(self.ttl + reused)
            self._expires, self._given = now + self.ttl + reused, 1
        return self._lease
