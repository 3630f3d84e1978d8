"""rancher.io/local-path: makes volumes in folders of the nodes, while its process runs
(sig-storage-lib-external-provisioner with local-path-provisioner)."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations, deleting, key
from tutor.apimachinery.volumes import PROVISIONED_BY, SELECTED_NODE
from tutor.client.client import Client
from tutor.client.events import EventRecorder
from tutor.client.informer import Informers
from tutor.client.workqueue import RetryingQueue
from tutor.cluster.simulation import Simulation
from tutor.shell.vfs import Directory, FileSystem

NAME = 'rancher.io/local-path'
PROVISIONER = 'volume.kubernetes.io/storage-provisioner'
FOLDER = '/opt/local-path-provisioner'
TAKES = 2.0
"""How long a helper pod needs to make or remove a folder."""
RETRY, MAX_RETRY, MAX_FAILURES = 15.0, 1000.0, 15
MODES = frozenset({'ReadWriteOnce', 'ReadWriteOncePod'})
CLAIMS, VOLUMES = 'persistentvolumeclaims', 'persistentvolumes'


class LocalPathProvisioner:
    """Answers claims that ask for it, and deletes what was released. `disk` gives the files of a node."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers,
                 disk: Callable[[str], FileSystem | None], speed: float = 1.0) -> None:
        self._simulation = simulation
        self._client = client
        self._disk = disk
        self._takes = TAKES / speed
        self._claims, self._volumes = informers.of(CLAIMS), informers.of(VOLUMES)
        self._events = EventRecorder(simulation, client, f'{NAME}_local-path-provisioner')
        self._to_provision = RetryingQueue(simulation, self._provision)
        self._to_delete = RetryingQueue(simulation, self._delete)
        self._running = False
        self._begun: set[str] = set()
        self._failures: dict[str, int] = {}
        self._claims.on_change(lambda old, new: self._claim_changed(new))
        self._volumes.on_change(lambda old, new: self._volume_changed(new))

    def start(self) -> None:
        """The process runs: what was missed is caught up with."""
        self._running = True
        for claim in self._claims.list():
            self._claim_changed(claim)
        for volume in self._volumes.list():
            self._volume_changed(volume)

    def stop(self) -> None:
        self._running = False
        self._begun.clear()

    # -- provisioning -------------------------------------------------------------------------------------------

    def _claim_changed(self, claim: Object | None) -> None:
        if self._running and claim is not None and _asks(claim) and key(claim) not in self._begun:
            if claim['spec'].get('volumeMode') == 'Block':  # canProvision: it is not tried again
                self._events.warning(claim, 'ProvisioningFailed', f'{NAME} does not support block volume provisioning')
                return
            self._begun.add(key(claim))
            self._events.normal(claim, 'Provisioning',
                                f'External provisioner is provisioning volume for claim "{key(claim)}"')
            self._to_provision.add_after(key(claim), self._takes)

    def _provision(self, where: str) -> None:
        """ProvisionController.provisionClaimOperation."""
        self._begun.discard(where)
        claim = self._claims.objects.get(where)
        if not self._running or claim is None or not _asks(claim):
            return
        try:
            storage_class = self._client.get('storageclasses.storage.k8s.io', claim['spec']['storageClassName'])
            problem = self._problem(claim)
            if not problem:
                self._make(claim, storage_class)
        except StatusError as error:
            if error.code == 409:
                return
            problem = str(error)
        if problem:
            self._events.warning(claim, 'ProvisioningFailed', 'failed to provision volume with StorageClass '
                                 f'"{claim["spec"]["storageClassName"]}": {problem}')
            self._try_again(where)
        else:
            self._failures.pop(where, None)

    def _try_again(self, where: str) -> None:
        """After 15 seconds, then twice as many each time, fifteen times at most (DefaultFailedProvisionThreshold)."""
        failures = self._failures[where] = self._failures.get(where, 0) + 1
        if failures < MAX_FAILURES:
            self._simulation.call_later(min(RETRY * 2 ** (failures - 1), MAX_RETRY),
                                        lambda: self._claim_changed(self._claims.objects.get(where)))

    def _problem(self, claim: Object) -> str:
        if not set(claim['spec'].get('accessModes') or ()) <= MODES:
            return 'NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes'
        node = annotations(claim).get(SELECTED_NODE)
        if not node:
            return 'configuration error, no node was specified'
        return '' if self._disk(node) is not None else f'node {node} does not answer'

    def _make(self, claim: Object, storage_class: Object) -> None:
        meta, spec = claim['metadata'], claim['spec']
        node, name = annotations(claim)[SELECTED_NODE], f'pvc-{claim["metadata"]["uid"]}'
        path = f'{FOLDER}/{name}_{meta["namespace"]}_{meta["name"]}'
        disk = self._disk(node)
        assert disk is not None
        disk.make_dirs(path)
        disk.chmod(path, 0o777)
        term = {'matchExpressions': [{'key': 'kubernetes.io/hostname', 'operator': 'In', 'values': [node]}]}
        notes = {'local.path.provisioner/selected-node': node, PROVISIONED_BY: NAME}
        reference = {'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'name': meta['name'],
                     'namespace': meta['namespace'], 'resourceVersion': meta['resourceVersion'], 'uid': meta['uid']}
        self._client.create(VOLUMES, {
            'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': name, 'annotations': notes},
            'spec': {
                'accessModes': spec['accessModes'], 'claimRef': reference,
                'capacity': {'storage': spec['resources']['requests']['storage']},
                'hostPath': {'path': path, 'type': 'DirectoryOrCreate'},
                'nodeAffinity': {'required': {'nodeSelectorTerms': [term]}},
                'persistentVolumeReclaimPolicy': storage_class.get('reclaimPolicy', 'Delete'),
                'storageClassName': spec['storageClassName'], 'volumeMode': spec.get('volumeMode', 'Filesystem')}})
        self._events.normal(claim, 'ProvisioningSucceeded', f'Successfully provisioned volume {name}')

    # -- deleting -----------------------------------------------------------------------------------------------

    def _volume_changed(self, volume: Object | None) -> None:
        if self._running and volume is not None and _is_released(volume):
            self._to_delete.add_after(key(volume), self._takes)

    def _delete(self, name: str) -> None:
        """ProvisionController.deleteVolumeOperation."""
        volume = self._volumes.objects.get(name)
        if not self._running or volume is None or not _is_released(volume):
            return
        disk = self._disk(annotations(volume).get('local.path.provisioner/selected-node', ''))
        path = volume['spec']['hostPath']['path']
        if disk is not None and disk.exists(path):
            _remove_tree(disk, path)
        try:
            self._client.delete(VOLUMES, name)
        except StatusError as error:
            if error.code != 404:
                raise


def _remove_tree(disk: FileSystem, path: str) -> None:
    node = disk.find(path, False).node
    if isinstance(node, Directory):
        for name in sorted(node.entries):
            _remove_tree(disk, f'{path}/{name}')
        disk.rmdir(path)
    else:
        disk.remove(path)


def _asks(claim: Object) -> bool:
    return annotations(claim).get(PROVISIONER) == NAME and not claim['spec'].get('volumeName') and not deleting(claim)


def _is_released(volume: Object) -> bool:
    return (volume.get('status') or {}).get('phase') == 'Released' and not deleting(volume) and \
        volume['spec'].get('persistentVolumeReclaimPolicy') == 'Delete' and \
        annotations(volume).get(PROVISIONED_BY) == NAME
