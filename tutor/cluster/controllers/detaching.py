"""When a volume may be taken from a node that has not given it up (volume/attachdetach/reconciler)."""

from __future__ import annotations

import math

from tutor.apimachinery.objects import Object, is_true
from tutor.apimachinery.scheduling import is_out_of_service
from tutor.client.informer import Informer
from tutor.cluster.simulation import Simulation

MAX_WAIT = 360.0
"""TimerConfig.ReconcilerMaxWaitForUnmountDuration: a node that is not ready loses its volumes after that."""


class Detaching:
    """Remembers since when attachments are no longer wanted, and what nodes said last of the volumes they use."""

    def __init__(self, simulation: Simulation, nodes: Informer) -> None:
        self._simulation = simulation
        self._nodes = nodes
        self._since: dict[str, float] = {}
        self._in_use: dict[str, frozenset[str]] = {}
        nodes.on_change(self._node_changed)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        """processVolumesInUse; a node that has gone may use its volumes still."""
        node: Object = new or old or {}
        self._in_use[node['metadata']['name']] = frozenset((node.get('status') or {}).get('volumesInUse') or ())

    def abandon(self, item: Object) -> None:
        """ResetDetachRequestTime: the attachment is wanted again, or there is none any more."""
        self._since.pop(item['metadata']['name'], None)

    def left(self, item: Object, volume: str) -> float:
        """In how many seconds an unwanted attachment may go; infinite for as long as its node is well and uses it."""
        name, now = item['spec']['nodeName'], self._simulation.now
        since = self._since.setdefault(item['metadata']['name'], now)
        node = self._nodes.objects.get(name)
        if volume not in self._in_use.get(name, ()) or (node is not None and is_out_of_service(node)):
            return 0.0
        if node is not None and is_true(node, 'Ready'):
            return math.inf
        return max(since + MAX_WAIT - now, 0.0)
