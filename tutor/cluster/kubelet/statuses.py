"""Telling the API server how pods are (status_manager.go): a write for each change, and the last deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.transport import MERGE_PATCH
from tutor.cluster.kubelet.admission import Refusal
from tutor.cluster.kubelet.status import OWN_CONDITIONS

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.worker import PodWorker

RETRY = 10.0


class StatusManager:
    """Writes the statuses of one node's pods."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._written: dict[str, Object] = {}
        self._waiting: set[str] = set()
        self._unsure: set[str] = set()
        """Pods of which it is not known whether the last write of their status was done."""
        self._versions: dict[str, int] = {}
        """The resourceVersion that the last write of a pod's status gave it."""

    def set(self, worker: PodWorker) -> bool:
        """Write a worker's status, if it says anything new; whether the API has it then. If not, it is tried again."""
        status, before = worker.status, self._written.get(worker.uid)
        if before is None:
            before = worker.pod.get('status') or {}
        unsure = worker.uid in self._unsure
        if status == before and not unsure:
            return True
        meta = worker.pod['metadata']
        uid = self._kubelet.static_pods.mirror_uid(worker.key) if worker.static else meta['uid']
        if not uid:
            return False  # a static pod shows nowhere until it has a mirror
        # PatchPodStatus: only what differs is sent.
        change = {field: value for field, value in status.items() if unsure or before.get(field) != value}
        change |= {field: None for field in before if field not in status}
        body = {'metadata': {'uid': uid}, 'status': change}
        try:
            stored = self._kubelet.client.patch('pods', meta['name'], body, meta['namespace'], 'status', MERGE_PATCH)
        except (StatusError, OSError) as error:
            if not isinstance(error, StatusError) or error.code != 404:
                self._unsure.add(worker.uid)
                self._again(worker)
            return False
        self._unsure.discard(worker.uid)
        if stored.get('status') == status:
            status = worker.status = stored['status']  # one object for both: there are many pods
        self._written[worker.uid] = status
        self._versions[worker.uid] = _version(stored)
        return True

    def reconcile(self, worker: PodWorker) -> None:
        """needsReconcile: somebody else has changed what the kubelet had said of a pod (its Ready condition, when the
        node was thought to be lost); say it again."""
        said = worker.pod.get('status') or {}
        if _ready(said) == _ready(worker.status) or _version(worker.pod) < self._versions.get(worker.uid, 0):
            return
        self._written[worker.uid] = said
        self.set(worker)

    def reject(self, pod: Object, refusal: Refusal) -> None:
        """kubelet.rejectPod: the pod has failed before anything of it ran. Others' conditions stay."""
        meta, before = pod['metadata'], pod.get('status') or {}
        status: Object = {'phase': 'Failed', 'reason': refusal.reason,
                          'message': f'Pod was rejected: {refusal.message}',
                          'startTime': before.get('startTime') or self._kubelet.simulation.timestamp(),
                          'conditions': [entry for entry in before.get('conditions') or ()
                                         if entry['type'] not in OWN_CONDITIONS] or None}
        if meta.get('generation'):
            status['observedGeneration'] = meta['generation']
        try:
            self._kubelet.client.patch('pods', meta['name'], {'metadata': {'uid': meta['uid']}, 'status': status},
                                       meta['namespace'], 'status', MERGE_PATCH)
        except StatusError as error:
            if error.code not in (404, 409):
                self._kubelet.simulation.call_later(RETRY, self.reject, pod, refusal)
        except OSError:
            self._kubelet.simulation.call_later(RETRY, self.reject, pod, refusal)

    def delete(self, worker: PodWorker) -> None:
        """The pod has ended and is marked as deleted: it goes from the API, which is to have its last status first."""
        if not self.set(worker):
            return
        meta = worker.pod['metadata']
        options = {'kind': 'DeleteOptions', 'apiVersion': 'v1', 'gracePeriodSeconds': 0,
                   'preconditions': {'uid': meta['uid']}}
        try:
            self._kubelet.client.delete('pods', meta['name'], meta['namespace'], options)
        except (StatusError, OSError) as error:
            if not isinstance(error, StatusError) or error.code not in (404, 409):
                self._again(worker)

    def forget(self, uid: str) -> None:
        self._written.pop(uid, None)
        self._versions.pop(uid, None)
        self._unsure.discard(uid)

    def _again(self, worker: PodWorker) -> None:
        """syncBatch: what could not be written is tried again from time to time."""
        if worker.uid not in self._waiting:
            self._waiting.add(worker.uid)
            self._kubelet.simulation.call_later(RETRY, self._retry, worker)

    def _retry(self, worker: PodWorker) -> None:
        self._waiting.discard(worker.uid)
        if not self._kubelet.knows(worker) or worker.gone:
            return
        if worker.finished and 'deletionTimestamp' in worker.pod['metadata']:
            self.delete(worker)
        else:
            self.set(worker)


def _version(pod: Object) -> int:
    return int(pod['metadata'].get('resourceVersion', 0))


def _ready(status: Object) -> str:
    return next((entry['status'] for entry in status.get('conditions') or () if entry['type'] == 'Ready'), '')
