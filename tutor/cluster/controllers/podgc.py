"""Pods that nobody else will remove (pkg/controller/podgc)."""

from __future__ import annotations

from tutor.apimachinery.disruption import target
from tutor.apimachinery.errors import ignoring_not_found
from tutor.apimachinery.objects import Object, deleting, is_true, key
from tutor.apimachinery.scheduling import is_out_of_service
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
    """Deletes pods of nodes that do not exist or are out of service, pods that are to go but were never placed, and the
    oldest of too many that have ended. Keys are pods."""

    component = 'pod-garbage-collector'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers,
                 terminated: int = 12500) -> None:
        super().__init__(simulation, client, informers)
        self._most_terminated = terminated
        self._terminated: set[str] = set()
        self.nodes = self.informer('nodes')
        self.pods = indexes.by_node(self.informer('pods'))
        self._missing: dict[str, float] = {}
        self.nodes.on_change(self._node_changed)
        self.pods.on_change(self._pod_changed)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        name = (new or old or {})['metadata']['name']
        if new is None:
            self._look_later(name)
            return
        self._missing.pop(name, None)
        if _out_of_service(new):
            for pod in self.pods.by_index(indexes.NODE, name):
                if deleting(pod):
                    self.postpone(key(pod), PERIOD / 2)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        self._count(old, new)
        if new is None:
            return
        node = new['spec'].get('nodeName', '')
        if not node:
            if deleting(new):
                self.postpone(key(new), PERIOD)
        elif deleting(new) and _out_of_service(self.nodes.objects.get(node)):
            self.postpone(key(new), PERIOD / 2)
        elif (old is None or not old['spec'].get('nodeName')) and node not in self.nodes.objects:
            self._look_later(node)

    def _count(self, old: Object | None, new: Object | None) -> None:
        """gcTerminated: beyond the threshold, evicted pods go first, then the oldest."""
        where = key(new or old or {})
        if new is None or not pods.is_terminal(new):
            self._terminated.discard(where)
            return
        self._terminated.add(where)
        if 0 < self._most_terminated < len(self._terminated):
            self.simulation.call_later(PERIOD / 2, self._trim)

    def _trim(self) -> None:
        surplus = len(self._terminated) - self._most_terminated
        if self.stopped or surplus <= 0:
            return
        found = [self.pods.objects[where] for where in self._terminated if where in self.pods.objects]
        found.sort(key=lambda pod: (pod['status'].get('reason') != 'Evicted', pod['metadata']['creationTimestamp'],
                                    pod['metadata']['name']))
        for pod in found[:surplus]:
            self._remove(pod, '')

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
        elif deleting(pod) and (not node or _out_of_service(self.nodes.objects.get(node))):
            self._remove(pod, '')

    def _remove(self, pod: Object, reason: str) -> None:
        """markFailedAndDeletePod."""
        meta = pod['metadata']
        status: Object = {}
        if not pods.is_terminal(pod):
            status['phase'] = 'Failed'
        if reason:
            status['conditions'] = [target(pod, 'DeletionByPodGC', reason, self.simulation.timestamp())]
        with ignoring_not_found():
            if status:
                self.client.patch('pods', meta['name'], {'status': status}, meta['namespace'], 'status',
                                  STRATEGIC_PATCH)
            self.client.remove('pods', pod, gracePeriodSeconds=0)


def _out_of_service(node: Object | None) -> bool:
    """gcTerminating: somebody vouches for that a node that does not answer is really off."""
    return node is not None and not is_true(node, 'Ready') and is_out_of_service(node)
