"""Nodes that stop telling how they are: conditions, taints, pods marked not ready (pkg/controller/nodelifecycle)."""

from __future__ import annotations

import math

from tutor.apimachinery.errors import ignoring_not_found
from tutor.apimachinery.objects import Object, condition, deleting, is_true, labels
from tutor.apimachinery.scheduling import NO_EXECUTE, NO_SCHEDULE, taints
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.controllers import indexes, pods
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.settings import Heartbeats, NodeMonitoring
from tutor.cluster.controllers.zones import Zones
from tutor.cluster.simulation import Simulation

LEASES = 'leases.coordination.k8s.io'

_UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'
_NOT_READY = 'node.kubernetes.io/not-ready'
_UNREACHABLE = 'node.kubernetes.io/unreachable'
_BY_CONDITION = {
    ('Ready', 'False'): _NOT_READY, ('Ready', 'Unknown'): _UNREACHABLE,
    ('MemoryPressure', 'True'): 'node.kubernetes.io/memory-pressure',
    ('DiskPressure', 'True'): 'node.kubernetes.io/disk-pressure',
    ('NetworkUnavailable', 'True'): 'node.kubernetes.io/network-unavailable',
    ('PIDPressure', 'True'): 'node.kubernetes.io/pid-pressure',
}
_MANAGED = frozenset({*_BY_CONDITION.values(), _UNSCHEDULABLE})
_MONITORED = ('Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure')


class NodeLifecycleController(Controller):
    """Keeps each node's taints in step with its conditions; decides that a silent node is unknown."""

    component = 'node-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, heartbeats: Heartbeats,
                 monitoring: NodeMonitoring) -> None:
        super().__init__(simulation, client, informers)
        self._heartbeats = heartbeats
        self._monitoring = monitoring
        self.nodes = self.informer('nodes')
        self.leases = self.informer(LEASES)
        self.pods = indexes.by_node(self.informer('pods'))
        self._seen: dict[str, float] = {}
        self._watched: set[str] = set()
        self._zones = Zones(monitoring)
        self._unmarked: set[str] = set()
        """Nodes that have gone silent and whose pods are yet to be marked."""
        self.nodes.on_change(self._node_changed)
        self.leases.on_change(self._lease_changed)

    # -- signs of life ------------------------------------------------------------------------------------------

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        name = (new or old or {})['metadata']['name']
        if new is None:
            self._seen.pop(name, None)
            self._watched.discard(name)
            self._zones.forget(name)
            if old is not None:
                self.event(old, 'Normal', 'RemovingNode', f'Node {name} event: Removing Node {name} from Controller')
            return
        if old is None:
            self.event(new, 'Normal', 'RegisteredNode',
                       f'Node {name} event: Registered Node {name} in Controller')
        if old is None or _heartbeats(old) != _heartbeats(new):
            self._alive(name)
        if old is None or is_true(old, 'Ready') != is_true(new, 'Ready') or labels(old) != labels(new):
            self._see_zones(new)
        self.queue.add(name)
        self._watch(name)

    def _see_zones(self, node: Object) -> None:
        """handleDisruption: when a zone gets into another state, so does what happens to its lost nodes."""
        before = self._zones.states()
        self._zones.see(node)
        if before != self._zones.states():
            for name in self.nodes.objects:
                self.queue.add(name)

    def _lease_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None or new['metadata']['namespace'] != 'kube-node-lease':
            return
        renewed = old is None or old['spec'].get('renewTime') != new['spec'].get('renewTime')
        if renewed and not self._heartbeats.shown_by(new):
            self._alive(new['metadata']['name'])

    def _alive(self, name: str) -> None:
        self._seen[name] = self.simulation.now

    def _last_sign(self, name: str) -> float:
        """When the node last said that it is alive, be it by a renewal that nobody has read."""
        return max(self._seen.get(name, self.simulation.now), self._heartbeats.last(name) or 0.0)

    def _watch(self, name: str) -> None:
        """Look again when the node would have been silent for too long."""
        if name in self._watched or name not in self.nodes.objects:
            return
        self._watched.add(name)
        self.simulation.call_at(self._deadline(name), self._check, name)

    def _deadline(self, name: str) -> float:
        when = self._last_sign(name) + self._grace(name)
        return max(when, self.simulation.now + self._monitoring.period)

    def _grace(self, name: str) -> float:
        """For how long a node may be silent."""
        monitoring, known = self._monitoring, condition(self.nodes.objects[name], 'Ready') is not None
        return monitoring.grace if known else monitoring.startup_grace

    def _check(self, name: str) -> None:
        self._watched.discard(name)
        if self.stopped or name not in self.nodes.objects:
            return
        if self._silent(name):
            self.queue.add(name)
        self._watch(name)

    def _silent(self, name: str) -> bool:
        return self.simulation.now - self._last_sign(name) >= self._grace(name)

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        node = self.nodes.objects.get(key)
        if node is None:
            return
        if self._silent(key):
            node = self._mark_unknown(node)
        node = self._sync_taints(node, NO_SCHEDULE, self._by_conditions(node))
        self._sync_taints(node, NO_EXECUTE, self._evicting(node))
        if key in self._unmarked:
            self._mark_pods(node)
            self._unmarked.discard(key)

    def _mark_unknown(self, node: Object) -> Object:
        """tryUpdateNodeHealth: what the kubelet should have said is not known any more."""
        now = self.simulation.timestamp()
        status = dict(node.get('status', {}))
        conditions, changed = [], False
        known = {entry['type'] for entry in status.get('conditions') or ()}
        for entry in status.get('conditions') or ():
            if entry['type'] in _MONITORED and entry['status'] != 'Unknown':
                entry = {**entry, 'status': 'Unknown', 'reason': 'NodeStatusUnknown',
                         'message': 'Kubelet stopped posting node status.', 'lastTransitionTime': now}
                changed = True
            conditions.append(entry)
        for kind in _MONITORED:
            if kind not in known:
                conditions.append({
                    'type': kind, 'status': 'Unknown', 'reason': 'NodeStatusNeverUpdated',
                    'message': 'Kubelet never posted node status.',
                    'lastHeartbeatTime': node['metadata']['creationTimestamp'], 'lastTransitionTime': now})
                changed = True
        if not changed:
            return node
        if is_true(node, 'Ready'):
            name = node['metadata']['name']
            self.event(node, 'Normal', 'NodeNotReady', f'Node {name} status is now: NodeNotReady')
            self._unmarked.add(name)
        return self.client.update_status('nodes', {**node, 'status': {**status, 'conditions': conditions}})

    def _sync_taints(self, node: Object, effect: str, wanted: list[str]) -> Object:
        """SwapNodeControllerTaint: of this controller's own taints with one effect, the node has those wanted."""
        old = taints(node)
        have = {taint['key'] for taint in old if _is_managed(taint, effect)}
        if have == set(wanted):
            return node
        kept = [taint for taint in old if not _is_managed(taint, effect) or taint['key'] in wanted]
        now = self.simulation.timestamp()
        kept += [{'key': name, 'effect': effect, 'timeAdded': now} for name in wanted if name not in have]
        return self.client.update('nodes', {**node, 'spec': {**node['spec'], 'taints': kept}})

    def _by_conditions(self, node: Object) -> list[str]:
        """doNoScheduleTaintingPass."""
        found = [_BY_CONDITION[entry['type'], entry['status']]
                 for entry in node.get('status', {}).get('conditions') or ()
                 if (entry['type'], entry['status']) in _BY_CONDITION]
        return [*found, _UNSCHEDULABLE] if node['spec'].get('unschedulable') else found

    def _evicting(self, node: Object) -> list[str]:
        """processTaintBaseEviction, doNoExecuteTaintingPass: the taint that evicts, once it is the node's turn."""
        name, ready = node['metadata']['name'], condition(node, 'Ready')
        wanted = _BY_CONDITION.get(('Ready', ready['status'])) if ready is not None else None
        present = [taint['key'] for taint in taints(node) if _is_managed(taint, NO_EXECUTE)]
        if wanted is None or self._zones.all_lost:
            self._zones.spare(name)
            return []
        if present:
            return [wanted]
        wait = self._zones.may_give_up(name, self.simulation.now)
        if not wait:
            return [wanted]
        if wait < math.inf:
            self.postpone(name, wait)
        return []

    def _mark_pods(self, node: Object) -> None:
        """MarkPodsNotReady."""
        for pod in self.pods.by_index(indexes.NODE, node['metadata']['name']):
            if not pods.is_ready(pod) or deleting(pod):
                continue
            entry = {'type': 'Ready', 'status': 'False', 'lastTransitionTime': self.simulation.timestamp()}
            meta = pod['metadata']
            with ignoring_not_found():
                self.client.patch('pods', meta['name'], {'status': {'conditions': [entry]}}, meta['namespace'],
                                  'status', STRATEGIC_PATCH)
            self.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready')


def _is_managed(taint: Object, effect: str) -> bool:
    """A taint with this effect that this controller puts on and takes off."""
    return taint['effect'] == effect and taint['key'] in (
        (_NOT_READY, _UNREACHABLE) if effect == NO_EXECUTE else _MANAGED)


def _heartbeats(node: Object) -> list[object]:
    return [entry.get('lastHeartbeatTime') for entry in node.get('status', {}).get('conditions') or ()]
