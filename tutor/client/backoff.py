"""flowcontrol.Backoff: how long to wait before something that keeps failing is tried again."""

from __future__ import annotations


class Backoff:
    """Delays by key: `initial`, doubled by each failure up to `limit`; forgotten after twice the limit without one."""

    def __init__(self, initial: float = 10.0, limit: float = 300.0) -> None:
        self._initial = initial
        self._limit = limit
        self._entries: dict[str, tuple[float, float]] = {}

    def get(self, key: str) -> float:
        """The present delay."""
        entry = self._entries.get(key)
        return entry[0] if entry is not None else 0.0

    def expires(self, key: str) -> float:
        """When a delay that began with the last failure ends."""
        delay, updated = self._entries[key]
        return updated + delay

    def next(self, key: str, now: float) -> None:
        """It failed again: wait longer from now on."""
        entry = self._entries.get(key)
        if entry is None or self._expired(now, entry[1]):
            self._entries[key] = (self._initial, now)
        else:
            self._entries[key] = (min(entry[0] * 2, self._limit), now)

    def waits(self, key: str, since: float, now: float) -> bool:
        """IsInBackOffSince: whether the delay that began with the event at `since` is still going on."""
        entry = self._entries.get(key)
        if entry is None or self._expired(since, entry[1]):
            return False
        return now - since < entry[0]

    def waits_since_update(self, key: str, now: float) -> bool:
        """IsInBackOffSinceUpdate."""
        entry = self._entries.get(key)
        if entry is None or self._expired(now, entry[1]):
            return False
        return now - entry[1] < entry[0]

    def forget(self, key: str) -> None:
        self._entries.pop(key, None)

    def _expired(self, now: float, updated: float) -> bool:
        return now - updated > self._limit * 2
