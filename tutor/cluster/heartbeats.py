"""Renewals of the nodes' Leases: one every ten seconds each, which nobody sees but who reads the Lease, watches it, or
misses it (the node lifecycle controller).

So a kubelet that has renewed its Lease rests: that it would go on is known by its rhythm, and the last of these
renewals is written when somebody reads. Whatever could hinder a renewal ends the rest: then the kubelet makes the next
itself.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.cluster.apiserver.renewals import NODES, Rhythm, stamp
from tutor.cluster.apiserver.server import ApiServer
from tutor.cluster.renewals import Place, Renewals
from tutor.cluster.simulation import Simulation
from tutor.cluster.storage import Change

COORDINATION, LEASES = 'coordination.k8s.io', 'leases'
ADMISSION = 'admissionregistration.k8s.io'
OBJECTORS = ('validatingwebhookconfigurations', 'mutatingwebhookconfigurations', 'validatingadmissionpolicies',
             'mutatingadmissionpolicies')
"""Kinds of what may have a say in a renewal."""


class Heartbeat:
    """The renewals of one node's Lease. `client` acts for the node, and `reaches` is whether the node can."""

    def __init__(self, simulation: Simulation, name: str, client: Client, reaches: Callable[[], bool],
                 all_of_them: Heartbeats) -> None:
        self.place: Place = (NODES, name)
        self.reaches = reaches
        self.resting = False
        self.lease: Object | None = None
        self._simulation = simulation
        self._client = client
        self._all = all_of_them
        self._every = 1.0
        self._rhythm = Rhythm(simulation, self._every)
        self._due: float | None = None
        self._written: float | None = None
        self._writing = False
        self._resume: Callable[[], None] = lambda: None

    # -- the kubelet's side -------------------------------------------------------------------------------------

    def renewed(self, lease: Object, every: float) -> None:
        """The kubelet has just renewed its Lease by itself, and does so every so many seconds."""
        self.lease, self._every = lease, every
        self._rhythm = Rhythm(self._simulation, every)
        self._rhythm.begin()
        self._due = self._written = self._simulation.now

    def rest(self, resume: Callable[[], None]) -> bool:
        """Have the renewals go on by themselves, if nothing speaks against it, until `resume` is called."""
        if self._all.undisputed():
            self.resting, self._resume = True, resume
            self._all.renewals.keep(1 / self._every)
        return self.resting

    def end(self) -> None:
        """From now on only the kubelet itself renews the Lease."""
        if self.resting:
            self._due = self._rhythm.last()
            self.resting = False
            self._all.renewals.keep(-1 / self._every)

    def wake(self) -> None:
        """Have the kubelet itself make the next renewal."""
        if self.resting:
            self.end()
            self._resume()

    # -- what others see ----------------------------------------------------------------------------------------

    def until_next(self) -> float:
        return self._rhythm.until_next()

    def last(self) -> float | None:
        """When the last renewal was, in virtual seconds."""
        return self._rhythm.last() if self.resting else self._due

    def shown_by(self, lease: Object) -> bool:
        """Whether a Lease tells of the last renewal."""
        last = self.last()
        return last is not None and lease['spec'].get('renewTime') == stamp(self._simulation, last)

    def renew(self) -> None:
        """Write the last renewal."""
        last = self.last()
        if self.lease is None or last is None or last == self._written or self._writing:
            return
        self._writing = True
        with suppress(StatusError, OSError):
            self.lease = self._client.update(f'{LEASES}.{COORDINATION}', {
                **self.lease, 'spec': {**self.lease['spec'], 'renewTime': stamp(self._simulation, last)}})
            self._written = last
        self._writing = False

    def changed(self) -> None:
        """The Lease was written, and while the node rests that was somebody else."""
        if self.resting and not self._writing:
            self.wake()
            self._written = self._due


class Heartbeats:
    """All nodes' renewals."""

    def __init__(self, api: ApiServer, renewals: Renewals) -> None:
        self._of: dict[str, Heartbeat] = {}
        self.renewals = renewals
        self._api = api
        stores, store = api.stores, api.store
        leases = stores.of(COORDINATION, LEASES)
        self._leases = leases.range_prefix(NODES)
        store.listen(leases.prefix, self._lease_changed)
        store.listen(stores.of('rbac.authorization.k8s.io', 'clusterroles').prefix, lambda _: self.wake())
        for plural in OBJECTORS:
            store.listen(stores.of(ADMISSION, plural).prefix, lambda _: self.wake())

    def add(self, name: str, client: Client, reaches: Callable[[], bool]) -> Heartbeat:
        """A node's, by the client that acts for it; `reaches` is whether the node reaches the API server."""
        found = self._of[name] = Heartbeat(self._api.simulation, name, client, reaches, self)
        self.renewals.add(found)
        return found

    def last(self, name: str) -> float | None:
        """When a node's Lease was last renewed, None for one that no kubelet has renewed."""
        found = self._of.get(name)
        return found.last() if found is not None else None

    def shown_by(self, lease: Object) -> bool:
        """Whether a Lease tells of its node's last renewal."""
        found = self._of.get(lease['metadata']['name'])
        return found is not None and found.shown_by(lease)

    def reconsider(self) -> None:
        """Who reaches the API server may have changed."""
        for beat in self._of.values():
            if beat.resting and not (beat.reaches() and self.undisputed()):
                beat.wake()

    def wake(self) -> None:
        for beat in self._of.values():
            beat.wake()

    def undisputed(self) -> bool:
        """Whether a renewal is sure to be accepted, and nobody keeps a record of it."""
        return not self._api.store.trouble and self._api.audit is None and not any(
            self._api.stores.of(ADMISSION, plural).list() for plural in OBJECTORS)

    def _lease_changed(self, change: Change) -> None:
        beat = self._of.get(change.key.removeprefix(self._leases))
        if beat is not None:
            beat.changed()
