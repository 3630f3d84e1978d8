"""Plugins that look at volumes; the cases are those of the tables of upstream's plugin tests."""

from __future__ import annotations

import pytest

from tests.unit.scheduler.tables import Table, node, pod
from tutor.cluster.scheduler.framework import Cycle
from tutor.cluster.scheduler.node_info import PodInfo
from tutor.cluster.scheduler.plugins.node_volume_limits import NodeVolumeLimits
from tutor.cluster.scheduler.plugins.volume_binding import VolumeBinding
from tutor.cluster.scheduler.plugins.volume_restrictions import VolumeRestrictions
from tutor.cluster.scheduler.plugins.volume_zone import VolumeZone

DONE = {'pv.kubernetes.io/bind-completed': 'yes'}


def claim(name: str, volume: str = '', *, bound: bool = True, cls: str = '',
          modes: tuple[str, ...] = ('ReadWriteOnce',), phase: str = '', **meta: str) -> dict:
    notes = DONE if volume and bound else {}
    return {'metadata': {'name': name, 'namespace': 'default', 'uid': name, 'annotations': notes, **meta},
            'spec': {'accessModes': list(modes), 'storageClassName': cls, 'volumeMode': 'Filesystem',
                     'resources': {'requests': {'storage': '1Gi'}}, **({'volumeName': volume} if volume else {})},
            'status': {'phase': phase or ('Bound' if volume else 'Pending')}}


def volume(name: str, labels: dict | None = None, *, on: str = '', cls: str = '', csi: str = '') -> dict:
    spec: dict = {'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteOnce'], 'storageClassName': cls,
                  'volumeMode': 'Filesystem'}
    if on:
        spec['nodeAffinity'] = {'required': {'nodeSelectorTerms': [{'matchExpressions': [
            {'key': 'host', 'operator': 'In', 'values': [on]}]}]}}
    if csi:
        spec['csi'] = {'driver': csi, 'volumeHandle': name}
    return {'metadata': {'name': name, 'labels': labels or {}}, 'spec': spec, 'status': {'phase': 'Available'}}


def storage_class(name: str, mode: str = 'WaitForFirstConsumer',
                  provisioner: str = 'kubernetes.io/no-provisioner') -> dict:
    return {'metadata': {'name': name}, 'provisioner': provisioner, 'volumeBindingMode': mode}


def using(*claims: str, name: str = 'p', on: str = '') -> dict:
    return pod(name, on=on, volumes=[{'name': one, 'persistentVolumeClaim': {'claimName': one}} for one in claims])


NODES = [node('a', {'host': 'a'}), node('b', {'host': 'b'})]
IMMEDIATE = 'pod has unbound immediate PersistentVolumeClaims'
ELSEWHERE = "node(s) didn't match PersistentVolume's node affinity"
NONE_FREE = "node(s) didn't find available persistent volumes to bind"


@pytest.mark.parametrize(('claims', 'volumes', 'classes', 'why'), [
    pytest.param([claim('c', 'v')], [volume('v')], [], {'a': '', 'b': ''}, id='all bound'),
    pytest.param([], [], [], {'pod': 'persistentvolumeclaim "c" not found'}, id='PVC does not exist'),
    pytest.param([claim('c', 'v', phase='Lost')], [], [],
                 {'pod': 'persistentvolumeclaim "c" bound to non-existent persistentvolume "v"'}, id='PVC is lost'),
    pytest.param([claim('c', deletionTimestamp='2026-05-04T09:00:00Z')], [], [],
                 {'pod': 'persistentvolumeclaim "c" is being deleted'}, id='PVC is being deleted'),
    pytest.param([claim('c', cls='now')], [], [storage_class('now', 'Immediate')], {'pod': IMMEDIATE},
                 id='immediate claims not bound'),
    pytest.param([claim('c', 'v', bound=False)], [volume('v')], [], {'pod': IMMEDIATE}, id='prebound, not yet bound'),
    pytest.param([claim('c', cls='late')], [], [storage_class('late')], {'a': NONE_FREE, 'b': NONE_FREE},
                 id='unbound claims no matches'),
    pytest.param([claim('c', cls='late')], [volume('v', on='b', cls='late')], [storage_class('late')],
                 {'a': NONE_FREE, 'b': ''}, id='unbound claims with a volume on one node'),
    pytest.param([claim('c', cls='made')], [], [storage_class('made', provisioner='example.com/p')], {'a': '', 'b': ''},
                 id='unbound claims that can be provisioned'),
    pytest.param([claim('c', 'v')], [volume('v', on='b')], [], {'a': ELSEWHERE, 'b': ''},
                 id='bound and unbound unsatisfied: the volume is elsewhere'),
    pytest.param([claim('c', 'v')], [], [],
                 dict.fromkeys('ab', 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'),
                 id='pv not found'),
])
def test_volume_binding(claims, volumes, classes, why):
    table = Table(NODES, persistentvolumeclaims=claims, persistentvolumes=volumes,
                  storageclasses__storage__k8s__io=classes)
    assert table.verdicts(VolumeBinding, using('c')) == why


def test_two_claims_do_not_share_a_volume():
    table = Table(NODES, persistentvolumeclaims=[claim('c', cls='late'), claim('d', cls='late')],
                  persistentvolumes=[volume('v', on='a', cls='late')],
                  storageclasses__storage__k8s__io=[storage_class('late')])
    assert table.fits(VolumeBinding, using('c')) == ['a']
    assert table.fits(VolumeBinding, using('c', 'd')) == []


ZONE, BETA = 'topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'
NO_ZONE = 'node(s) had no available volume zone'


@pytest.mark.parametrize(('on_volume', 'on_node', 'why'), [
    pytest.param({}, {ZONE: 'us-west1-a'}, '', id='pod without volumes of a zone'),
    pytest.param({ZONE: 'us-west1-a'}, {}, '', id='node without labels'),
    pytest.param({ZONE: 'us-west1-a'}, {ZONE: 'us-west1-a', 'uselessLabel': 'none'}, '', id='label zone matched'),
    pytest.param({'topology.kubernetes.io/region': 'us-west1'}, {'topology.kubernetes.io/region': 'us-west1'}, '',
                 id='label region matched'),
    pytest.param({ZONE: 'us-west1-a'}, {ZONE: 'us-west1-c'}, NO_ZONE, id='label zone failed match'),
    pytest.param({'topology.kubernetes.io/region': 'us-west1'}, {'topology.kubernetes.io/region': 'no_us-west1'},
                 NO_ZONE, id='label region doesn\'t match'),
    pytest.param({ZONE: 'us-west1-c__us-west1-a'}, {ZONE: 'us-west1-a'}, '', id='one of several zones matched'),
    pytest.param({ZONE: 'us-west1-a'}, {BETA: 'us-west1-a'}, '', id='pv with ga label, node with beta label'),
    pytest.param({BETA: 'us-west1-a'}, {ZONE: 'us-west1-b'}, NO_ZONE, id='pv with beta label, node of another zone'),
])
def test_volume_zone(on_volume, on_node, why):
    table = Table([node('n', on_node)], persistentvolumeclaims=[claim('c', 'v')],
                  persistentvolumes=[volume('v', on_volume)])
    assert table.verdicts(VolumeZone, using('c')) == {'n': why}


IN_USE = 'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'


@pytest.mark.parametrize(('modes', 'users', 'why'), [
    pytest.param(('ReadWriteOncePod',), [], '', id='ReadWriteOncePod PVC not in use'),
    pytest.param(('ReadWriteOncePod',), ['a'], IN_USE, id='ReadWriteOncePod PVC in use by a pod of one node'),
    pytest.param(('ReadWriteOnce',), ['a'], '', id='ReadWriteOnce PVC in use'),
])
def test_access_mode_conflicts(modes, users, why):
    table = Table(NODES, [using('c', name='old', on=name) for name in users],
                  persistentvolumeclaims=[claim('c', 'v', modes=modes)])
    assert table.verdicts(VolumeRestrictions, using('c')) == {'a': why, 'b': why}


@pytest.mark.parametrize(('disk', 'other', 'conflict'), [
    pytest.param({'gcePersistentDisk': {'pdName': 'foo'}}, {'gcePersistentDisk': {'pdName': 'foo'}}, True,
                 id='TestGCEDiskConflicts'),
    pytest.param({'gcePersistentDisk': {'pdName': 'foo', 'readOnly': True}},
                 {'gcePersistentDisk': {'pdName': 'foo', 'readOnly': True}}, False, id='read-only for both'),
    pytest.param({'gcePersistentDisk': {'pdName': 'foo'}}, {'gcePersistentDisk': {'pdName': 'bar'}}, False,
                 id='another disk'),
    pytest.param({'awsElasticBlockStore': {'volumeID': 'foo', 'readOnly': True}},
                 {'awsElasticBlockStore': {'volumeID': 'foo', 'readOnly': True}}, True, id='TestAWSDiskConflicts'),
    pytest.param({'iscsi': {'iqn': 'i', 'lun': 0}}, {'iscsi': {'iqn': 'i', 'lun': 1}}, True,
                 id='TestISCSIDiskConflicts'),
    pytest.param({'rbd': {'monitors': ['a', 'b'], 'pool': 'foo', 'image': 'bar'}},
                 {'rbd': {'monitors': ['c', 'b'], 'pool': 'foo', 'image': 'bar'}}, True, id='TestRBDDiskConflicts'),
    pytest.param({'rbd': {'monitors': ['a', 'b'], 'pool': 'foo', 'image': 'bar'}},
                 {'rbd': {'monitors': ['c', 'b'], 'pool': 'foo', 'image': 'foo'}}, False, id='another image'),
])
def test_disk_conflicts(disk, other, conflict):
    table = Table(NODES, [pod('old', on='a', volumes=[{'name': 'v', **other}])])
    assert table.verdicts(VolumeRestrictions, pod(volumes=[{'name': 'v', **disk}])) == {
        'a': 'node(s) had no available disk' if conflict else '', 'b': ''}


def limit(name: str, count: int | None) -> dict:
    allocatable = {} if count is None else {'allocatable': {'count': count}}
    return {'metadata': {'name': name}, 'spec': {'drivers': [{'name': 'd', 'nodeID': name, **allocatable}]}}


@pytest.mark.parametrize(('count', 'wanted', 'attached', 'fits'), [
    pytest.param(4, ['v1'], ['v2', 'v3'], True, id='fits when node volume limit >= new pods CSI volume'),
    pytest.param(2, ['v1'], ['v2', 'v3'], False, id='doesn\'t when node volume limit <= pods CSI volume'),
    pytest.param(2, ['v2'], ['v2', 'v3'], True, id='the same CSI volumes are not counted multiple times'),
    pytest.param(None, ['v1'], ['v2', 'v3'], True, id='should when driver does not support volume limits'),
    pytest.param(2, ['v1', 'v4'], ['v2'], False, id='two new volumes are one too many'),
])
def test_csi_limits(count, wanted, attached, fits):
    every = {*wanted, *attached}
    table = Table(NODES[:1], [using(*attached, name='old', on='a')], csinodes__storage__k8s__io=[limit('a', count)],
                  persistentvolumeclaims=[claim(name, name) for name in every],
                  persistentvolumes=[volume(name, csi='d') for name in every])
    assert table.verdicts(NodeVolumeLimits, using(*wanted)) == {
        'a': '' if fits else 'node(s) exceed max volume count'}


def test_csi_limits_count_volumes_that_are_still_to_be_made():
    table = Table(NODES[:1], [using('old', name='old', on='a')], csinodes__storage__k8s__io=[limit('a', 1)],
                  persistentvolumeclaims=[claim('old', cls='s'), claim('new', cls='s')],
                  storageclasses__storage__k8s__io=[storage_class('s', provisioner='d')])
    assert table.verdicts(NodeVolumeLimits, using('new')) == {'a': 'node(s) exceed max volume count'}
    assert table.verdicts(NodeVolumeLimits, using('old')) == {'a': ''}


NO_SPACE = 'node(s) did not have enough free storage'


def capacity(host: str = '', cls: str = 'made', **limits: str) -> dict:
    topology = {'matchLabels': {'host': host}} if host else {}
    return {'metadata': {'name': f'of-{host}', 'namespace': 'default'}, 'storageClassName': cls,
            'nodeTopology': topology, **limits}


@pytest.mark.parametrize(('heeded', 'capacities', 'why'), [
    pytest.param(False, [], '', id='not enabled'),
    pytest.param(True, [], NO_SPACE, id='no capacity'),
    pytest.param(True, [capacity(capacity='1Gi')], '', id='network attached, enough'),
    pytest.param(True, [capacity(capacity='1Mi')], NO_SPACE, id='not enough'),
    pytest.param(True, [capacity(capacity='100Gi', maximumVolumeSize='1Mi')], NO_SPACE, id='maximum volume size'),
    pytest.param(True, [capacity('b', capacity='1Gi')], NO_SPACE, id='local, on another node'),
    pytest.param(True, [capacity('a', capacity='1Gi')], '', id='local, on this node'),
    pytest.param(True, [capacity(cls='other', capacity='1Gi')], NO_SPACE, id='wrong storage class'),
    pytest.param(True, [capacity()], NO_SPACE, id='capacity unset'),
    pytest.param(True, [{**capacity(capacity='1Gi'), 'nodeTopology': None}], NO_SPACE, id='no topology'),
])
def test_capacity(heeded, capacities, why):
    """TestCapacity."""
    table = Table(NODES[:1], persistentvolumeclaims=[claim('c', cls='made')],
                  storageclasses__storage__k8s__io=[storage_class('made', provisioner='example.com/p')],
                  csidrivers__storage__k8s__io=[{'metadata': {'name': 'example.com/p'},
                                                 'spec': {'storageCapacity': heeded}}],
                  csistoragecapacities__storage__k8s__io=capacities)
    assert table.verdicts(VolumeBinding, using('c')) == {'a': why}


def test_bound_and_unbound_claims_that_do_not_suit_are_both_told():
    """TestVolumeBinding: 'bound and unbound unsatisfied'."""
    table = Table(NODES[:1], persistentvolumeclaims=[claim('c', 'v'), claim('d', cls='late')],
                  persistentvolumes=[volume('v', on='b')], storageclasses__storage__k8s__io=[storage_class('late')])
    plugin, cycle = VolumeBinding(table.handle), Cycle(PodInfo(using('c', 'd')))
    plugin.pre_filter(cycle)
    plugin.filter(cycle, table.cache.nodes)
    assert cycle.failed['a'].reasons == (ELSEWHERE, NONE_FREE)


@pytest.mark.parametrize(('attached', 'fits'), [
    pytest.param([], True, id='nothing is attached'),
    pytest.param(['old'], False, id='a volume that no pod uses is attached still'),
    pytest.param(['v'], True, id='the volume itself is attached already'),
])
def test_volume_attachments_count(attached, fits):
    """TestCSILimits: volume attachments."""
    table = Table(NODES[:1], persistentvolumeclaims=[claim('c', 'v')],
                  persistentvolumes=[volume('v', csi='d'), volume('old', csi='d')],
                  csinodes__storage__k8s__io=[{'metadata': {'name': 'a'}, 'spec': {
                      'drivers': [{'name': 'd', 'allocatable': {'count': 1}}]}}],
                  volumeattachments__storage__k8s__io=[{
                      'metadata': {'name': f'csi-{name}'}, 'spec': {
                          'attacher': 'd', 'nodeName': 'a', 'source': {'persistentVolumeName': name}}}
                      for name in attached])
    assert table.fits(NodeVolumeLimits, using('c')) == (['a'] if fits else [])
