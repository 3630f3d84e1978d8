"""Why containers wait: images, configuration, commands, volumes."""

import re
from dataclasses import replace

import pytest

from tutor.cluster.containers.image import ImageConfig
from tutor.cluster.containers.references import parse


def reason(lab, name: str = 'web') -> str:
    return (lab.state(name).get('waiting') or {}).get('reason', '')


def test_an_image_that_does_not_exist_is_tried_ever_later(lab) -> None:
    lab.pod(image='nginx:no-such-tag')
    lab.until(lambda: reason(lab) == 'ErrImagePull')
    lab.until(lambda: reason(lab) == 'ImagePullBackOff')
    message = lab.state()['waiting']['message']
    assert message.startswith('Back-off pulling image "nginx:no-such-tag": ErrImagePull: rpc error: code = NotFound')
    assert [entry[0] for entry in lab.events()][:5] == ['Pulling', 'Failed', 'Failed', 'BackOff', 'Failed']
    assert lab.get()['status']['phase'] == 'Pending'
    lab.admin.patch(
        'pods',
        'web',
        {'spec': {'containers': [{'name': 'main', 'image': 'nginx'}]}},
        'default',
        content_type='application/strategic-merge-patch+json',
    )
    lab.ready()


def test_an_image_that_must_not_be_pulled(lab) -> None:
    lab.pod(image='nginx:no-such-tag', container={'imagePullPolicy': 'Never'})
    lab.until(lambda: reason(lab) == 'ErrImageNeverPull')
    assert (
        'ErrImageNeverPull',
        'Container image "nginx:no-such-tag" is not present with pull policy of Never',
    ) in lab.events()


@pytest.mark.parametrize(
    ('source', 'message'),
    [
        ({'configMapKeyRef': {'name': 'settings', 'key': 'color'}}, 'configmap "settings" not found'),
        ({'secretKeyRef': {'name': 'creds', 'key': 'user'}}, 'secret "creds" not found'),
    ],
)
def test_a_missing_configuration(lab, source, message: str) -> None:
    lab.pod(command=['sleep', '600'], container={'env': [{'name': 'X', 'valueFrom': source}]})
    lab.until(lambda: reason(lab) == 'CreateContainerConfigError')
    assert lab.state()['waiting']['message'] == message
    assert ('Failed', f'Error: {message}') in lab.events()


def test_a_missing_key_and_then_it_is_there(lab) -> None:
    config = {
        'apiVersion': 'v1',
        'kind': 'ConfigMap',
        'metadata': {'name': 'settings', 'namespace': 'default'},
        'data': {},
    }
    lab.admin.create('configmaps', config)
    lab.pod(
        command=['sleep', '600'],
        container={'env': [{'name': 'X', 'valueFrom': {'configMapKeyRef': {'name': 'settings', 'key': 'color'}}}]},
    )
    lab.until(lambda: reason(lab) == 'CreateContainerConfigError')
    assert lab.state()['waiting']['message'] == "couldn't find key color in ConfigMap default/settings"
    lab.admin.patch('configmaps', 'settings', {'data': {'color': 'blue'}}, 'default')
    lab.ready()
    assert lab.exec('web', 'printenv', 'X') == (0, 'blue\n')


def test_a_command_that_does_not_exist(lab) -> None:
    lab.pod(command=['no-such-program'], restartPolicy='Never')
    lab.phase('web', 'Failed')
    ended = lab.state()['terminated']
    assert (ended['exitCode'], ended['reason']) == (128, 'StartError')
    assert ended['message'].endswith('exec: "no-such-program": executable file not found in $PATH')


def test_root_where_it_is_not_allowed(lab) -> None:
    lab.pod(securityContext={'runAsNonRoot': True}, command=['sleep', '1'])
    lab.until(lambda: reason(lab) == 'CreateContainerConfigError')
    uid = lab.get()['metadata']['uid']
    assert lab.state()['waiting']['message'] == (
        f'container has runAsNonRoot and image will run as root (pod: "web_default({uid})", container: main)'
    )


def test_a_volume_whose_source_is_missing(lab) -> None:
    lab.pod(
        command=['sleep', '600'],
        container={'volumeMounts': [{'name': 'conf', 'mountPath': '/conf'}]},
        volumes=[{'name': 'conf', 'secret': {'secretName': 'creds'}}],
    )
    lab.simulation.advance(6)
    assert reason(lab) == 'ContainerCreating'
    assert ('FailedMount', 'MountVolume.SetUp failed for volume "conf" : secret "creds" not found') in lab.events()
    lab.admin.create(
        'secrets',
        {
            'apiVersion': 'v1',
            'kind': 'Secret',
            'metadata': {'name': 'creds', 'namespace': 'default'},
            'data': {'user': 'YWRtaW4='},
        },
    )
    lab.ready()
    assert lab.exec('web', 'cat', '/conf/user') == (0, 'admin')


def failed_mounts(lab, name: str = 'web') -> list[str]:
    return [message for reason, message in lab.events(name) if reason == 'FailedMount']


def volume_of(kind: str, source: dict) -> dict:
    return {'container': {'command': ['sleep', '1d'], 'volumeMounts': [{'name': 'v', 'mountPath': '/v'}]},
            'volumes': [{'name': 'v', kind: source}], 'nodeName': 'node01', 'automountServiceAccountToken': False}


def claim(lab, **spec) -> None:
    """A claim 'data' bound to a volume 'pv1' with this source."""
    common = {'accessModes': ['ReadWriteOnce'], 'storageClassName': ''}
    lab.admin.create('persistentvolumes', {
        'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'pv1'},
        'spec': {**common, 'capacity': {'storage': '1Gi'}, **spec}})
    lab.admin.create('persistentvolumeclaims', {
        'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'data', 'namespace': 'default'},
        'spec': {**common, 'resources': {'requests': {'storage': '1Gi'}}}})
    lab.until(lambda: lab.admin.get('persistentvolumeclaims', 'data', 'default')['status']['phase'] == 'Bound')


@pytest.mark.parametrize(('kind', 'source', 'message'), [
    ('hostPath', {'path': '/nope', 'type': 'File'}, 'hostPath type check failed: /nope is not a file'),
    ('hostPath', {'path': '/nope', 'type': 'Socket'}, 'hostPath type check failed: /nope is not a socket file'),
    ('csi', {'driver': 'inline.example.com'}, 'kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver '
     'name inline.example.com not found in the list of registered CSI drivers'),
])
def test_a_volume_that_cannot_be_set_up(lab, kind, source, message):
    lab.pod(**volume_of(kind, source))
    lab.simulation.advance(10)
    assert set(failed_mounts(lab)) == {f'MountVolume.SetUp failed for volume "v" : {message}'}


@pytest.mark.parametrize(('spec', 'message'), [
    ({'hostPath': {'path': '/nope', 'type': 'Directory'}},
     'MountVolume.SetUp failed for volume "pv1" : hostPath type check failed: /nope is not a directory'),
    ({'local': {'path': '/nope'}, 'nodeAffinity': {'required': {'nodeSelectorTerms': [{'matchExpressions': [
        {'key': 'kubernetes.io/hostname', 'operator': 'Exists'}]}]}}},
     'MountVolume.NewMounter initialization failed for volume "pv1" : path "/nope" does not exist'),
])
def test_a_persistent_volume_is_called_by_its_own_name(lab, spec, message):
    claim(lab, **spec)
    lab.pod(**volume_of('persistentVolumeClaim', {'claimName': 'data'}))
    lab.simulation.advance(10)
    assert set(failed_mounts(lab)) == {message}


def test_a_claim_that_cannot_be_processed(lab):
    lab.pod(**volume_of('persistentVolumeClaim', {'claimName': 'data'}))
    lab.simulation.advance(10)
    assert set(failed_mounts(lab)) == {
        'Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process '
        'volumes=[v]: error processing PVC default/data: failed to fetch PVC from API server: persistentvolumeclaims '
        '"data" not found'}


def test_a_volume_of_a_driver_is_waited_for_and_then_nobody_mounts_it(lab):
    claim(lab, csi={'driver': 'disk.example.com', 'volumeHandle': 'vol-1'})
    lab.pod(**volume_of('persistentVolumeClaim', {'claimName': 'data'}))
    lab.simulation.advance(60)
    assert failed_mounts(lab) == []
    lab.simulation.advance(80)
    assert failed_mounts(lab) == [
        'Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[v], failed to process '
        'volumes=[]: context deadline exceeded']
    item, = lab.admin.items('volumeattachments.storage.k8s.io')
    lab.admin.update_status('volumeattachments.storage.k8s.io', {**item, 'status': {'attached': True}})
    lab.simulation.advance(300)
    assert (
        'MountVolume.MountDevice failed for volume "pv1" : kubernetes.io/csi: attacher.MountDevice failed to create '
        'newCsiDriverClient: driver name disk.example.com not found in the list of registered CSI drivers'
    ) in failed_mounts(lab)


def publish_bare(lab) -> None:
    """Push shop/bare, an image whose configuration says nothing of what to run."""
    registry = next(iter(lab.cluster.nodes.fleet.kubelets.values())).runtime.images._registry
    registry.publish(replace(registry.find(parse('busybox')), repository='docker.io/shop/bare', tag='latest',
                             config=ImageConfig()))


def test_an_image_without_a_command(lab) -> None:
    """containerd has nothing to make a container of: none is there, and none is restarted."""
    publish_bare(lab)
    lab.pod(image='shop/bare')
    lab.until(lambda: (lab.state().get('waiting') or {}).get('reason') == 'CreateContainerError')
    message = lab.state()['waiting']['message']
    assert re.fullmatch('failed to generate container "[0-9a-f]{64}" spec: failed to generate spec: no command '
                        'specified', message)
    assert ('Failed', f'Error: {message}') in lab.events()
    assert (lab.status()['restartCount'], lab.status()['lastState']) == (0, {})
    lab.simulation.advance(60)
    assert lab.state()['waiting']['reason'] == 'CreateContainerError'
    assert lab.status()['restartCount'] == 0


def test_the_command_of_the_pod_makes_up_for_it(lab) -> None:
    publish_bare(lab)
    lab.pod(image='shop/bare', command=['sleep', '60'])
    lab.ready()


def test_all_that_a_projected_volume_lacks_is_said_together(lab) -> None:
    lab.pod(container={'volumeMounts': [{'name': 'all', 'mountPath': '/all'}]}, volumes=[{'name': 'all', 'projected': {
        'sources': [{'configMap': {'name': 'none'}}, {'secret': {'name': 'nothing'}}]}}])
    lab.simulation.advance(2)
    assert ('FailedMount', 'MountVolume.SetUp failed for volume "all" : [configmap "none" not found, secret "nothing" '
            'not found]') in lab.events()


@pytest.mark.parametrize(('mount', 'path'), [
    ({'subPath': 'nginx.conf'}, 'volume-subpaths/conf/main/0'), ({}, 'volumes/kubernetes.io~configmap/conf')])
def test_a_folder_is_not_mounted_onto_a_file(lab, mount, path) -> None:
    lab.admin.create('configmaps', {'apiVersion': 'v1', 'kind': 'ConfigMap', 'data': {'other.conf': ''},
                                    'metadata': {'name': 'conf', 'namespace': 'default'}})
    pod = lab.pod(image='nginx', volumes=[{'name': 'conf', 'configMap': {'name': 'conf'}}], container={
        'volumeMounts': [{'name': 'conf', 'mountPath': '/etc/nginx/nginx.conf', **mount}]})
    lab.until(lambda: reason(lab) == 'RunContainerError')
    origin = f'/var/lib/kubelet/pods/{pod["metadata"]["uid"]}/{path}'
    assert lab.state()['waiting']['message'].endswith(
        f'error during container init: error mounting "{origin}" to rootfs at "/etc/nginx/nginx.conf": mount '
        f'{origin}:/etc/nginx/nginx.conf (via /proc/self/fd/6), flags: 0x5001: not a directory')


def test_an_empty_folder_is_not_mounted_onto_a_file_either(lab) -> None:
    lab.pod(image='nginx', volumes=[{'name': 'v', 'emptyDir': {}}], container={
        'volumeMounts': [{'name': 'v', 'mountPath': '/etc/passwd'}]})
    lab.until(lambda: reason(lab) == 'RunContainerError')
    assert lab.state()['waiting']['message'].endswith('/passwd (via /proc/self/fd/6), flags: 0x5000: not a directory')


def test_nothing_works_in_a_file(lab) -> None:
    lab.pod(image='nginx', container={'workingDir': '/etc/passwd/here'})
    lab.until(lambda: reason(lab) == 'RunContainerError')
    assert lab.state()['waiting']['message'].endswith(
        'unable to start container process: error during container init: mkdir /etc/passwd: not a directory')


def test_pull_secrets_that_are_not_there_are_told_of(lab) -> None:
    lab.pod(image='nginx', imagePullSecrets=[{'name': 'one'}, {'name': 'two'}])
    lab.ready()
    assert ('FailedToRetrieveImagePullSecret', 'Unable to retrieve some image pull secrets (one, two); attempting to '
            'pull the image may not succeed.') in lab.events()


def test_what_is_mounted_stays_when_its_object_goes_but_is_missed(lab) -> None:
    """The volume manager mounts it anew with each sync, with an exponential back-off."""
    config = {'apiVersion': 'v1', 'kind': 'ConfigMap', 'data': {'a': '1'},
              'metadata': {'name': 'conf', 'namespace': 'default'}}
    lab.admin.create('configmaps', config)
    lab.pod(command=['sleep', '3600'], container={'volumeMounts': [{'name': 'v', 'mountPath': '/v'}]},
            volumes=[{'name': 'v', 'configMap': {'name': 'conf'}}])
    lab.ready()
    lab.admin.delete('configmaps', 'conf', 'default')
    lab.simulation.advance(120)
    assert ('FailedMount', 'MountVolume.SetUp failed for volume "v" : configmap "conf" not found') in lab.events()
    assert lab.exec('web', 'cat', '/v/a') == (0, '1')
    lab.admin.create('configmaps', {**config, 'data': {'a': '2'}})
    lab.simulation.advance(130)
    assert lab.exec('web', 'cat', '/v/a') == (0, '2')
