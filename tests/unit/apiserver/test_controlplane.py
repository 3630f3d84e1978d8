"""What an API server keeps up in the cluster by itself: whom others are to trust, and since when tokens are tracked;
the cases are those of upstream's cluster_authentication_trust_controller_test.go and its legacytokentracking."""

from __future__ import annotations

import json

import pytest

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig

AUTHENTICATION = 'extension-apiserver-authentication'
TRACKING = 'kube-apiserver-legacy-service-account-token-tracking'


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster(ClusterConfig(nodes=(), addons=()))
    cluster.boot()
    cluster.simulation.advance(30)
    return cluster


def data(cluster: Cluster, name: str) -> dict[str, str]:
    return cluster.admin.get('configmaps', name, 'kube-system')['data']


def test_other_api_servers_learn_whom_to_trust(cluster: Cluster) -> None:
    found = data(cluster, AUTHENTICATION)
    assert found['client-ca-file'] == cluster.keys.authority().certificate
    assert {name: json.loads(text) for name, text in found.items() if not name.endswith('ca-file')} == {
        'requestheader-allowed-names': ['front-proxy-client'],
        'requestheader-extra-headers-prefix': ['X-Remote-Extra-'],
        'requestheader-group-headers': ['X-Remote-Group'], 'requestheader-username-headers': ['X-Remote-User']}


def test_what_is_changed_there_is_put_right_and_what_is_added_stays(cluster: Cluster) -> None:
    before = data(cluster, AUTHENTICATION)
    cluster.admin.patch('configmaps', AUTHENTICATION, {
        'data': {'requestheader-group-headers': '[]', 'mine': 'x'}}, 'kube-system')
    cluster.simulation.advance(61)
    assert data(cluster, AUTHENTICATION) == {**before, 'mine': 'x'}
    cluster.admin.delete('configmaps', AUTHENTICATION, 'kube-system')
    cluster.simulation.advance(61)
    assert data(cluster, AUTHENTICATION) == before


def test_since_when_tokens_are_tracked_stays(cluster: Cluster) -> None:
    first = data(cluster, TRACKING)
    assert first == {'since': cluster.simulation.timestamp()[:10]}
    cluster.simulation.advance(2 * 24 * 3600)
    assert data(cluster, TRACKING) == first
    cluster.admin.delete('configmaps', TRACKING, 'kube-system')
    cluster.simulation.advance(1801)
    assert data(cluster, TRACKING) == {'since': cluster.simulation.timestamp()[:10]}
