"""Leader election (client-go/tools/leaderelection): of the processes of a component one works, the one that holds the
component's Lease in kube-system. The others try again and again, until its holder has not renewed it for long.

A holder renews every two seconds. Nobody sees that but who reads Leases: so the renewals of the time that has passed
are written, as one, when somebody asks for them, and while somebody watches them each at its own moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from tutor.apimachinery.duration import span
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.client.events import EventRecorder
from tutor.cluster.apiserver.renewals import Rhythm
from tutor.cluster.simulation import Simulation

LEASES, NAMESPACE = 'leases.coordination.k8s.io', 'kube-system'
DURATION = 15.0
RETRY = 2.0
RENEW_DEADLINE = 10.0


class Switch(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A process that may lead. `leads` is called when it does, `lost` when it has led and could not renew its Lease."""

    identity: str
    lost: Callable[[], None]
    leads: Callable[[], None]


class Election:
    """The processes of one component; `switch` is turned on while one of them leads."""

    def __init__(self, simulation: Simulation, client: Client, name: str, recorder: EventRecorder,
                 switch: Switch) -> None:
        self._simulation = simulation
        self._client = client
        self.name = name
        self.place: tuple[str, str] = (NAMESPACE, name)
        self._recorder = recorder
        self._switch = switch
        self._candidates: dict[int, Candidate] = {}
        self._doubting = False
        self._leader: Candidate | None = None
        self._rhythm = Rhythm(simulation, RETRY)
        self.until_next = self._rhythm.until_next
        self._renewed = 0.0
        self._begun = 0

    def join(self, process: int, hostname: str, lost: Callable[[], None], leads: Callable[[], None]) -> None:
        """A process has started; `lost` and `leads` are the Candidate's."""
        self._begun += 1
        digest = hashlib.sha256(f'{self.name} {hostname} {self._begun}'.encode()).digest()
        self._candidates[process] = Candidate(f'{hostname}_{UUID(bytes=digest[:16], version=4)}', lost, leads)
        self._try()

    def leave(self, process: int) -> None:
        """A process has ended, and says nothing more."""
        if self._candidates.pop(process) is self._leader:
            self.renew()
            self._resign()
            self._try()

    def _resign(self) -> None:
        self._leader = None
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
        return datetime.fromisoformat(spec['renewTime']) + span(spec.get('leaseDurationSeconds') or 0)

    def _acquire(self, lease: Object | None, leader: Candidate) -> None:
        now = self._simulation.micro_timestamp()
        spec = {'holderIdentity': leader.identity, 'leaseDurationSeconds': int(DURATION), 'acquireTime': now,
                'renewTime': now, 'leaseTransitions': ((lease or {}).get('spec') or {}).get('leaseTransitions', -1) + 1}
        self._leader, self._renewed = leader, self._simulation.now
        self._rhythm.begin()
        written = self._write(lease, spec)
        self._recorder.normal(written, 'LeaderElection', f'{leader.identity} became leader')
        self._switch.start()
        leader.leads()

    def _write(self, lease: Object | None, spec: Object) -> Object:
        if lease is None:
            return self._client.create(LEASES, {
                'apiVersion': 'coordination.k8s.io/v1', 'kind': 'Lease',
                'metadata': {'name': self.name, 'namespace': NAMESPACE}, 'spec': spec})
        return self._client.update(LEASES, {**lease, 'spec': spec})

    # -- staying it ---------------------------------------------------------------------------------------------

    def renew(self) -> None:
        """Write the last of the renewals that were due until now."""
        leader, due = self._leader, self._rhythm.last()
        if leader is None or due <= self._renewed:
            return
        self._renewed, moment = due, self._rhythm.last_stamp()
        with suppress(StatusError, OSError):
            lease = self._client.find(LEASES, self.name, NAMESPACE)
            spec = (lease or {}).get('spec') or {}
            if lease is None:
                self._write(None, {'holderIdentity': leader.identity, 'leaseDurationSeconds': int(DURATION),
                                   'acquireTime': moment, 'renewTime': moment, 'leaseTransitions': 0})
            elif spec.get('holderIdentity') == leader.identity:
                self._write(lease, {**spec, 'renewTime': moment})

    def unsettle(self) -> None:
        """The API server may have gone, or come back."""
        if self._leader is not None and not self._doubting:
            self._doubting = True
            self._doubt(self._leader, self._simulation.now + RENEW_DEADLINE)

    def _doubt(self, leader: Candidate, deadline: float) -> None:
        """LeaderElector.renew: a leader that cannot renew for ten seconds is none any more, and ends."""
        if self._leader is leader and not self._reaches():
            if self._simulation.now < deadline:
                self._simulation.call_later(RETRY, self._doubt, leader, deadline)
                return
            self._resign()
            leader.lost()
        self._doubting = False

    def _reaches(self) -> bool:
        try:
            self._client.find(LEASES, self.name, NAMESPACE)
        except (StatusError, OSError):
            return False
        return True
