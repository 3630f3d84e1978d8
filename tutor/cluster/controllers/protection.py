"""Claims in use and bound volumes stay until nothing needs them (pkg/controller/volume/pvcprotection, pvprotection)."""

from __future__ import annotations

from tutor.apimachinery import volumes
from tutor.apimachinery.objects import Object, controller_of, deleting, key, with_finalizers
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import pods
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation

CLAIM_FINALIZER = 'kubernetes.io/pvc-protection'
VOLUME_FINALIZER = 'kubernetes.io/pv-protection'
BY_CLAIM = 'claim'


def claims_of(pod: Object) -> list[str]:
    """The claims a pod uses, as keys."""
    return [f'{pod["metadata"]["namespace"]}/{name}' for name in volumes.claims_of(pod)]


class _Protection(Controller):
    """Puts a finalizer on, and takes it off what is to go once it is free."""

    resource = ''
    finalizer = ''

    def in_use(self, obj: Object) -> bool:
        raise NotImplementedError

    def reconcile(self, key: str) -> None:
        obj = self._informers.of(self.resource).objects.get(key)
        if obj is None:
            return
        finalizers = obj['metadata'].get('finalizers') or []
        if not deleting(obj):
            if self.finalizer not in finalizers:
                self._write(obj, [*finalizers, self.finalizer])
        elif self.finalizer in finalizers and not self.in_use(obj):
            self._write(obj, [name for name in finalizers if name != self.finalizer])

    def _write(self, obj: Object, finalizers: list[str]) -> None:
        self.client.update(self.resource, with_finalizers(obj, finalizers))

    def _changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None and (deleting(new) or self.finalizer not in (new['metadata'].get('finalizers') or ())):
            self.queue.add(key(new))


class ClaimProtectionController(_Protection):
    """A claim stays while there is a pod that uses it."""

    component = 'pvc-protection-controller'
    resource = 'persistentvolumeclaims'
    finalizer = CLAIM_FINALIZER

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.claims = self.informer(self.resource)
        self.pods = self.informer('pods')
        self.pods.add_index(BY_CLAIM, claims_of)
        self.claims.on_change(self._changed)
        self.pods.on_change(self._pod_changed)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        """podAddedDeletedUpdated: a pod that is gone, has ended or has no node may set its claims free."""
        if old is not None and (new is None or old['metadata']['uid'] != new['metadata']['uid']):
            self._add_claims(old)
        if new is not None and (pods.is_terminal(new) or not new['spec'].get('nodeName')):
            self._add_claims(new)

    def _add_claims(self, pod: Object) -> None:
        if pod['spec'].get('volumes'):
            for where in claims_of(pod):
                self.queue.add(where)

    def in_use(self, obj: Object) -> bool:
        return any(_uses(pod, obj) for pod in self.pods.by_index(BY_CLAIM, key(obj)))


def _uses(pod: Object, claim: Object) -> bool:
    """podUsesPVC: one that has ended still does; one without a node cannot be using the claim. For an ephemeral volume
    it is enough that the kubelet is done with the pod (podIsShutDown)."""
    if not pod['spec'].get('nodeName'):
        return False
    name, meta = claim['metadata']['name'], pod['metadata']
    owner = controller_of(claim)
    own = owner is not None and owner['uid'] == meta['uid'] and not (
        deleting(pod) and meta.get('deletionGracePeriodSeconds') == 0)
    return any((own or 'ephemeral' not in volume) and volumes.claim_of(pod, volume) == name
               for volume in pod['spec'].get('volumes') or ())


class VolumeProtectionController(_Protection):
    """A volume stays while it is bound."""

    component = 'pv-protection-controller'
    resource = 'persistentvolumes'
    finalizer = VOLUME_FINALIZER

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.informer(self.resource).on_change(self._changed)

    def in_use(self, obj: Object) -> bool:
        return obj.get('status', {}).get('phase') == 'Bound'
