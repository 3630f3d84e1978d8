"""Evicting pods from nodes whose NoExecute taints they do not tolerate, or not for long (tainteviction)."""

from __future__ import annotations

from typing import NamedTuple

from tutor.apimachinery.disruption import TARGET, target
from tutor.apimachinery.errors import ignoring_not_found
from tutor.apimachinery.objects import Object, condition, key, split_key
from tutor.apimachinery.scheduling import NO_EXECUTE, taints, tolerates, tolerations
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.controllers import indexes
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation

_DUE = 'due:'
"""Begins the keys of pods whose time may be over."""
_WHY = ('DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint')


class _Work(NamedTuple):
    """What is scheduled for a pod: since when, and when it is due."""

    uid: str
    since: float
    due: float


class TaintEvictionController(Controller):
    """Deletes a pod at once, or when its tolerationSeconds are over. Keys are pods."""

    component = 'taint-eviction-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.nodes = self.informer('nodes')
        self.pods = indexes.by_node(self.informer('pods'))
        self._scheduled: dict[str, _Work] = {}
        self.nodes.on_change(self._node_changed)
        self.pods.on_change(self._pod_changed)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        before = _evicting(old) if old is not None else []
        now = _evicting(new) if new is not None else []
        if before != now:
            for pod in self.pods.by_index(indexes.NODE, (new or old or {})['metadata']['name']):
                self.queue.add(key(pod))

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        """PodUpdated."""
        if old is None or new is None or old['spec'].get('nodeName') != new['spec'].get('nodeName') or (
                tolerations(old) != tolerations(new)):
            self.queue.add(key(new or old or {}))

    def reconcile(self, key: str) -> None:
        """handlePodUpdate, or what was scheduled for a pod."""
        if key.startswith(_DUE):
            self._run_due(key.removeprefix(_DUE))
            return
        pod = self.pods.objects.get(key)
        scheduled = self._scheduled.get(key)
        if pod is None or (scheduled is not None and scheduled.uid != pod['metadata']['uid']):
            self._cancel(key)
        if pod is not None and pod['spec'].get('nodeName'):
            node = self.nodes.objects.get(pod['spec']['nodeName'])
            if node is not None:
                self._process(key, pod, _evicting(node))

    def _process(self, where: str, pod: Object, found: list[Object]) -> None:
        """processPodOnNode: a pod that has ended or is about to go is no exception. What is scheduled stays, even where
        the pod may stay for a shorter time now."""
        wait = self._wait(pod, found)
        if wait is None:
            self._cancel(where)
        elif wait <= 0:
            self._cancel(where)
            self._evict(pod)
        elif where not in self._scheduled:
            self._schedule(where, pod, self.simulation.now, wait)
        elif self._scheduled[where].since >= self.simulation.now:
            since = self._scheduled[where].since
            self._cancel(where)
            self._schedule(where, pod, since, wait)

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

    def _schedule(self, where: str, pod: Object, since: float, wait: float) -> None:
        """AddWork."""
        self._scheduled[where] = _Work(pod['metadata']['uid'], since, self.simulation.now + wait)
        self.postpone(_DUE + where, wait)

    def _run_due(self, where: str) -> None:
        """The time is over for which a pod may stay."""
        work, pod = self._scheduled.get(where), self.pods.objects.get(where)
        if work is None or pod is None:
            return
        if work.due > self.simulation.now:
            self.postpone(_DUE + where, work.due - self.simulation.now)
            return
        self._evict(pod)
        self._scheduled.pop(where, None)

    def _cancel(self, where: str) -> None:
        """cancelWorkWithEvent."""
        if self._scheduled.pop(where, None) is not None:
            self._tell(where, f'Cancelling deletion of Pod {where}')

    def _tell(self, where: str, message: str) -> None:
        """emitPodDeletionEvent, emitCancelPodDeletionEvent: about a pod by its name alone, so that `kubectl describe`,
        which looks for the uid, does not find it."""
        namespace, name = split_key(where)
        self.event({'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'namespace': namespace, 'name': name}}, 'Normal',
                   'TaintManagerEviction', message)

    def _evict(self, pod: Object) -> None:
        """addConditionAndDeletePod."""
        self._tell(key(pod), f'Marking for deletion Pod {key(pod)}')
        with ignoring_not_found():
            self._say_why(pod)
            self.client.remove('pods', pod)

    def _say_why(self, pod: Object) -> None:
        meta, entry = pod['metadata'], target(pod, *_WHY, self.simulation.timestamp())
        known = condition(pod, TARGET) or {}
        if all(known.get(name) == entry[name] for name in ('status', 'reason', 'message')):
            return
        self.client.patch('pods', meta['name'], {'status': {'conditions': [entry]}}, meta['namespace'], 'status',
                          STRATEGIC_PATCH)


def _evicting(node: Object) -> list[Object]:
    return [taint for taint in taints(node) if taint['effect'] == NO_EXECUTE]
