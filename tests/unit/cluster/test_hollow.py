"""A cluster of hollow nodes, as the recordings are of: old, and its kubelets record nothing."""

from __future__ import annotations

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig


def test_nothing_is_told_of_its_start_nor_by_its_kubelets():
    cluster = Cluster(ClusterConfig(addons=(), containers='idle'))
    cluster.boot()
    events = cluster.api.stores.of('', 'events')
    assert events.list() == []
    cluster.admin.patch('nodes', cluster.config.nodes[-1].name, {'spec': {'unschedulable': True}})
    cluster.simulation.advance(5)
    assert events.list() == []
