"""Claims for the generic ephemeral volumes of pods (pkg/controller/volume/ephemeral)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deleting, key, owner_reference
from tutor.apimachinery.volumes import claim_of, not_for_pod
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.ownership import owner_key
from tutor.cluster.simulation import Simulation

CLAIMS = 'persistentvolumeclaims'


class EphemeralVolumeController(Controller):
    """Creates a claim '<pod>-<volume>' that goes with the pod."""

    component = 'ephemeral_volume'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.pods = self.informer('pods')
        self.claims = self.informer(CLAIMS)
        self.pods.on_change(self._pod_changed)
        self.claims.on_change(self._claim_changed)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None and old is None and any('ephemeral' in v for v in new['spec'].get('volumes') or ()):
            self.queue.add(key(new))

    def _claim_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None and (owner := owner_key(old, 'Pod')):
            self.queue.add(owner)

    def reconcile(self, key: str) -> None:
        """syncHandler."""
        pod = self.pods.objects.get(key)
        if pod is None or deleting(pod):
            return
        for volume in pod['spec'].get('volumes') or ():
            if 'ephemeral' in volume:
                try:
                    self._ensure(pod, volume)
                except StatusError as error:
                    self.event(pod, 'Warning', 'FailedBinding', f'ephemeral volume {volume["name"]}: {error.message}')
                    raise

    def _ensure(self, pod: Object, volume: Object) -> None:
        name, space = claim_of(pod, volume), pod['metadata']['namespace']
        found = self.claims.get(space, name)
        if found is not None:
            problem = not_for_pod(found, pod)
            if problem:
                raise StatusError({'code': 409, 'message': problem})
            return
        template = volume['ephemeral']['volumeClaimTemplate']
        meta: Object = {'name': name, 'namespace': space, 'ownerReferences': [owner_reference(pod)]}
        for field in ('annotations', 'labels'):
            if (template.get('metadata') or {}).get(field):
                meta[field] = dict(template['metadata'][field])
        claim = {'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': meta, 'spec': template['spec']}
        try:
            self.client.create(CLAIMS, claim)
        except StatusError as error:
            raise StatusError({'code': error.code, 'message': f'create PVC {name}: {error.message}'}) from None
