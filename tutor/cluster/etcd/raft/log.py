"""A member's log: entries in order, the oldest given up for a snapshot."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

KEPT = 5000
"""Entries that are kept behind the last for members that are slow (SnapshotCatchUpEntries)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One proposal: `what` says what it does to the store."""

    index: int
    term: int
    what: str


class Log:
    """`base` is the last index that only a snapshot has; `base_term` its term."""

    def __init__(self, kept: int = KEPT) -> None:
        self.base, self.base_term = 0, 0
        self._entries: deque[Entry] = deque()
        self._kept = kept

    @property
    def last(self) -> int:
        return self.base + len(self._entries)

    @property
    def last_term(self) -> int:
        return self._entries[-1].term if self._entries else self.base_term

    def term(self, index: int) -> int | None:
        """The term of an entry, None for one that is not known (any more)."""
        if index == self.base:
            return self.base_term
        return self._entries[index - self.base - 1].term if self.base < index <= self.last else None

    def append(self, entry: Entry) -> None:
        self._entries.append(entry)
        if len(self._entries) > self._kept:
            gone = self._entries.popleft()
            self.base, self.base_term = gone.index, gone.term

    def after(self, index: int) -> tuple[Entry, ...]:
        """The entries behind an index that is still known."""
        skip = index - self.base
        if skip == len(self._entries) - 1:
            return (self._entries[-1],)
        return tuple(islice(self._entries, skip, None))

    def merge(self, entries: Iterable[Entry]) -> None:
        """Take a leader's entries over; what contradicts them goes."""
        for entry in entries:
            if self.term(entry.index) == entry.term or entry.index <= self.base:
                continue
            while self.last >= entry.index:
                self._entries.pop()
            self.append(entry)

    def become(self, index: int, term: int) -> None:
        """Start again from a snapshot."""
        self._entries.clear()
        self.base, self.base_term = index, term

    def up_to_date(self, index: int, term: int) -> bool:
        """Whether a log that ends so has all that this one has."""
        return (term, index) >= (self.last_term, self.last)
