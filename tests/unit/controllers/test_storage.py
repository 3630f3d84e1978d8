"""Claims find volumes, volumes outlive claims, and neither goes while it is needed."""

from __future__ import annotations

import pytest

from tutor.apimachinery.errors import StatusError

CLAIMS, VOLUMES = 'persistentvolumeclaims', 'persistentvolumes'


def volume(world, name: str, size: str = '1Gi', **spec) -> None:
    world.admin.create(VOLUMES, {
        'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': name},
        'spec': {'capacity': {'storage': size}, 'accessModes': ['ReadWriteOnce'], 'storageClassName': 'manual',
                 'hostPath': {'path': f'/mnt/{name}'}, **spec}})
    world.run(0.1)


def claim(name: str, size: str = '500Mi', **spec) -> dict:
    return {'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': name},
            'spec': {'accessModes': ['ReadWriteOnce'], 'storageClassName': 'manual',
                     'resources': {'requests': {'storage': size}}, **spec}}


def storage_class(world, name: str, provisioner: str, mode: str = 'Immediate') -> None:
    world.admin.create('storageclasses.storage.k8s.io', {
        'apiVersion': 'storage.k8s.io/v1', 'kind': 'StorageClass', 'metadata': {'name': name},
        'provisioner': provisioner, 'volumeBindingMode': mode})


def phase(world, name: str) -> str:
    return world.get(VOLUMES, name, '')['status']['phase']


def user(make, name: str, of: str) -> dict:
    pod = make.pod(name, terminationGracePeriodSeconds=0)
    pod['spec']['volumes'] = [{'name': 'v', 'persistentVolumeClaim': {'claimName': of}}]
    return pod


def test_a_claim_gets_the_smallest_volume_that_is_large_enough(world):
    for name, size in (('large', '5Gi'), ('small', '1Gi'), ('tiny', '100Mi')):
        volume(world, name, size)
    world.create(CLAIMS, claim('a'))
    found = world.get(CLAIMS, 'a')
    assert found['spec']['volumeName'] == 'small'
    assert found['status'] == {'phase': 'Bound', 'accessModes': ['ReadWriteOnce'], 'capacity': {'storage': '1Gi'}}
    assert found['metadata']['annotations'] == {
        'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes'}
    assert [phase(world, name) for name in ('large', 'small', 'tiny')] == ['Available', 'Bound', 'Available']


def test_the_first_look_passes_over_a_volume_that_came_with_the_claim(world):
    world.admin.create(VOLUMES, {
        'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'new'},
        'spec': {'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteOnce'], 'storageClassName': 'manual',
                 'hostPath': {'path': '/mnt/new'}}})
    world.create(CLAIMS, claim('a'))
    assert (world.status(CLAIMS, 'a')['phase'], phase(world, 'new')) == ('Pending', 'Available')
    world.run(15)
    assert (world.status(CLAIMS, 'a')['phase'], phase(world, 'new')) == ('Bound', 'Bound')


def test_a_claim_waits_for_a_volume(world):
    world.create(CLAIMS, claim('a', '10Gi'))
    assert world.status(CLAIMS, 'a') == {'phase': 'Pending'}
    assert world.messages('ProvisioningFailed') == ['storageclass.storage.k8s.io "manual" not found']
    volume(world, 'big', '20Gi')
    world.run(15)  # the next resync finds it
    assert world.status(CLAIMS, 'a')['phase'] == 'Bound'
    assert world.messages('ProvisioningFailed') == ['storageclass.storage.k8s.io "manual" not found']


def test_two_claims_never_share_a_volume(world):
    volume(world, 'only')
    for name in ('a', 'b'):
        world.admin.create(CLAIMS, {**claim(name), 'metadata': {'name': name, 'namespace': 'default'}})
    world.run()
    assert sorted(world.status(CLAIMS, name)['phase'] for name in ('a', 'b')) == ['Bound', 'Pending']


def test_a_retained_volume_is_released_and_stays(world):
    volume(world, 'kept')
    world.create(CLAIMS, claim('a'))
    world.delete(CLAIMS, 'a')
    assert phase(world, 'kept') == 'Released'
    world.create(CLAIMS, claim('b'))
    assert world.status(CLAIMS, 'b')['phase'] == 'Pending'


def test_a_volume_that_cannot_be_deleted_has_failed(world):
    volume(world, 'v', persistentVolumeReclaimPolicy='Delete')
    volume(world, 'scratch', '2Gi', persistentVolumeReclaimPolicy='Delete', hostPath={'path': '/tmp/scratch'})
    world.create(CLAIMS, claim('a'))
    world.create(CLAIMS, claim('b', '2Gi'))
    world.delete(CLAIMS, 'a')
    world.delete(CLAIMS, 'b')
    failed = world.get(VOLUMES, 'v', '')['status']
    assert failed['phase'] == 'Failed'
    assert failed['message'] == 'host_path deleter only supports /tmp/.+ but received provided /mnt/v'
    assert world.admin.find(VOLUMES, 'scratch') is None


def test_a_path_with_tmp_anywhere_can_be_deleted(world):
    """hostPathDeleter.Delete: its pattern is not held to the beginning."""
    volume(world, 'v', persistentVolumeReclaimPolicy='Delete', hostPath={'path': '/var/tmp/scratch'})
    world.create(CLAIMS, claim('a'))
    world.delete(CLAIMS, 'a')
    assert world.admin.find(VOLUMES, 'v') is None


def test_a_claim_in_use_waits_for_its_pods(world, make):
    volume(world, 'v')
    world.create(CLAIMS, claim('a'))
    world.create('pods', user(make, 'p', 'a'))
    world.delete(CLAIMS, 'a')
    assert world.get(CLAIMS, 'a')['metadata']['finalizers'] == ['kubernetes.io/pvc-protection']
    world.delete('pods', 'p')
    assert world.find(CLAIMS, 'a') is None


def test_a_claim_waits_for_a_pod_that_has_ended_too(world, make):
    """deleted PVC with finalizer + pod with the PVC finished but is not deleted -> finalizer is not removed."""
    volume(world, 'v')
    world.create(CLAIMS, claim('a'))
    world.create('pods', {**user(make, 'once', 'a'), 'spec': {**user(make, 'once', 'a')['spec'], 'nodeName': 'node01'}})
    world.end('', 'Succeeded')
    world.delete(CLAIMS, 'a')
    assert world.get('pods', 'once')['status']['phase'] == 'Succeeded'
    assert world.get(CLAIMS, 'a')['metadata']['finalizers'] == ['kubernetes.io/pvc-protection']
    world.delete('pods', 'once')
    assert world.find(CLAIMS, 'a') is None


def test_a_claim_does_not_wait_for_a_pod_without_a_node(world, make):
    """deleted PVC with finalizer + unscheduled pod -> finalizer is removed."""
    world.create(CLAIMS, claim('a'))
    world.create('pods', user(make, 'waiting', 'a'))
    world.delete(CLAIMS, 'a')
    assert world.find(CLAIMS, 'a') is None


def test_a_bound_volume_waits_for_its_claim(world):
    volume(world, 'v')
    world.create(CLAIMS, claim('a'))
    world.admin.delete(VOLUMES, 'v')
    world.run()
    assert world.admin.find(VOLUMES, 'v') is not None
    world.delete(CLAIMS, 'a')
    assert world.admin.find(VOLUMES, 'v') is None


def test_waiting_for_the_first_consumer(world, make):
    storage_class(world, 'manual', 'kubernetes.io/no-provisioner', 'WaitForFirstConsumer')
    required = {'nodeSelectorTerms': [{'matchExpressions': [
        {'key': 'kubernetes.io/hostname', 'operator': 'In', 'values': ['node02']}]}]}
    volume(world, 'disk', nodeAffinity={'required': required})
    world.create(CLAIMS, claim('later'))
    assert world.status(CLAIMS, 'later')['phase'] == 'Pending'
    assert world.messages('WaitForFirstConsumer') == ['waiting for first consumer to be created before binding']
    world.create('pods', user(make, 'p', 'later'))
    assert world.status(CLAIMS, 'later')['phase'] == 'Bound'
    assert world.get('pods', 'p')['spec']['nodeName'] == 'node02'


def test_an_external_provisioner_is_asked(world):
    storage_class(world, 'manual', 'example.com/disk')
    world.create(CLAIMS, claim('a'))
    notes = world.get(CLAIMS, 'a')['metadata']['annotations']
    assert notes['volume.kubernetes.io/storage-provisioner'] == 'example.com/disk'
    assert world.messages('ExternalProvisioning')[0].startswith(
        "Waiting for a volume to be created either by the external provisioner 'example.com/disk'")


def test_a_claim_that_grows_waits_for_a_resizer(world):
    world.admin.create('storageclasses.storage.k8s.io', {
        'apiVersion': 'storage.k8s.io/v1', 'kind': 'StorageClass', 'metadata': {'name': 'manual'},
        'provisioner': 'example.com/disk', 'allowVolumeExpansion': True})
    volume(world, 'v')
    world.create(CLAIMS, claim('a'))
    world.run(15)
    assert world.messages('ExternalExpanding') == []
    world.admin.patch(CLAIMS, 'a', {'spec': {'resources': {'requests': {'storage': '2Gi'}}}}, 'default')
    world.run(1)
    assert world.messages('ExternalExpanding') == ['waiting for an external controller to expand this PVC']
    assert world.status(CLAIMS, 'a')['capacity'] == {'storage': '1Gi'}


def test_an_ephemeral_volume_has_a_claim_of_the_pods(world, make):
    volume(world, 'v')
    pod = make.pod('p', terminationGracePeriodSeconds=0)
    pod['spec']['volumes'] = [{'name': 'tmp', 'ephemeral': {'volumeClaimTemplate': {'spec': claim('x')['spec']}}}]
    world.create('pods', pod)
    assert world.status(CLAIMS, 'p-tmp')['phase'] == 'Bound'
    world.delete('pods', 'p')
    assert world.find(CLAIMS, 'p-tmp') is None


def test_a_quota_follows_what_goes(world, make):
    world.create('resourcequotas', {'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'q'},
                                    'spec': {'hard': {'pods': '5', 'requests.cpu': '2', 'count/configmaps': '9'}}})
    world.create('pods', make.pod('a', cpu='300m'))
    world.create('pods', make.pod('b', cpu='0.2'))
    assert world.status('resourcequotas', 'q')['used']['requests.cpu'] == '500m'
    world.delete('pods', 'a', 40)
    used = world.status('resourcequotas', 'q')['used']
    assert (used['pods'], used['requests.cpu']) == ('1', '200m')


def test_a_volume_may_be_kept_for_a_claim_without_a_name(world):
    volume(world, 'v', claimRef={'namespace': 'default'})
    world.run(3)
    assert world.admin.get('persistentvolumes', 'v')['status']['phase'] == 'Available'


def test_a_claim_of_another_is_not_taken_for_an_ephemeral_volume(world, make):
    """TestSyncHandler: pvc-name-conflict."""
    spec = {'accessModes': ['ReadWriteOnce'], 'storageClassName': '', 'resources': {'requests': {'storage': '1Gi'}}}
    world.create('persistentvolumeclaims', {'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim',
                                            'metadata': {'name': 'p-data'}, 'spec': spec})
    data = {'name': 'data', 'ephemeral': {'volumeClaimTemplate': {'spec': spec}}}
    world.create('pods', make.pod('p', volumes=[data]))
    why = 'PVC default/p-data was not created for pod default/p (pod is not owner)'
    assert set(world.messages('FailedBinding')) >= {f'ephemeral volume data: {why}'}
    refused = [e for e in world.status('pods', 'p')['conditions'] if e['type'] == 'PodScheduled']
    assert why in refused[0]['message']


@pytest.mark.parametrize(('spec', 'why'), [
    # syncClaim: 3-1, 3-2 and TestCheckVolumeSatisfyClaim's like
    ({'resources': {'requests': {'storage': '100Gi'}}}, 'requested PV is too small'),
    ({'storageClassName': 'gold'}, 'storageClassName does not match'),
    ({'accessModes': ['ReadWriteMany']}, 'incompatible accessMode'),
    ({'volumeMode': 'Block'}, 'incompatible volumeMode'),
])
def test_a_claim_does_not_get_the_volume_it_names_when_that_does_not_suit(world, spec, why):
    volume(world, 'v')
    wanted = claim('c')
    wanted['spec'] = {**wanted['spec'], 'volumeName': 'v', **spec}
    world.create(CLAIMS, wanted)
    assert world.status(CLAIMS, 'c')['phase'] == 'Pending'
    assert set(world.messages('VolumeMismatch')) == {f'Cannot bind to requested volume "v": {why}'}
    assert world.admin.get('persistentvolumes', 'v')['status']['phase'] == 'Available'


def test_a_volume_that_a_person_bound_to_a_claim_of_another_stays_kept_for_its_name(world):
    """TestSync: 4-7, a volume whose claim is bound elsewhere."""
    volume(world, 'v')
    bound = world.create(CLAIMS, claim('c'))
    assert world.get(CLAIMS, 'c')['spec']['volumeName'] == 'v'
    volume(world, 'w', claimRef={'namespace': 'default', 'name': 'c', 'uid': bound['metadata']['uid'],
                                 'kind': 'PersistentVolumeClaim', 'apiVersion': 'v1'})
    world.run(3)
    found = world.admin.get('persistentvolumes', 'w')
    assert found['status']['phase'] == 'Available'
    assert found['spec']['claimRef']['name'] == 'c'
    assert 'uid' not in found['spec']['claimRef']


def test_a_quota_counts_custom_resources(world):
    """Before and after the kind is there; of what nobody reckons nothing is said to be used."""
    world.create('resourcequotas', {'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'q'}, 'spec': {
        'hard': {'count/crontabs.example.com': '2', 'example.org/what': '1', 'requests.example.org/gpu': '1'}}})
    assert world.status('resourcequotas', 'q')['used'] == {'requests.example.org/gpu': '0'}
    world.admin.create('customresourcedefinitions.apiextensions.k8s.io', {
        'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition',
        'metadata': {'name': 'crontabs.example.com'}, 'spec': {
            'group': 'example.com', 'scope': 'Namespaced', 'names': {'plural': 'crontabs', 'kind': 'CronTab'},
            'versions': [{'name': 'v1', 'served': True, 'storage': True,
                          'schema': {'openAPIV3Schema': {'type': 'object'}}}]}})
    world.run()
    path = '/apis/example.com/v1/namespaces/default/crontabs'
    for name in 'ab':
        world.admin.request('POST', path, {'apiVersion': 'example.com/v1', 'kind': 'CronTab',
                                           'metadata': {'name': name}})
    world.run()
    assert world.status('resourcequotas', 'q')['used']['count/crontabs.example.com'] == '2'
    with pytest.raises(StatusError, match=r'exceeded quota: q, requested: count/crontabs\.example\.com=1'):
        world.admin.request('POST', path, {'apiVersion': 'example.com/v1', 'kind': 'CronTab',
                                           'metadata': {'name': 'c'}})
    world.admin.request('DELETE', f'{path}/a')
    world.run()
    assert world.status('resourcequotas', 'q')['used']['count/crontabs.example.com'] == '1'
