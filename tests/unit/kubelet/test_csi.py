"""The CSINode of a node: it comes with it, and goes with it."""

from __future__ import annotations

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig, NodeConfig

CSI_NODES = 'csinodes.storage.k8s.io'


def test_a_kubelet_says_that_it_has_no_drivers_and_the_object_goes_with_the_node() -> None:
    cluster = Cluster(ClusterConfig(nodes=(NodeConfig('node01'), NodeConfig('node02')), addons=()))
    cluster.boot()
    client = cluster.admin
    first = client.find(CSI_NODES, 'node01')
    assert first is not None and first['spec'] == {'drivers': None}
    assert 'kubernetes.io/vsphere-volume' in first['metadata']['annotations'][
        'storage.alpha.kubernetes.io/migrated-plugins']
    client.delete('nodes', 'node02')
    cluster.simulation.advance(30)
    assert [obj['metadata']['name'] for obj in client.items(CSI_NODES)] == ['node01']


def test_hollow_nodes_say_nothing() -> None:
    cluster = Cluster(ClusterConfig(nodes=(NodeConfig('node01'),), addons=(), containers='idle'))
    cluster.boot()
    assert cluster.admin.items(CSI_NODES) == []
