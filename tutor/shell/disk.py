"""A disk that several file systems are on."""

from __future__ import annotations

from collections.abc import Callable

SIZE = 60 * 1024**3
"""A disk that nobody measures."""
GRANT = 1024 * 1024
"""Bytes that are given out before it is asked again how many are left."""


class Disk:
    """Who knows what else is on the disk sets `measure`, which says of 'ephemeral-storage' (bytes) and of 'inodes' how
    many there are and how many are used, and `filled`, which is called each time when about GRANT bytes were taken."""

    def __init__(self) -> None:
        self.measure: Callable[[str], tuple[int, int]] = lambda resource: (SIZE, 0)
        self.filled: Callable[[], None] = lambda: None
        self._granted = 0
        self._taken = 0

    def take(self, size: int) -> bool:
        """Take so many bytes; False when they are not there."""
        if size > self._granted:
            there, used = self.measure('ephemeral-storage')
            if size > there - used:
                return False
            self._granted = min(there - used, size + GRANT)
        self._granted -= size
        self._taken += size
        if self._taken >= GRANT:
            self._taken = 0
            self.filled()
        return True
