"""What a controller has done and not seen yet in its informers (controller.UIDTrackingControllerExpectations)."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.cluster.simulation import Simulation

TIMEOUT = 300.0


class _Entry:
    __slots__ = ('adds', 'deletes', 'since')

    def __init__(self, since: float) -> None:
        self.since = since
        self.adds = 0
        self.deletes: set[str] = set()


class Expectations:
    """Creations and deletions on their way, by the key of who made them. A watch lags behind a write: until what was
    written is seen, nothing more is created or deleted for that key."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._entries: dict[str, _Entry] = {}

    def satisfied(self, key: str) -> bool:
        """Whether everything was seen, or was waited for too long."""
        entry = self._entries.get(key)
        if entry is None:
            return True
        if entry.adds <= 0 and not entry.deletes:
            return True
        return self._simulation.now - entry.since > TIMEOUT

    def expect_creations(self, key: str, count: int) -> None:
        entry = self._entries[key] = _Entry(self._simulation.now)
        entry.adds = count

    def expect_deletions(self, key: str, what: Iterable[str]) -> None:
        entry = self._entries[key] = _Entry(self._simulation.now)
        entry.deletes = set(what)

    def raise_deletions(self, key: str, what: Iterable[str]) -> None:
        self._entry(key).deletes.update(what)

    def creation_observed(self, key: str) -> None:
        entry = self._entries.get(key)
        if entry is not None:
            entry.adds -= 1

    def deletion_observed(self, key: str, what: str) -> None:
        entry = self._entries.get(key)
        if entry is not None:
            entry.deletes.discard(what)

    def delete(self, key: str) -> None:
        self._entries.pop(key, None)

    def _entry(self, key: str) -> _Entry:
        entry = self._entries.get(key)
        if entry is None or (entry.adds <= 0 and not entry.deletes):
            entry = self._entries[key] = _Entry(self._simulation.now)
        return entry
