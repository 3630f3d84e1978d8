"""Leader election (client-go/tools/leaderelection): of the processes of a component one works, the one that holds the
component's Lease in kube-system. The others try again and again, until its holder has not renewed it for long.

A holder renews every two seconds. Nobody sees that but who reads Leases: so the renewals of the time that has passed
are written, as one, when somebody asks for them, and while somebody watches them each at its own moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.client.events import EventRecorder
from tutor.cluster.simulation import Simulation

LEASES, NAMESPACE = 'leases.coordination.k8s.io', 'kube-system'
DURATION = 15.0
RETRY = 2.0
RENEW_DEADLINE = 10.0
TIME = '%Y-%m-%dT%H:%M:%S.%fZ'


class Switch(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Election:
    """The processes of one component; `switch` is turned on while one of them leads."""

    def __init__(self, simulation: Simulation, client: Client, name: str, recorder: EventRecorder,
                 switch: Switch) -> None:
        self._simulation = simulation
        self._client = client
        self.name = name
        self._recorder = recorder
        self._switch = switch
        self._candidates: dict[int, str] = {}
        self._lost: dict[int, Callable[[], None]] = {}
        self._doubting = False
        self._leader = ''
        self._since = self._renewed = 0.0
        self._begun = 0

    def join(self, process: int, hostname: str, lost: Callable[[], None]) -> None:
        """A process has started; `lost` is called when it has led and could not renew its Lease."""
        self._begun += 1
        self._lost[process] = lost
        digest = hashlib.sha256(f'{self.name} {hostname} {self._begun}'.encode()).digest()
        self._candidates[process] = f'{hostname}_{UUID(bytes=digest[:16], version=4)}'
        self._try()

    def leave(self, process: int) -> None:
        """A process has ended, and says nothing more."""
        if self._candidates[process] == self._leader:
            self.renew()
        gone = self._candidates.pop(process)
        self._lost.pop(process)
        if gone == self._leader:
            self._resign()
            self._try()

    def _resign(self) -> None:
        self._leader = ''
        self._switch.stop()

    # -- becoming the leader ------------------------------------------------------------------------------------

    def _try(self) -> None:
        """tryAcquireOrRenew, by the process that has waited longest."""
        if self._leader or not self._candidates:
            return
        with suppress(StatusError, OSError):
            lease = self._client.find(LEASES, self.name, NAMESPACE)
            if lease is None or self._expires(lease) <= self._simulation.wall():
                self._acquire(lease, next(iter(self._candidates.values())))
                return
        self._simulation.call_later(RETRY, self._try)

    def _expires(self, lease: Object) -> datetime:
        spec = lease.get('spec') or {}
        if not spec.get('holderIdentity') or not spec.get('renewTime'):
            return self._simulation.wall()
        return datetime.fromisoformat(spec['renewTime']) + timedelta(seconds=spec.get('leaseDurationSeconds') or 0)

    def _acquire(self, lease: Object | None, identity: str) -> None:
        now = self._simulation.wall().strftime(TIME)
        spec = {'holderIdentity': identity, 'leaseDurationSeconds': int(DURATION), 'acquireTime': now, 'renewTime': now,
                'leaseTransitions': ((lease or {}).get('spec') or {}).get('leaseTransitions', -1) + 1}
        self._leader, self._since, self._renewed = identity, self._simulation.now, self._simulation.now
        written = self._write(lease, spec)
        self._recorder.normal(written, 'LeaderElection', f'{identity} became leader')
        self._switch.start()

    def _write(self, lease: Object | None, spec: Object) -> Object:
        if lease is None:
            return self._client.create(LEASES, {
                'apiVersion': 'coordination.k8s.io/v1', 'kind': 'Lease',
                'metadata': {'name': self.name, 'namespace': NAMESPACE}, 'spec': spec})
        return self._client.update(LEASES, {**lease, 'spec': spec})

    # -- staying it ---------------------------------------------------------------------------------------------

    def renew(self) -> None:
        """Write the last of the renewals that were due until now."""
        due = self._since + self._turns() * RETRY
        if not self._leader or due <= self._renewed:
            return
        self._renewed = due
        moment = (self._simulation.epoch + timedelta(seconds=due)).strftime(TIME)
        with suppress(StatusError, OSError):
            lease = self._client.find(LEASES, self.name, NAMESPACE)
            spec = (lease or {}).get('spec') or {}
            if lease is None:
                self._write(None, {'holderIdentity': self._leader, 'leaseDurationSeconds': int(DURATION),
                                   'acquireTime': moment, 'renewTime': moment, 'leaseTransitions': 0})
            elif spec.get('holderIdentity') == self._leader:
                self._write(lease, {**spec, 'renewTime': moment})

    def unsettle(self) -> None:
        """The API server may have gone, or come back."""
        if self._leader and not self._doubting:
            self._doubting = True
            self._doubt(self._leader, self._simulation.now + RENEW_DEADLINE)

    def _doubt(self, leader: str, deadline: float) -> None:
        """LeaderElector.renew: a leader that cannot renew for ten seconds is none any more, and ends."""
        if self._leader == leader and not self._reaches():
            if self._simulation.now < deadline:
                self._simulation.call_later(RETRY, self._doubt, leader, deadline)
                return
            process = next(number for number, identity in self._candidates.items() if identity == leader)
            self._resign()
            self._lost[process]()
        self._doubting = False

    def _reaches(self) -> bool:
        try:
            self._client.find(LEASES, self.name, NAMESPACE)
        except (StatusError, OSError):
            return False
        return True

    def until_next(self) -> float:
        """Seconds until the next renewal."""
        return self._since + (self._turns() + 1) * RETRY - self._simulation.now

    def _turns(self) -> int:
        """How many renewals have been due; moments are no exact sums."""
        return int((self._simulation.now - self._since) / RETRY + 1e-6)


class Renewed(Protocol):
    """A Lease that is renewed all the time: `renew` writes the last renewal that was due."""

    def renew(self) -> None: ...
    def until_next(self) -> float: ...


class Renewals:
    """What the API server asks before it reads Leases: who renews some, and whether they are being watched."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._renewed: list[Renewed] = []
        self._watchers: list[Watching] = []

    def add(self, renewed: Renewed) -> None:
        self._renewed.append(renewed)

    def catch_up(self) -> None:
        """Somebody reads them now."""
        for renewed in self._renewed:
            renewed.renew()

    def watch(self, watcher: Watching) -> None:
        """Somebody sees each renewal from now on."""
        self._watchers.append(watcher)
        if len(self._watchers) == 1:
            for renewed in self._renewed:
                self._tick(renewed)

    def _tick(self, renewed: Renewed) -> None:
        self._watchers = [watcher for watcher in self._watchers if not watcher.closed]
        if self._watchers:
            renewed.renew()
            self._simulation.call_later(renewed.until_next(), self._tick, renewed)


class Watching(Protocol):
    closed: bool
