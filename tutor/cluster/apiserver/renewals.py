"""Leases that are renewed all the time: brought up to date when somebody asks for them, not at each renewal."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Protocol

from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.cluster.registry.watch import Watcher
from tutor.cluster.simulation import Simulation

CONTROLLERS = 'system:kube-controller-manager'
"""Watches everything at all times, and does nothing about the Leases of leaders."""
NODES = 'kube-node-lease'
"""The namespace of the Leases of nodes."""
PLACES = ('', 'kube-system', NODES)
READS = ('get', 'list', 'watch')


class Rhythm:
    """The moments at which a Lease is renewed: every so many seconds, from when `begin` is called."""

    def __init__(self, simulation: Simulation, every: float) -> None:
        self._simulation = simulation
        self._every = every
        self._since = 0.0

    def begin(self) -> None:
        self._since = self._simulation.now

    def last(self) -> float:
        """The last of them, in virtual seconds."""
        return self._since + self._turns() * self._every

    def last_stamp(self) -> str:
        """The last of them as metav1.MicroTime."""
        return stamp(self._simulation, self.last())

    def until_next(self) -> float:
        """Seconds until the next."""
        return self._since + (self._turns() + 1) * self._every - self._simulation.now

    def _turns(self) -> int:
        """How many there have been; moments are no exact sums."""
        return int((self._simulation.now - self._since) / self._every + 1e-6)


def stamp(simulation: Simulation, moment: float) -> str:
    """A moment as metav1.MicroTime."""
    when = simulation.epoch + timedelta(seconds=moment)
    return f"{when.isoformat(timespec='microseconds')[:26]}Z"


class Renewals(Protocol):
    """Whose Leases they are. `catch_up` writes what is due of one, of those in a namespace or of all; `watch` is for
    who wants to see each renewal. From `next` on, `count` is to be called before the store's revision is read."""

    next: float

    def count(self) -> None: ...
    def catch_up(self, namespace: str = '', name: str = '') -> None: ...
    def watch(self, watcher: Watcher) -> None: ...


class NoRenewals:
    """Nobody leads anything."""

    next = math.inf

    def count(self) -> None: ...
    def catch_up(self, namespace: str = '', name: str = '') -> None: ...
    def watch(self, watcher: Watcher) -> None: ...


def is_renewed(info: RequestInfo) -> bool:
    """Whether a request reads such Leases; who writes a node's, reads it before."""
    return info.resource == 'leases' and info.namespace in PLACES and (info.verb in READS or info.namespace == NODES)
