"""The add-on `storage`: volumes on demand, while its pod runs."""

import pytest

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig

CLAIMS = 'persistentvolumeclaims'


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster(ClusterConfig(addons=('storage',), host=('dns', 'proxy'), pulled=True))
    cluster.boot()
    return cluster


def ask(cluster: Cluster, mode: str = 'ReadWriteOnce', **spec: str) -> None:
    cluster.admin.create(CLAIMS, {
        'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'data', 'namespace': 'default'},
        'spec': {'accessModes': [mode], 'resources': {'requests': {'storage': '1Gi'}}, **spec}}, 'default')
    cluster.admin.create('pods', {
        'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'p', 'namespace': 'default'},
        'spec': {'terminationGracePeriodSeconds': 0,
                 'containers': [{'name': 'c', 'image': 'nginx', 'volumeMounts': [{'name': 'd', 'mountPath': '/d'}]}],
                 'volumes': [{'name': 'd', 'persistentVolumeClaim': {'claimName': 'data'}}]}}, 'default')
    cluster.simulation.advance(15)


def phase(cluster: Cluster) -> str:
    return cluster.admin.get(CLAIMS, 'data', 'default')['status']['phase']


def test_a_claim_of_the_default_class_gets_a_folder_of_its_pods_node(cluster: Cluster) -> None:
    ask(cluster)
    assert phase(cluster) == 'Bound'
    volume, pod = cluster.admin.items('persistentvolumes')[0], cluster.admin.get('pods', 'p', 'default')
    disk = cluster.nodes.fleet.kubelets[pod['spec']['nodeName']].machine.files
    path = volume['spec']['hostPath']['path']
    assert pod['status']['phase'] == 'Running'
    assert disk.is_dir(path)
    cluster.admin.delete('pods', 'p', 'default')
    cluster.admin.delete(CLAIMS, 'data', 'default')
    cluster.simulation.advance(10)
    assert cluster.admin.items('persistentvolumes') == []
    assert not disk.exists(path)


def test_without_its_pod_claims_wait_until_it_is_back(cluster: Cluster) -> None:
    where = ('deployments.apps', 'local-path-provisioner')
    scale = {'spec': {'replicas': 0}}
    cluster.admin.patch(*where, scale, 'local-path-storage')
    cluster.simulation.advance(40)
    ask(cluster)
    assert phase(cluster) == 'Pending'
    cluster.admin.patch(*where, {'spec': {'replicas': 1}}, 'local-path-storage')
    cluster.simulation.advance(15)
    assert phase(cluster) == 'Bound'


def test_it_gives_no_volume_for_many_nodes(cluster: Cluster) -> None:
    ask(cluster, 'ReadWriteMany')
    assert phase(cluster) == 'Pending'
    events = [event['message'] for event in cluster.admin.items('events') if event['reason'] == 'ProvisioningFailed']
    assert events == ['failed to provision volume with StorageClass "local-path": NodePath only supports '
                      'ReadWriteOnce and ReadWriteOncePod (1.22+) access modes']


def events(cluster: Cluster, reason: str) -> list[tuple[str, int]]:
    return [(event['message'], event['count']) for event in cluster.admin.items('events', 'default')
            if event['reason'] == reason and event['involvedObject']['name'] == 'data']


def test_block_volumes_are_not_made(cluster: Cluster) -> None:
    ask(cluster, volumeMode='Block')
    assert phase(cluster) == 'Pending'
    assert [message for message, _ in events(cluster, 'ProvisioningFailed')] == [
        'rancher.io/local-path does not support block volume provisioning']
    assert events(cluster, 'Provisioning') == []


def test_what_fails_is_tried_again_later_and_later(cluster: Cluster) -> None:
    ask(cluster, 'ReadWriteMany')
    [(_, first)] = events(cluster, 'ProvisioningFailed')
    cluster.simulation.advance(60)
    [(message, count)] = events(cluster, 'ProvisioningFailed')
    assert message.startswith('failed to provision volume with StorageClass "local-path": NodePath only supports')
    assert count == first + 2
