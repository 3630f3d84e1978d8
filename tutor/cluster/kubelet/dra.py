"""Devices of a pod's claims are made ready by the drivers of the node (pkg/kubelet/cm/dra)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resource_claims import ClaimProblem, allocation, check_owner, claim_name, is_reserved
from tutor.cluster.containers.dra import Driver, Prepared

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.worker import PodWorker

CLAIMS = 'resourceclaims.resource.k8s.io'
SLICES = 'resourceslices.resource.k8s.io'
WIPING_DELAY = 30.0


class DraManager:
    """The drivers of a node, and what they made ready for its pods."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._drivers: dict[str, list[Driver]] = {}
        self._prepared: dict[str, dict[str, list[Prepared]]] = {}

    def register(self, name: str, driver: Driver) -> None:
        """RegisterPlugin."""
        self._drivers.setdefault(name, []).append(driver)

    def unregister(self, name: str, driver: Driver) -> None:
        """DeRegisterPlugin: what the driver published goes, unless it is back soon."""
        self._drivers[name].remove(driver)
        if not self._drivers[name]:
            self._kubelet.simulation.call_later(WIPING_DELAY, self._wipe, name)

    def _wipe(self, name: str) -> None:
        """wipeResourceSlices."""
        if not self._drivers[name] and self._kubelet.running:
            with suppress(StatusError, OSError):
                self._kubelet.client.delete_collection(
                    SLICES, fields=f'spec.nodeName={self._kubelet.name},spec.driver={name}')

    def prepare(self, worker: PodWorker) -> bool:
        """PrepareDynamicResources: False when it failed, which an event tells."""
        entries = worker.pod['spec'].get('resourceClaims')
        if not entries:
            return True
        try:
            self._prepared[worker.uid] = {entry['name']: self._prepare(worker.pod, entry) for entry in entries}
        except (ClaimProblem, StatusError, OSError) as problem:
            worker.kubelet.recorder.warning(
                worker.pod, 'FailedPrepareDynamicResources',
                f'Failed to prepare dynamic resources: prepare dynamic resources: {problem}')
            return False
        return True

    def _prepare(self, pod: Object, entry: Object) -> list[Prepared]:
        """prepareResources. Raises ClaimProblem."""
        meta = pod['metadata']
        name, owns = claim_name(pod, entry)
        if name is None:
            return []
        try:
            claim = self._kubelet.client.get(CLAIMS, name, meta['namespace'])
        except StatusError as error:
            raise ClaimProblem(f'fetch ResourceClaim {name}: {error.message}') from None
        if owns:
            check_owner(pod, claim)
        if not is_reserved(pod, claim):
            raise ClaimProblem(f'pod {meta["name"]} ({meta["uid"]}) is not allowed to use ResourceClaim {name} '
                               f'({claim["metadata"]["uid"]})')
        results = ((allocation(claim) or {}).get('devices') or {}).get('results') or ()
        names = list(dict.fromkeys(result['driver'] for result in results))
        for driver in names:
            if not self._drivers.get(driver):
                raise ClaimProblem(f'DRA driver {driver} is not registered')
        return [ready for driver in names for ready in self._drivers[driver][-1].prepare(claim)]

    def environment(self, worker: PodWorker, container: Object) -> dict[str, str]:
        """What the devices that a container names add to its environment (GetResources)."""
        prepared, found = self._prepared.get(worker.uid) or {}, {}
        for used in (container.get('resources') or {}).get('claims') or ():
            for ready in prepared.get(used['name']) or ():
                if used.get('request') in (None, '', ready.request, ready.request.partition('/')[0]):
                    found.update(ready.env)
        return found

    def unprepare(self, worker: PodWorker) -> None:
        """UnprepareDynamicResources."""
        self._prepared.pop(worker.uid, None)
