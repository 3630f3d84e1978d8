"""ServiceCIDRs are ready at once, and stay until no Service has an address of theirs (pkg/controller/servicecidrs)."""

from __future__ import annotations

import ipaddress

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object, condition, deleting, with_condition, with_finalizers
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation

RANGES, ADDRESSES = 'servicecidrs.networking.k8s.io', 'ipaddresses.networking.k8s.io'
FINALIZER = 'networking.k8s.io/service-cidr-finalizer'
GRACE = 10.0
"""Seconds that all API servers have to see that a range is going away."""
READY = 'True', '', 'Kubernetes Service CIDR is ready'
TERMINATING = 'False', 'Terminating', ('There are still IPAddresses referencing the ServiceCIDR, please remove them or '
                                       'create a new ServiceCIDR')


class ServiceCIDRController(Controller):
    """Keeps the finalizer and the condition Ready of each range."""

    component = 'service-cidr-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.ranges = self.informer(RANGES)
        self.addresses = self.informer(ADDRESSES)
        self.ranges.on_change(self._range_changed)
        self.addresses.on_change(self._address_changed)

    def _range_changed(self, old: Object | None, new: Object | None) -> None:
        changed = new or old
        assert changed is not None
        self.queue.add(changed['metadata']['name'])
        for name, other in self.ranges.objects.items():
            if deleting(other):
                self.queue.add(name)

    def _address_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None:
            for name, obj in self.ranges.objects.items():
                if deleting(obj):
                    self.queue.add(name)

    def reconcile(self, key: str) -> None:
        obj = self.ranges.objects.get(key)
        if obj is None:
            return
        held = obj['metadata'].get('finalizers') or []
        if not deleting(obj):
            if FINALIZER not in held:
                obj = self.client.update(RANGES, with_finalizers(obj, [*held, FINALIZER]))
            self._set(obj, READY)
        elif FINALIZER not in held:
            return
        elif self._needed(obj):
            self._set(obj, TERMINATING)
        elif (left := parse_timestamp(obj['metadata']['deletionTimestamp']) + GRACE - self.seconds()) > 0:
            self.postpone(key, left)
        else:
            self.client.update(RANGES, with_finalizers(obj, [each for each in held if each != FINALIZER]))

    def _needed(self, obj: Object) -> bool:
        """canDeleteCIDR: whether an address would be left in no range."""
        others = [network for name, other in self.ranges.objects.items()
                  if name != obj['metadata']['name'] and not deleting(other) for network in _networks(other)]
        return any(address in network and not any(address in other for other in others)
                   for name in self.addresses.objects for address in [ipaddress.ip_address(name)]
                   for network in _networks(obj))

    def _set(self, obj: Object, wanted: tuple[str, str, str]) -> None:
        """updateConditionIfNeeded."""
        known = condition(obj, 'Ready') or {}
        if (known.get('status'), known.get('reason'), known.get('message')) == wanted:
            return
        status, reason, message = wanted
        entry = {'lastTransitionTime': self.simulation.timestamp(), 'message': message, 'reason': reason,
                 'status': status, 'type': 'Ready'}
        conditions = with_condition((obj.get('status') or {}).get('conditions'), entry, keep_time=False)
        self.client.update_status(RANGES, {**obj, 'status': {'conditions': conditions}})


def _networks(obj: Object) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(text) for text in (obj.get('spec') or {}).get('cidrs') or ()]
