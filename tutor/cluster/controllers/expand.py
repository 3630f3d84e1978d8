"""Claims that ask for more than their volume has (pkg/controller/volume/expand): volumes that the controller manager
could grow itself are not simulated, so each waits for a resizer of its own."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, key
from tutor.apimachinery.quantity import Quantity, parse
from tutor.apimachinery.volumes import requested
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation

WAITING = 'waiting for an external controller to expand this PVC'


class ExpandController(Controller):
    """Says whom a claim waits for."""

    component = 'volume_expand'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.claims = self.informer('persistentvolumeclaims')
        self.volumes = self.informer('persistentvolumes')
        self.claims.on_change(self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        if new is None or new.get('status', {}).get('phase') != 'Bound':
            return
        if old is None or requested(new) > requested(old) or _has(new) > _has(old):
            self.queue.add(key(new))

    def reconcile(self, key: str) -> None:
        """syncHandler."""
        claim = self.claims.objects.get(key)
        volume = self.volumes.objects.get(claim['spec'].get('volumeName', '')) if claim is not None else None
        bound = ((volume or {}).get('spec') or {}).get('claimRef') or {}
        if claim is not None and bound.get('uid') == claim['metadata']['uid'] and requested(claim) > _has(claim):
            self.event(claim, 'Normal', 'ExternalExpanding', WAITING)


def _has(claim: Object) -> Quantity:
    return parse((claim.get('status', {}).get('capacity') or {}).get('storage', '0'))
