"""ReplicationControllers: the ancestor of ReplicaSets, run by the same code (pkg/controller/replication)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import NOTHING, Selector, from_map
from tutor.cluster.controllers.replicaset import ReplicaSetController


class ReplicationController(ReplicaSetController):
    """The same rules with a selector that is a plain map of labels."""

    component = 'replication-controller'
    resource = 'replicationcontrollers'
    kind = 'ReplicationController'
    counts_terminating = False

    def selector(self, rs: Object) -> Selector:
        given = rs['spec'].get('selector')
        return from_map(given) if given else NOTHING
