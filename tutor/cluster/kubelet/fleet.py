"""All kubelets of a cluster: one watch on pods, handed to each node's kubelet."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.objects import Object
from tutor.client.informer import Informers
from tutor.cluster.kubelet import pods
from tutor.cluster.kubelet.kubelet import Kubelet
from tutor.cluster.kubelet.volume_kinds import watched
from tutor.cluster.kubelet.worker import PodWorker
from tutor.cluster.simulation import Simulation

REFRESH_WITHIN = (10.0, 80.0)
"""When a changed ConfigMap or Secret shows in volumes: at the pod's next sync."""


class Fleet:
    """Hands pods to the kubelets of their nodes, and changed ConfigMaps and Secrets to the pods that show them."""

    RESOURCES = ('pods', 'services', 'configmaps', 'secrets', 'nodes', 'persistentvolumeclaims', 'persistentvolumes',
                 'runtimeclasses.node.k8s.io')

    def __init__(self, simulation: Simulation, informers: Informers) -> None:
        self.simulation = simulation
        self.informers = informers
        self.kubelets: dict[str, Kubelet] = {}
        self._watchers: dict[tuple[str, str], dict[str, PodWorker]] = {}
        for resource in self.RESOURCES:
            informers.of(resource)
        informers.of('pods').on_change(self._pod_changed)
        informers.of('nodes').on_change(self._node_changed)
        informers.of('configmaps').on_change(self._changed('configmaps'))
        informers.of('secrets').on_change(self._changed('secrets'))

    def add(self, kubelet: Kubelet) -> None:
        """A new node: its kubelet gets what is bound to it."""
        self.kubelets[kubelet.name] = kubelet

    def resume(self, kubelet: Kubelet) -> None:
        """Give a kubelet that was stopped or cut off all that it has missed."""
        known = {uid for uid, worker in kubelet.workers.items() if not worker.static}
        for pod in self.informers.of('pods').list():
            if pod['spec'].get('nodeName') == kubelet.name:
                known.discard(pods.uid(pod))
                self._offer(kubelet, pod, pod)
        for uid in sorted(known):
            kubelet.workers[uid].removed()

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        """A kubelet whose node was removed registers it no more until it starts anew."""
        kubelet = self.kubelets.get((new or old or {})['metadata']['name'])
        if kubelet is None:
            return
        if new is None:
            kubelet.node = None
        else:
            kubelet.reporter.node_changed(new)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        name = (new or old or {})['spec'].get('nodeName')
        kubelet = self.kubelets.get(name) if name else None
        if kubelet is None or not kubelet.connected:
            return
        if old is not None and old['spec'].get('nodeName') != name:
            old = None
        self._offer(kubelet, old, new)

    def _offer(self, kubelet: Kubelet, old: Object | None, new: Object | None) -> None:
        pod = new or old
        assert pod is not None
        before = kubelet.find(pods.uid(pod))
        kubelet.offer(old, new)
        worker = kubelet.find(pods.uid(pod))
        if before is None and worker is not None and pod['spec'].get('volumes'):
            for place in watched(pod):
                self._watchers.setdefault(place, {})[worker.uid] = worker

    def _changed(self, resource: str) -> Callable[[Object | None, Object | None], None]:
        def handler(old: Object | None, new: Object | None) -> None:
            if old is not None:
                self._show(resource, new or old)
        return handler

    def _show(self, resource: str, obj: Object) -> None:
        """A ConfigMap or Secret changed or went: the pods that mount it find that within a minute or so."""
        place = resource, f'{obj["metadata"].get("namespace", "")}/{obj["metadata"]["name"]}'
        workers = self._watchers.get(place)
        if not workers:
            return
        low, high = REFRESH_WITHIN
        for uid, worker in list(workers.items()):
            if not worker.kubelet.knows(worker):
                del workers[uid]
                continue
            delay = low + (high - low) * self.simulation.random.random()
            self.simulation.call_later(delay, worker.refresh_volumes)
