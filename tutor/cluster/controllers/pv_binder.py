"""Binding claims and volumes to each other, and what becomes of volumes afterwards (volume/persistentvolume)."""

from __future__ import annotations

import re
from contextlib import suppress

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations, deleting, key
from tutor.apimachinery.volumes import (
    BIND_COMPLETED,
    BOUND_BY_CONTROLLER,
    NO_PROVISIONER,
    PROVISIONED_BY,
    SELECTED_NODE,
    class_of,
    find_matching,
    is_bound_to,
    mismatch,
    waits_for_consumer,
)
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import pods
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.protection import BY_CLAIM, claims_of
from tutor.cluster.controllers.recycler import RecycleFailed, can_recycle, recycle
from tutor.cluster.controllers.written import Written
from tutor.cluster.simulation import Simulation, Task

CLAIMS = 'persistentvolumeclaims'
VOLUMES = 'persistentvolumes'
CLASSES = 'storageclasses.storage.k8s.io'
RESYNC = 15.0
"""PVClaimBinderSyncPeriod."""
PROVISIONER = 'volume.kubernetes.io/storage-provisioner'
BETA_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner'
_DELETABLE_PATH = re.compile('/tmp/.+').search


class PersistentVolumeController(Controller):
    """Keys are 'claim/<namespace>/<name>' and 'volume/<name>'."""

    component = 'persistentvolume-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.claims = self.informer(CLAIMS)
        self.volumes = self.informer(VOLUMES)
        self.classes = self.informer(CLASSES)
        self.pods = self.informer('pods')
        self.pods.add_index(BY_CLAIM, claims_of)
        self.written_claims = Written(self.claims)
        self.written_volumes = Written(self.volumes)
        self._too_new: dict[str, frozenset[str]] = {}
        """By claim, the volumes that were not yet Available when the claim came: its first look passes them over."""
        self._recycling: dict[str, Task[None]] = {}
        self.claims.on_change(self._claim_changed)
        self.volumes.on_change(self._volume_changed)

    def stop(self) -> None:
        super().stop()
        for task in self._recycling.values():
            task.cancel()

    # -- events -------------------------------------------------------------------------------------------------

    def _claim_changed(self, old: Object | None, new: Object | None) -> None:
        claim: Object = new or old or {}
        if new is None:
            self.written_claims.seen_gone(claim)
            if claim['spec'].get('volumeName'):
                self.queue.add(f'volume/{claim["spec"]["volumeName"]}')
            self._too_new.pop(key(claim), None)
        else:
            if old is None:
                self._too_new[key(new)] = frozenset(
                    name for name, volume in self.volumes.objects.items()
                    if volume.get('status', {}).get('phase', 'Pending') == 'Pending')
            self.queue.add(f'claim/{key(new)}')

    def _volume_changed(self, old: Object | None, new: Object | None) -> None:
        volume: Object = new or old or {}
        if new is None:
            self.written_volumes.seen_gone(volume)
        self.queue.add(f'volume/{volume["metadata"]["name"]}')
        reference = volume['spec'].get('claimRef')
        if reference:
            self.queue.add(f'claim/{reference.get("namespace", "")}/{reference.get("name", "")}')

    def _look_again(self, claim: Object) -> None:
        """A claim that found no volume is looked at again by the next resync, whatever comes meanwhile."""
        self._at_resync(f'claim/{key(claim)}')

    def _at_resync(self, key: str) -> None:
        self.postpone(key, RESYNC - self.simulation.now % RESYNC)

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        if self.written_claims.behind('all') or self.written_volumes.behind('all'):
            self.postpone(key, 0.005)
            return
        kind, _, where = key.partition('/')
        if kind == 'claim':
            claim = self.claims.objects.get(where)
            if claim is not None:
                self._sync_claim(claim)
        else:
            volume = self.volumes.objects.get(where)
            if volume is not None:
                self._sync_volume(volume)

    # -- claims -------------------------------------------------------------------------------------------------

    def _sync_claim(self, claim: Object) -> None:
        if BIND_COMPLETED in annotations(claim):
            self._sync_bound_claim(claim)
        elif claim['spec'].get('volumeName'):
            self._sync_named_claim(claim)
        else:
            self._sync_unbound_claim(claim)

    def _sync_unbound_claim(self, claim: Object) -> None:
        """syncUnboundClaim: find a volume, or have one made."""
        storage_class = self.classes.objects.get(class_of(claim))
        delayed = waits_for_consumer(storage_class) and SELECTED_NODE not in annotations(claim)
        too_new = self._too_new.pop(key(claim), ())
        candidates = [volume for volume in self._candidates(claim)
                      if volume['metadata']['name'] not in too_new or is_bound_to(volume, claim)]
        volume = find_matching(claim, candidates, delayed=delayed)
        if volume is not None:
            self._bind(volume, claim)
            return
        if deleting(claim):
            return
        if delayed:
            self._tell_waiting(claim)
        elif class_of(claim):
            claim = self._provision(claim, storage_class)
        else:
            self.event(claim, 'Normal', 'FailedBinding',
                       'no persistent volumes available for this claim and no storage class is set')
        self._set_claim_status(claim, {'phase': 'Pending'})
        self._look_again(claim)

    def _candidates(self, claim: Object) -> list[Object]:
        """Volumes with the claim's access modes, those with the fewest others first."""
        wanted = set(claim['spec'].get('accessModes') or ())
        found = [volume for volume in self.volumes.objects.values()
                 if wanted <= set(volume['spec'].get('accessModes') or ())]
        return sorted(found, key=lambda volume: (len(volume['spec']['accessModes']), volume['metadata']['name']))

    def _tell_waiting(self, claim: Object) -> None:
        """emitEventForUnboundDelayBindingClaim."""
        users = [pod for pod in self.pods.by_index(BY_CLAIM, key(claim))
                 if not pods.is_terminal(pod) and not pod['spec'].get('nodeName')]
        if users:
            names = ','.join(sorted(pod['metadata']['name'] for pod in users))
            self.event(claim, 'Normal', 'WaitForPodScheduled', f'waiting for pod {names} to be scheduled')
        else:
            self.event(claim, 'Normal', 'WaitForFirstConsumer',
                       'waiting for first consumer to be created before binding')

    def _provision(self, claim: Object, storage_class: Object | None) -> Object:
        """provisionClaim: ask the provisioner of the class; the claim as it is then."""
        if storage_class is None:
            self.event(claim, 'Warning', 'ProvisioningFailed',
                       f'storageclass.storage.k8s.io "{class_of(claim)}" not found')
            return claim
        name = storage_class.get('provisioner', '')
        if name == NO_PROVISIONER:
            self.event(claim, 'Warning', 'ProvisioningFailed', f'no volume plugin matched name: {name}')
            return claim
        if annotations(claim).get(PROVISIONER) != name:
            notes = {**annotations(claim), BETA_PROVISIONER: name, PROVISIONER: name}
            claim = self._update_claim(claim, notes)
        self.event(claim, 'Normal', 'ExternalProvisioning',
                   f"Waiting for a volume to be created either by the external provisioner '{name}' or manually by the "
                   'system administrator. If volume creation is delayed, please verify that the provisioner is running '
                   'and correctly registered.')
        return claim

    def _sync_named_claim(self, claim: Object) -> None:
        """The claim asks for one volume by its name."""
        volume = self.volumes.objects.get(claim['spec']['volumeName'])
        free = volume is not None and not volume['spec'].get('claimRef')
        problem = mismatch(volume, claim) if volume is not None and free else ''
        if problem:
            self.event(claim, 'Warning', 'VolumeMismatch',
                       f'Cannot bind to requested volume "{claim["spec"]["volumeName"]}": {problem}')
        if volume is not None and not problem and (free or is_bound_to(volume, claim)):
            self._bind(volume, claim)
        else:
            self._set_claim_status(claim, {'phase': 'Pending'})
            self._look_again(claim)

    def _sync_bound_claim(self, claim: Object) -> None:
        """syncBoundClaim: what was bound stays so, or is lost."""
        name = claim['spec'].get('volumeName')
        if not name:
            self._lose(claim, 'ClaimLost',
                       'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!')
            return
        volume = self.volumes.objects.get(name)
        if volume is None:
            self._lose(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
        elif not volume['spec'].get('claimRef') or volume['spec']['claimRef'].get('uid') == claim['metadata']['uid']:
            self._bind(volume, claim)
        else:
            self._lose(claim, 'ClaimMisbound',
                       'Two claims are bound to the same volume, this one is bound incorrectly')

    def _lose(self, claim: Object, reason: str, message: str) -> None:
        if claim.get('status', {}).get('phase') != 'Lost':
            self.event(claim, 'Warning', reason, message)
            self._set_claim_status(claim, {'phase': 'Lost'})

    def _bind(self, volume: Object, claim: Object) -> None:
        """bind: the volume names the claim, the claim the volume, and both say so in their status."""
        volume = self._set_phase(self._bind_volume(volume, claim), 'Bound')
        claim = self._bind_claim(volume, claim)
        spec = volume['spec']
        self._set_claim_status(claim, {'phase': 'Bound', 'accessModes': spec.get('accessModes') or [],
                                       'capacity': spec.get('capacity') or {}})

    def _bind_volume(self, volume: Object, claim: Object) -> Object:
        reference = volume['spec'].get('claimRef')
        meta = claim['metadata']
        if reference and reference.get('uid') == meta['uid']:
            return volume
        notes = dict(annotations(volume))
        if not reference:
            notes[BOUND_BY_CONTROLLER] = 'yes'
        new = {'kind': 'PersistentVolumeClaim', 'namespace': meta['namespace'], 'name': meta['name'],
               'uid': meta['uid'], 'apiVersion': 'v1', 'resourceVersion': meta['resourceVersion']}
        changed = {**volume, 'metadata': _with_notes(volume, notes), 'spec': {**volume['spec'], 'claimRef': new}}
        return self._wrote_volume(self.client.update(VOLUMES, changed))

    def _bind_claim(self, volume: Object, claim: Object) -> Object:
        notes = dict(annotations(claim))
        name = volume['metadata']['name']
        spec = claim['spec']
        if spec.get('volumeName') != name:
            notes[BOUND_BY_CONTROLLER] = 'yes'
            spec = {**spec, 'volumeName': name}
        notes[BIND_COMPLETED] = 'yes'
        if spec is claim['spec'] and notes == annotations(claim):
            return claim
        made = self.client.update(CLAIMS, {**claim, 'metadata': _with_notes(claim, notes), 'spec': spec})
        return self._wrote_claim(made)

    def _update_claim(self, claim: Object, notes: dict[str, str]) -> Object:
        return self._wrote_claim(self.client.update(CLAIMS, {**claim, 'metadata': _with_notes(claim, notes)}))

    def _set_claim_status(self, claim: Object, wanted: Object) -> None:
        """updateClaimStatus: a claim that is not bound has neither modes nor capacity."""
        old = claim.get('status', {})
        status = {name: value for name, value in old.items() if name not in ('phase', 'accessModes', 'capacity')}
        if wanted['phase'] == 'Bound' and old.get('capacity') and old.get('phase') == 'Bound':
            wanted = {**wanted, 'capacity': old['capacity']}
        status.update(wanted)
        if status != old:
            self._wrote_claim(self.client.update_status(CLAIMS, {**claim, 'status': status}))

    # -- volumes ------------------------------------------------------------------------------------------------

    def _sync_volume(self, volume: Object) -> None:
        """syncVolume."""
        reference = volume['spec'].get('claimRef')
        if not reference or not reference.get('uid'):
            self._set_phase(volume, 'Available')
            return
        claim = self.claims.get(reference.get('namespace', ''), reference.get('name', ''))
        if claim is None or claim['metadata']['uid'] != reference['uid']:
            self._release(volume)
        elif not claim['spec'].get('volumeName'):
            self.queue.add(f'claim/{key(claim)}')
        elif claim['spec']['volumeName'] == volume['metadata']['name']:
            self._set_phase(volume, 'Bound')
        else:
            self._leave_claim(volume)

    def _leave_claim(self, volume: Object) -> None:
        """The claim is bound to another volume: one made for it goes, any other is free again."""
        if PROVISIONED_BY in annotations(volume) and _policy(volume) == 'Delete':
            self._release(volume)
        else:
            self._unbind(volume)

    def _unbind(self, volume: Object) -> None:
        """unbindVolume: what a person bound stays kept for a claim of that name."""
        notes = {name: value for name, value in annotations(volume).items() if name != BOUND_BY_CONTROLLER}
        spec = dict(volume['spec'])
        reference = spec.pop('claimRef')
        if BOUND_BY_CONTROLLER not in annotations(volume):
            spec['claimRef'] = {name: value for name, value in reference.items() if name != 'uid'}
        made = self.client.update(VOLUMES, {**volume, 'metadata': _with_notes(volume, notes), 'spec': spec})
        self._set_phase(self._wrote_volume(made), 'Available')

    def _release(self, volume: Object) -> None:
        """The claim has gone: reclaimVolume."""
        if volume.get('status', {}).get('phase') not in ('Released', 'Failed'):
            volume = self._set_phase(volume, 'Released')
        policy = _policy(volume)
        if policy == 'Delete':
            self._delete(volume)
        elif policy == 'Recycle' and not can_recycle(volume):
            self._fail(volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!')
        elif policy == 'Recycle' and volume['metadata']['name'] not in self._recycling:
            name = volume['metadata']['name']
            self._recycling[name] = self.simulation.spawn(self._recycle(volume), f'recycle {name}')

    async def _recycle(self, volume: Object) -> None:
        """recycleVolumeOperation; what went wrong is tried again at every resync."""
        name = volume['metadata']['name']
        try:
            await recycle(self.client, volume, lambda kind, message: self.event(
                volume, kind, 'RecyclerPod', f'Recycler pod: {message}'))
            self.event(volume, 'Normal', 'VolumeRecycled', 'Volume recycled')
            self._unbind(volume)
        except RecycleFailed as problem:
            with suppress(StatusError):
                self._fail(volume, 'VolumeFailedRecycle', f'Recycle failed: {problem}')
        except StatusError:
            pass  # it has been changed meanwhile, and is recycled once more
        finally:
            del self._recycling[name]
            self._at_resync(f'volume/{name}')

    def _delete(self, volume: Object) -> None:
        """deleteVolumeOperation; a volume of an external provisioner is that one's business."""
        if volume.get('status', {}).get('phase') == 'Failed' or deleting(volume):
            return
        made_by = annotations(volume).get(PROVISIONED_BY)
        if made_by and not made_by.startswith('kubernetes.io/'):
            return
        path = (volume['spec'].get('hostPath') or {}).get('path')
        name = volume['metadata']['name']
        if path is None:
            self._fail(volume, 'VolumeFailedDelete', f'error getting deleter volume plugin for volume "{name}": '
                       'no deletable volume plugin matched')
        elif not _DELETABLE_PATH(path):
            self._fail(volume, 'VolumeFailedDelete',
                       f'host_path deleter only supports /tmp/.+ but received provided {path}')
        else:
            self.client.remove(VOLUMES, volume)

    def _fail(self, volume: Object, reason: str, message: str) -> None:
        if volume.get('status', {}).get('phase') != 'Failed':
            self._set_phase(volume, 'Failed', message)
            self.event(volume, 'Warning', reason, message)

    def _set_phase(self, volume: Object, phase: str, message: str = '') -> Object:
        """updateVolumePhase; the volume as it is then."""
        old = volume.get('status', {})
        if old.get('phase') == phase:
            return volume
        status: Object = {'phase': phase}
        if message:
            status['message'] = message
        status['lastPhaseTransitionTime'] = self.simulation.timestamp()
        return self._wrote_volume(self.client.update_status(VOLUMES, {**volume, 'status': status}))

    def _wrote_volume(self, volume: Object) -> Object:
        self.written_volumes.wrote('all', volume)
        return volume

    def _wrote_claim(self, claim: Object) -> Object:
        self.written_claims.wrote('all', claim)
        return claim


def _policy(volume: Object) -> str:
    return volume['spec'].get('persistentVolumeReclaimPolicy', 'Retain')


def _with_notes(obj: Object, notes: dict[str, str]) -> Object:
    return {**obj['metadata'], 'annotations': notes}
