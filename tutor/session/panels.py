"""What the screens show of the cluster: nodes with their pods, and tables; all of it read through the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, condition, is_true, labels
from tutor.client.client import Client
from tutor.client.transport import TABLE

ROLE = 'node-role.kubernetes.io/'
COMPONENT = 'component'
SYSTEM = 'kube-system'
NOT_THE_LEARNERS = frozenset({SYSTEM, 'local-path-storage'})
"""Namespaces of the cluster's own pods."""
ORDER = ('kube-apiserver', 'etcd', 'kube-scheduler', 'kube-controller-manager')
WAITING = frozenset({'Pending', 'ContainerCreating', 'PodInitializing', 'Terminating', 'Running', 'NotReady'})


@dataclass(frozen=True, slots=True)
class PodView:
    """A pod on its node. `sign`: ready, underway, failing or done; `reason` is the STATUS column while it is
    not ready."""

    namespace: str
    name: str
    sign: str
    reason: str


@dataclass(frozen=True, slots=True)
class NodeView:
    """`components` are those of the control plane that run there; `pods` leaves out the cluster's own."""

    name: str
    ready: bool
    status: str
    roles: tuple[str, ...]
    components: tuple[str, ...]
    pods: tuple[PodView, ...]


@dataclass(frozen=True, slots=True)
class ClusterView:
    """`version` is another number whenever something in it is another."""

    version: int = 0
    nodes: tuple[NodeView, ...] = ()
    unscheduled: tuple[PodView, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)


class Panels:
    """Reads the API when the store's revision has moved on since the last look."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._revision = ''
        self._view = ClusterView()

    def cluster(self) -> ClusterView:
        try:
            revision = self._store_revision()
            if revision == self._revision:
                return self._view
            self._revision = revision
            pods = self._client.request('GET', '/api/v1/pods', accept=TABLE, includeObject='Object').body
            nodes = self._client.items('nodes')
        except (StatusError, OSError):
            return self._view
        found = _view(nodes, pods, self._view.version)
        if found != self._view:
            self._view = ClusterView(self._view.version + 1, found.nodes, found.unscheduled)
        return self._view

    def _store_revision(self) -> str:
        """Any list carries the revision of the whole store; a short one is asked for, many times a second."""
        return self._client.list('namespaces', limit='1')['metadata'].get('resourceVersion', '')

    def table(self, path: str, wide: bool = False, namespaces: bool = True) -> Table:
        """A resource as `kubectl get` would show it."""
        try:
            found = self._client.request('GET', path, accept=TABLE).body
        except (StatusError, OSError) as error:
            return Table(('ERROR',), [(str(error),)])
        columns = [(place, column['name'].upper()) for place, column in enumerate(found['columnDefinitions'])
                   if wide or not column['priority']]
        header = tuple(name for _, name in columns)
        rows = [tuple(_text(row['cells'][place]) for place, _ in columns) for row in found['rows']]
        if namespaces:
            header = ('NAMESPACE', *header)
            rows = [(row['object']['metadata'].get('namespace', ''), *cells)
                    for row, cells in zip(found['rows'], rows, strict=True)]
        return Table(header, rows)


def _text(cell: Any) -> str:
    return '' if cell is None else str(cell)


def _view(nodes: list[Object], table: Object, version: int) -> ClusterView:
    names = [column['name'] for column in table['columnDefinitions']]
    status = names.index('Status') if 'Status' in names else -1
    by_node: dict[str, list[tuple[Object, str]]] = {}
    for row in table['rows']:
        pod = row['object']
        by_node.setdefault(pod['spec'].get('nodeName', ''), []).append((pod, str(row['cells'][status])))
    views = tuple(_node(node, by_node.get(node['metadata']['name'], [])) for node in nodes)
    return ClusterView(version, views, tuple(_pod(pod, text) for pod, text in by_node.get('', [])))


def _node(node: Object, pods: list[tuple[Object, str]]) -> NodeView:
    ready = is_true(node, 'Ready')
    status = 'Ready' if ready else 'NotReady' if condition(node, 'Ready') else 'Unknown'
    if node['spec'].get('unschedulable'):
        status += ',SchedulingDisabled'
    roles = tuple(name.removeprefix(ROLE) for name in sorted(labels(node)) if name.startswith(ROLE))
    found = [labels(pod)[COMPONENT] for pod, _ in pods
             if pod['metadata']['namespace'] == SYSTEM and COMPONENT in labels(pod)]
    components = tuple(sorted(found, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)))
    shown = tuple(_pod(pod, text) for pod, text in pods if pod['metadata']['namespace'] not in NOT_THE_LEARNERS)
    return NodeView(node['metadata']['name'], ready, status, roles, components, shown)


def _pod(pod: Object, status: str) -> PodView:
    meta = pod['metadata']
    phase = pod.get('status', {}).get('phase')
    if status == 'Running' and is_true(pod, 'Ready'):
        sign, reason = 'ready', ''
    elif phase == 'Succeeded':
        sign, reason = 'done', status
    elif status in WAITING or (status.startswith(('Init:', 'PodInitializing')) and 'Err' not in status):
        sign, reason = 'underway', '' if status == 'Running' else status
    else:
        sign, reason = 'failing', status
    return PodView(meta['namespace'], meta['name'], sign, reason)
