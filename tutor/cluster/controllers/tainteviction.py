"""Evicting pods from nodes whose NoExecute taints they do not tolerate, or not for long (tainteviction)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deleting, key
from tutor.apimachinery.scheduling import NO_EXECUTE, taints, tolerates, tolerations
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.controllers import indexes, pods
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation


class TaintEvictionController(Controller):
    """Deletes a pod at once, or when its tolerationSeconds are over. Keys are pods."""

    component = 'taint-eviction-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.nodes = self.informer('nodes')
        self.pods = indexes.by_node(self.informer('pods'))
        self._scheduled: dict[str, tuple[str, float]] = {}
        self.nodes.on_change(self._node_changed)
        self.pods.on_change(self._pod_changed)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        before = _evicting(old) if old is not None else []
        now = _evicting(new) if new is not None else []
        if before != now:
            for pod in self.pods.by_index(indexes.NODE, (new or old or {})['metadata']['name']):
                self.queue.add(key(pod))

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None:
            self._scheduled.pop(key(old or {}), None)
        elif new['spec'].get('nodeName') and (
                old is None or not old['spec'].get('nodeName') or tolerations(old) != tolerations(new)):
            node = self.nodes.objects.get(new['spec']['nodeName'])
            if node is not None and _evicting(node):
                self.queue.add(key(new))

    def reconcile(self, key: str) -> None:
        """processPodOnNode."""
        pod = self.pods.objects.get(key)
        if pod is None or deleting(pod) or pods.is_terminal(pod):
            self._scheduled.pop(key, None)
            return
        node = self.nodes.objects.get(pod['spec'].get('nodeName', ''))
        wait = self._wait(pod, _evicting(node)) if node is not None else None
        if wait is None:
            self._cancel(key, pod)
        elif wait <= 0:
            self._scheduled.pop(key, None)
            self._evict(pod)
        else:
            self._schedule(key, pod, wait)

    def _wait(self, pod: Object, found: list[Object]) -> float | None:
        """How long the pod may stay: None for ever, 0 not at all (getMinTolerationTime)."""
        if not found:
            return None
        limits: list[float] = []
        for taint in found:
            used = next((item for item in tolerations(pod) if tolerates(item, taint)), None)  # GetMatchingTolerations
            if used is None:
                return 0.0
            if used.get('tolerationSeconds') is not None:
                limits.append(float(used['tolerationSeconds']))
        return max(min(limits), 0.0) if limits else None

    def _schedule(self, where: str, pod: Object, wait: float) -> None:
        uid = pod['metadata']['uid']
        known = self._scheduled.get(where)
        since = known[1] if known is not None and known[0] == uid else self.simulation.now
        self._scheduled[where] = (uid, since)
        left = since + wait - self.simulation.now
        if left <= 0:
            self._scheduled.pop(where, None)
            self._evict(pod)
        else:
            self.postpone(where, left)

    def _cancel(self, where: str, pod: Object) -> None:
        if self._scheduled.pop(where, None) is not None:
            self.event(pod, 'Normal', 'TaintManagerEviction', f'Cancelling deletion of Pod {where}')

    def _evict(self, pod: Object) -> None:
        """addConditionAndDeletePod."""
        meta = pod['metadata']
        self.event(pod, 'Normal', 'TaintManagerEviction', f'Marking for deletion Pod {key(pod)}')
        entry: Object = {'type': 'DisruptionTarget', 'status': 'True', 'reason': 'DeletionByTaintManager',
                         'message': 'Taint manager: deleting due to NoExecute taint',
                         'lastTransitionTime': self.simulation.timestamp()}
        if meta.get('generation'):
            entry['observedGeneration'] = meta['generation']
        try:
            self.client.patch('pods', meta['name'], {'status': {'conditions': [entry]}}, meta['namespace'],
                              'status', STRATEGIC_PATCH)
            self.client.delete('pods', meta['name'], meta['namespace'])
        except StatusError as error:
            if error.code != 404:
                raise


def _evicting(node: Object) -> list[Object]:
    return [taint for taint in taints(node) if taint['effect'] == NO_EXECUTE]
