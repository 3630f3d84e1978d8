"""Nodes that stop telling how they are: conditions, taints, pods marked not ready (pkg/controller/nodelifecycle)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, condition, deleting
from tutor.apimachinery.scheduling import NO_EXECUTE, NO_SCHEDULE, taints
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.controllers import indexes, pods
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation

GRACE = 50.0
"""Seconds without a sign of life after which a node's condition is unknown (--node-monitor-grace-period)."""
STARTUP_GRACE = 60.0
PERIOD = 5.0
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

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.nodes = self.informer('nodes')
        self.leases = self.informer(LEASES)
        self.pods = indexes.by_node(self.informer('pods'))
        self._seen: dict[str, float] = {}
        self._watched: set[str] = set()
        self.nodes.on_change(self._node_changed)
        self.leases.on_change(self._lease_changed)

    # -- signs of life ------------------------------------------------------------------------------------------

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        name = (new or old or {})['metadata']['name']
        if new is None:
            self._seen.pop(name, None)
            self._watched.discard(name)
            if old is not None:
                self.event(old, 'Normal', 'RemovingNode', f'Node {name} event: Removing Node {name} from Controller')
            return
        if old is None:
            self.event(new, 'Normal', 'RegisteredNode',
                       f'Node {name} event: Registered Node {name} in Controller')
        if old is None or _heartbeats(old) != _heartbeats(new):
            self._alive(name)
        self.queue.add(name)
        self._watch(name)

    def _lease_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None or new['metadata']['namespace'] != 'kube-node-lease':
            return
        if old is None or old['spec'].get('renewTime') != new['spec'].get('renewTime'):
            self._alive(new['metadata']['name'])

    def _alive(self, name: str) -> None:
        self._seen[name] = self.simulation.now

    def _watch(self, name: str) -> None:
        """Look again when the node would have been silent for too long."""
        if name in self._watched or name not in self.nodes.objects:
            return
        self._watched.add(name)
        self.simulation.call_at(self._deadline(name), self._check, name)

    def _deadline(self, name: str) -> float:
        silent = condition(self.nodes.objects[name], 'Ready') is None
        grace = STARTUP_GRACE if silent else GRACE
        when = self._seen.get(name, self.simulation.now) + grace
        return max(when, self.simulation.now + PERIOD)

    def _check(self, name: str) -> None:
        self._watched.discard(name)
        if self.stopped or name not in self.nodes.objects:
            return
        if self._silent(name):
            self.queue.add(name)
        self._watch(name)

    def _silent(self, name: str) -> bool:
        node = self.nodes.objects[name]
        grace = STARTUP_GRACE if condition(node, 'Ready') is None else GRACE
        return self.simulation.now - self._seen.get(name, self.simulation.now) >= grace

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        node = self.nodes.objects.get(key)
        if node is None:
            return
        if self._silent(key):
            node = self._mark_unknown(node)
        self._sync_taints(node)
        ready = condition(node, 'Ready')
        if ready is not None and ready['status'] != 'True':
            self._mark_pods(node)

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
        self.event(node, 'Normal', 'NodeNotReady',
                   f'Node {node["metadata"]["name"]} status is now: NodeNotReady')
        return self.client.update_status('nodes', {**node, 'status': {**status, 'conditions': conditions}})

    def _sync_taints(self, node: Object) -> None:
        """doNoScheduleTaintingPass and the taints that evict."""
        wanted = self._wanted(node)
        old = taints(node)
        have = {(taint['key'], taint['effect']) for taint in old if _is_managed(taint)}
        if have == set(wanted):
            return
        kept = [taint for taint in old if not _is_managed(taint) or (taint['key'], taint['effect']) in wanted]
        now = self.simulation.timestamp()
        kept += [{'key': name, 'effect': effect, 'timeAdded': now} for name, effect in wanted
                 if (name, effect) not in have]
        self.client.update('nodes', {**node, 'spec': {**node['spec'], 'taints': kept}})

    def _wanted(self, node: Object) -> list[tuple[str, str]]:
        found = [(_BY_CONDITION[entry['type'], entry['status']], NO_SCHEDULE)
                 for entry in node.get('status', {}).get('conditions') or ()
                 if (entry['type'], entry['status']) in _BY_CONDITION]
        if node['spec'].get('unschedulable'):
            found.append((_UNSCHEDULABLE, NO_SCHEDULE))
        ready = condition(node, 'Ready')
        evicting = _BY_CONDITION.get(('Ready', ready['status'])) if ready is not None else None
        if evicting:
            found.append((evicting, NO_EXECUTE))
        return found

    def _mark_pods(self, node: Object) -> None:
        """MarkPodsNotReady."""
        for pod in self.pods.by_index(indexes.NODE, node['metadata']['name']):
            if not pods.is_ready(pod) or deleting(pod):
                continue
            entry = {'type': 'Ready', 'status': 'False', 'lastTransitionTime': self.simulation.timestamp()}
            meta = pod['metadata']
            try:
                self.client.patch('pods', meta['name'], {'status': {'conditions': [entry]}}, meta['namespace'],
                                  'status', STRATEGIC_PATCH)
            except StatusError as error:
                if error.code != 404:
                    raise
            self.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready')


def _is_managed(taint: Object) -> bool:
    """A taint that this controller puts on and takes off."""
    if taint['effect'] == NO_EXECUTE:
        return taint['key'] in (_NOT_READY, _UNREACHABLE)
    return taint['effect'] == NO_SCHEDULE and taint['key'] in _MANAGED


def _heartbeats(node: Object) -> list[object]:
    return [entry.get('lastHeartbeatTime') for entry in node.get('status', {}).get('conditions') or ()]
