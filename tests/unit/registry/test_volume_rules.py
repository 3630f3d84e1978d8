"""What PersistentVolumes, and the volumes of pods, must say of their sources, and what may change of it later."""

from __future__ import annotations

import pytest

from tutor.apimachinery.errors import StatusError

VOLUME = ('apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\n'
          'spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], ')
POD = ('apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n'
       'spec: {containers: [{name: c, image: nginx}], volumes: [{name: v, ')
HOSTS = 'must be a host:port pair or multiple pairs separated by commas'

PERSISTENT = [
    ('iscsi: {targetPortal: a, iqn: abc, lun: 256, chapAuthSession: true}', [
        'spec.iscsi.iqn: Invalid value: "abc": must be valid format',
        'spec.iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive',
        'spec.iscsi.secretRef: Required value']),
    ('fc: {targetWWNs: [w]}', ['spec.fc.lun: Required value: lun is required if targetWWNs is specified']),
    ('rbd: {monitors: [], image: ""}', ['spec.rbd.monitors: Required value', 'spec.rbd.image: Required value']),
    ('cephfs: {monitors: []}', ['spec.cephfs.monitors: Required value']),
    ('azureFile: {shareName: "", secretName: s, secretNamespace: ""}', [
        'spec.azureFile.shareName: Required value', 'spec.azureFile.secretNamespace: Required value']),
    ('flexVolume: {driver: "", options: {kubernetes.io/x: z}}', [
        'spec.flexVolume.driver: Required value',
        'spec.flexVolume.options[kubernetes.io/x]: Invalid value: "kubernetes.io/x": kubernetes.io and k8s.io '
        'namespaces are reserved']),
    ('quobyte: {registry: "a:1,b", volume: v}', [f'spec.quobyte.registry: Invalid value: "a:1,b": {HOSTS}']),
    ('csi: {driver: d, volumeHandle: h, nodeStageSecretRef: {}, nodePublishSecretRef: {name: A_b}}', [
        'spec.csi.nodePublishSecretRef.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of',
        'spec.csi.nodePublishSecretRef.namespace: Required value']),
    ('nfs: {server: s, path: /}, cephfs: {monitors: [m]}, volumeAttributesClassName: ""', [
        'spec.cephFS: Forbidden: may not specify more than 1 volume type',
        'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
        'spec.csi: Required value: has to be specified when using volumeAttributesClassName']),
    ('hostPath: {path: /a/..}, persistentVolumeReclaimPolicy: Recycle', [
        "spec.hostPath.path: Invalid value: \"/a/..\": must not contain '..'",
        "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"]),
]
IN_PODS = [
    ('iscsi: {targetPortal: a, iqn: iqn.2015-02.example.com:test, lun: 0, initiatorName: x}', [
        'spec.volumes[0].iscsi.initiatorname: Invalid value: "x": must be valid format starting with iqn, eui, or '
        'naa']),
    ('gcePersistentDisk: {pdName: d, partition: 256}', [
        'spec.volumes[0].persistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive']),
    ('gitRepo: {repository: r, directory: /x}', [
        'spec.volumes[0].gitRepo.directory: Invalid value: "/x": must be a relative path']),
    ('csi: {driver: d, nodePublishSecretRef: {name: A_b}}', [
        'spec.volumes[0].csi.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of']),
    ('emptyDir: {}, downwardAPI: {}', [
        'spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 volume type']),
    ('azureDisk: {diskName: d, diskURI: x, kind: Odd}', [
        'spec.volumes[0].azureDisk.kind: Unsupported value: "Odd": supported values: "Dedicated", "Managed", "Shared"',
        'spec.volumes[0].azureDisk.diskURI: Unsupported value: "x": supported values: '
        '"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"']),
]


def _causes(kinds, text):
    with pytest.raises(StatusError) as caught:
        kinds.create(text)
    return [f'{cause["field"]}: {cause["message"]}' for cause in caught.value.status['details']['causes']]


def _agree(found, expected):
    assert len(found) == len(expected), found
    assert all(text.startswith(start) for text, start in zip(found, expected, strict=True)), found


@pytest.mark.parametrize(('source', 'expected'), PERSISTENT)
def test_a_persistent_volume_says_what_its_storage_needs(kinds, source, expected):
    _agree(_causes(kinds, f'{VOLUME}{source}}}'), expected)


@pytest.mark.parametrize(('source', 'expected'), IN_PODS)
def test_a_pods_volume_says_what_its_storage_needs(kinds, source, expected):
    _agree(_causes(kinds, f'{POD}{source}}}]}}'), expected)


def test_a_volume_without_capacity_is_told_what_may_be_given(kinds):
    found = _causes(kinds, 'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\n'
                           'spec: {accessModes: [ReadWriteOnce], nfs: {server: s, path: /}}')
    _agree(found, ['spec.capacity: Required value',
                   'spec.capacity: Unsupported value: null: supported values: "storage"'])


def test_only_a_csi_volume_may_be_told_later_who_makes_it_larger(kinds):
    old = kinds.create(f'{VOLUME}csi: {{driver: d, volumeHandle: h}}}}')

    def expand(new):
        new['spec']['csi']['controllerExpandSecretRef'] = {'name': 's', 'namespace': 'n'}

    assert kinds.update(old, expand)['spec']['csi']['controllerExpandSecretRef']['name'] == 's'


AFFINITY = '{required: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [%s]}]}]}}'


@pytest.mark.parametrize(('source', 'change', 'expected'), [
    ('csi: {driver: d, volumeHandle: h, controllerExpandSecretRef: {name: s, namespace: "n"}}',
     lambda spec: spec['csi']['controllerExpandSecretRef'].update(name='t'),
     ['spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation']),
    ('local: {path: /a}, nodeAffinity: ' + AFFINITY % 'a',
     lambda spec: spec['nodeAffinity']['required']['nodeSelectorTerms'][0]['matchExpressions'][0].update(values=['b']),
     ['nodeAffinity: Invalid value: ']),
    ('nfs: {server: s, path: /}', lambda spec: spec.update(volumeMode='Block'),
     ['volumeMode: Invalid value: "Block": field is immutable']),
    ('csi: {driver: d, volumeHandle: h}, volumeAttributesClassName: gold',
     lambda spec: spec.pop('volumeAttributesClassName'),
     ['spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden'])])
def test_what_a_volume_is_stays_so(kinds, source, change, expected):
    old = kinds.create(f'{VOLUME}{source}}}')
    with pytest.raises(StatusError) as caught:
        kinds.update(old, lambda new: change(new['spec']))
    _agree([f'{cause["field"]}: {cause["message"]}' for cause in caught.value.status['details']['causes']], expected)


def test_a_volume_may_be_told_later_on_which_nodes_it_is(kinds):
    old = kinds.create(f'{VOLUME}nfs: {{server: s, path: /}}}}')
    assert kinds.update(old, lambda new: new['spec'].update(nodeAffinity={'required': {'nodeSelectorTerms': [
        {'matchExpressions': [{'key': 'zone', 'operator': 'Exists'}]}]}}))['spec']['nodeAffinity']['required']


def test_capacity_is_an_amount_of_storage(kinds):
    _agree(_causes(kinds, VOLUME.replace('1Gi', '-1Gi') + 'nfs: {server: s, path: /}}'), [
        'spec.capacity[storage]: Invalid value: -1073741824: must be a valid resource quantity',
        'spec.capacity[storage]: Invalid value: "-1Gi": must be greater than zero'])


def _of_update(kinds, old, change):
    with pytest.raises(StatusError) as caught:
        kinds.update(old, change)
    return [f'{cause["field"]}: {cause["message"]}' for cause in caught.value.status['details']['causes']]


def _affinity(key, value='n1'):
    return {'required': {'nodeSelectorTerms': [{'matchExpressions': [
        {'key': key, 'operator': 'In', 'values': [value]}]}]}}


def test_where_a_volume_is_may_be_told_later_and_not_otherwise(kinds):
    old = kinds.create(f'{VOLUME}nfs: {{server: s, path: /}}}}')
    placed = kinds.update(old, lambda new: new['spec'].update(
        nodeAffinity=_affinity('failure-domain.beta.kubernetes.io/zone')))
    renamed = kinds.update(placed, lambda new: new['spec'].update(
        nodeAffinity=_affinity('topology.kubernetes.io/zone')))
    assert _of_update(kinds, renamed, lambda new: new['spec'].update(nodeAffinity=_affinity('a', 'n2'))) == [
        'nodeAffinity: Invalid value: {"Required":{"NodeSelectorTerms":[{"MatchExpressions":[{"Key":"a","Operator":'
        '"In","Values":["n2"]}],"MatchFields":null}]}}: field is immutable']
    assert 'nodeAffinity: Invalid value: {"Required":null}: field is immutable' in _of_update(
        kinds, renamed, lambda new: new['spec'].update(nodeAffinity={}))
    assert _of_update(kinds, renamed, lambda new: new['spec'].pop('nodeAffinity')) == [
        'nodeAffinity: Invalid value: null: field is immutable']
