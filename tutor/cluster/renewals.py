"""Leases that are renewed all the time, and written when somebody looks: who does so, and who looks."""

from __future__ import annotations

import math
from typing import Protocol

from tutor.cluster.simulation import Simulation
from tutor.cluster.storage import Store

Place = tuple[str, str]
"""A namespace and a name."""


class Renewed(Protocol):
    """A Lease that is renewed all the time: `renew` writes the last renewal that was due, `place` is where."""

    place: Place

    def renew(self) -> None: ...
    def until_next(self) -> float: ...


class Watching(Protocol):
    closed: bool


class Renewals:
    """What the API server, and etcd, ask before they tell of Leases: who renews some, and whether they are watched.

    Those of nodes move the store's revision, written or not: `next` is when it has moved on, `count` has it do so.
    """

    def __init__(self, simulation: Simulation, store: Store) -> None:
        self.next = math.inf
        self._simulation = simulation
        self._store = store
        self._renewed: dict[Place, Renewed] = {}
        self._watchers: list[Watching] = []
        self._per_second = 0.0
        self._counted = 0.0
        store.late = self

    def add(self, renewed: Renewed) -> None:
        self._renewed[renewed.place] = renewed

    # -- whoever looks ------------------------------------------------------------------------------------------

    def catch_up(self, namespace: str = '', name: str = '') -> None:
        """Somebody asks now for one of them, for those of a namespace or for all."""
        if name:
            found = self._renewed.get((namespace, name))
            if found is not None:
                found.renew()
            return
        for place, renewed in self._renewed.items():
            if namespace in ('', place[0]):
                renewed.renew()

    def watch(self, watcher: Watching) -> None:
        """Somebody sees each renewal from now on."""
        self._watchers.append(watcher)
        if len(self._watchers) == 1:
            for renewed in self._renewed.values():
                self._tick(renewed)

    def _tick(self, renewed: Renewed) -> None:
        self._watchers = [watcher for watcher in self._watchers if not watcher.closed]
        if self._watchers:
            renewed.renew()
            self._simulation.call_later(renewed.until_next(), self._tick, renewed)

    # -- the store's revision -----------------------------------------------------------------------------------

    def keep(self, per_second: float) -> None:
        """So many more renewals per second are not written as they are made; less, when negative."""
        self.count()
        self._per_second += per_second
        self._counted = self._simulation.now
        self._look_ahead()

    def count(self) -> None:
        """Let the revision move on by the renewals that were made since the last time."""
        if self._simulation.now >= self.next:
            count = int((self._simulation.now - self._counted) * self._per_second + 1e-6)
            self._store.revision += count
            self._counted += count / self._per_second
            self._look_ahead()

    def _look_ahead(self) -> None:
        self.next = self._counted + 1 / self._per_second if self._per_second > 1e-6 else math.inf
