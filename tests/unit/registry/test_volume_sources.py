"""Volumes of storage systems, in PersistentVolumes and in pods; the cases are those of upstream's validation_test.go
(Test_validatePersistentVolume…, TestValidateVolumes)."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig

TARGET = {'targetPortal': '127.0.0.1', 'lun': 1}


@pytest.fixture(scope='module')
def cluster() -> Cluster:
    made = Cluster(ClusterConfig(nodes=(), addons=()))
    made.boot()
    return made


def problems(cluster: Cluster, path: str, body: dict[str, Any]) -> list[str]:
    """What is said of an object, each with its field."""
    from tutor.client.transport import Request
    response = cluster.admin.transport.send(Request('POST', path, {'dryRun': 'All'}, body))
    assert isinstance(response.body, dict)
    causes = (response.body.get('details') or {}).get('causes') or ()
    return [f'{cause["field"]}: {cause["message"]}' for cause in causes]


def of_volume(cluster: Cluster, **source: Any) -> list[str]:
    return problems(cluster, '/api/v1/persistentvolumes', {
        'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'v'},
        'spec': {'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteOnce'], **source}})


def of_pod(cluster: Cluster, **source: Any) -> list[str]:
    return problems(cluster, '/api/v1/namespaces/default/pods', {
        'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'p'},
        'spec': {'containers': [{'name': 'c', 'image': 'x'}], 'volumes': [{'name': 'v', **source}]}})


@pytest.mark.parametrize(('source', 'problem'), [
    ({'iscsi': {**TARGET, 'iqn': 'iqn.2015-02.example.com:test'}}, []),
    ({'iscsi': {**TARGET, 'iqn': ''}}, ['spec.iscsi.iqn: Required value']),
    ({'iscsi': {**TARGET, 'iqn': 'nothing'}}, ['spec.iscsi.iqn: Invalid value: "nothing": must be valid format']),
    ({'gcePersistentDisk': {'pdName': 'd', 'partition': 300}},
     ['spec.persistentDisk.partition: Invalid value: 300: must be between 1 and 255, inclusive']),
    ({'awsElasticBlockStore': {'volumeID': ''}}, ['spec.awsElasticBlockStore.volumeID: Required value']),
    ({'flexVolume': {'driver': 'd', 'options': {'k8s.io/x': 'y'}}},
     ['spec.flexVolume.options[k8s.io/x]: Invalid value: "k8s.io/x": kubernetes.io and k8s.io namespaces are '
      'reserved']),
    ({'cinder': {'volumeID': 'v', 'secretRef': {'name': 's'}}}, ['spec.cinder.secretRef.namespace: Required value']),
    ({'rbd': {'monitors': [], 'image': 'i'}}, ['spec.rbd.monitors: Required value']),
    ({'quobyte': {'registry': 'host', 'volume': 'v'}},
     ['spec.quobyte.registry: Invalid value: "host": must be a host:port pair or multiple pairs separated by commas']),
])
def test_a_persistent_volume_says_how_its_storage_is_reached(cluster, source, problem):
    assert of_volume(cluster, **source) == problem


@pytest.mark.parametrize(('source', 'problem'), [
    ({'iscsi': {**TARGET, 'iqn': 'nothing'}},
     ['spec.volumes[0].iscsi.iqn: Invalid value: "nothing": must be valid format starting with iqn, eui, or naa']),
    ({'azureDisk': {'diskName': 'd', 'diskURI': 'https://blob/vhds/d.vhd', 'kind': 'Managed'}},
     ['spec.volumes[0].azureDisk.diskURI: Unsupported value: "https://blob/vhds/d.vhd": supported values: '
      '"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"']),
    ({'cinder': {'volumeID': 'v', 'secretRef': {'name': ''}}},
     ['spec.volumes[0].cinder.secretRef.name: Required value']),
])
def test_a_pod_says_so_too(cluster, source, problem):
    assert of_pod(cluster, **source) == problem
