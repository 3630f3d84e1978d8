"""Pods that nobody else will remove (pkg/controller/podgc)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deleting, key
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.controllers import indexes, pods
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation

QUARANTINE = 40.0
"""Seconds a node has to be missing before its pods go."""
PERIOD = 20.0


class PodGarbageCollector(Controller):
    """Deletes pods of nodes that do not exist, and pods that are to go but were never placed. Keys are pods."""

    component = 'pod-garbage-collector'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.nodes = self.informer('nodes')
        self.pods = indexes.by_node(self.informer('pods'))
        self._missing: dict[str, float] = {}
        self.nodes.on_change(self._node_changed)
        self.pods.on_change(self._pod_changed)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        name = (new or old or {})['metadata']['name']
        if new is not None:
            self._missing.pop(name, None)
        else:
            self._look_later(name)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None:
            return
        node = new['spec'].get('nodeName', '')
        if not node:
            if deleting(new):
                self.postpone(key(new), PERIOD)
        elif (old is None or not old['spec'].get('nodeName')) and node not in self.nodes.objects:
            self._look_later(node)

    def _look_later(self, node: str) -> None:
        """gcOrphaned: a node that was found missing is looked for again after the quarantine, period by period."""
        if node not in self._missing and self.pods.by_index(indexes.NODE, node):
            self._missing[node] = self.simulation.now
            self.simulation.call_later(QUARANTINE + PERIOD / 2, self._collect, node)

    def _collect(self, node: str) -> None:
        if self.stopped or self._missing.pop(node, None) is None or node in self.nodes.objects:
            return
        for pod in self.pods.by_index(indexes.NODE, node):
            self.queue.add(key(pod))

    def reconcile(self, key: str) -> None:
        pod = self.pods.objects.get(key)
        if pod is None:
            return
        node = pod['spec'].get('nodeName', '')
        if node and node not in self.nodes.objects and self.client.find('nodes', node) is None:
            self._remove(pod, 'PodGC: node no longer exists')
        elif not node and deleting(pod):
            self._remove(pod, '')

    def _remove(self, pod: Object, reason: str) -> None:
        """markFailedAndDeletePod."""
        meta = pod['metadata']
        status: Object = {}
        if not pods.is_terminal(pod):
            status['phase'] = 'Failed'
        if reason:
            entry: Object = {'type': 'DisruptionTarget', 'status': 'True', 'reason': 'DeletionByPodGC',
                             'message': reason, 'lastTransitionTime': self.simulation.timestamp()}
            if meta.get('generation'):
                entry['observedGeneration'] = meta['generation']
            status['conditions'] = [entry]
        try:
            if status:
                self.client.patch('pods', meta['name'], {'status': status}, meta['namespace'], 'status',
                                  STRATEGIC_PATCH)
            self.client.delete('pods', meta['name'], meta['namespace'], {
                'kind': 'DeleteOptions', 'apiVersion': 'v1', 'gracePeriodSeconds': 0})
        except StatusError as error:
            if error.code != 404:
                raise
