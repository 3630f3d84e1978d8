"""PersistentVolumes."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.core.internals import difference
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import defaults, remote_volumes, scheduling, volumes, warnings
from tutor.cluster.registry.storage import volume
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_SOURCES = frozenset({
    'awsElasticBlockStore', 'azureDisk', 'azureFile', 'cephfs', 'cinder', 'csi', 'fc', 'flexVolume', 'flocker',
    'gcePersistentDisk', 'glusterfs', 'hostPath', 'iscsi', 'local', 'nfs', 'photonPersistentDisk', 'portworxVolume',
    'quobyte', 'rbd', 'scaleIO', 'storageos', 'vsphereVolume'})
_POLICIES = ('Delete', 'Recycle', 'Retain')
_OLD_NOTES = {
    volume.CLASS_ANNOTATION: 'deprecated since v1.8; use "storageClassName" attribute instead',
    'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead'}


class PersistentVolumeStrategy(Kind):
    columns = columns('Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, '
                      'VolumeAttributesClass, Reason, Age, VolumeMode*')
    returns_deleted = True

    def default(self, obj: Object) -> None:
        """SetDefaults_PersistentVolume."""
        spec = obj.setdefault('spec', {})
        spec.setdefault('persistentVolumeReclaimPolicy', 'Retain')
        spec.setdefault('volumeMode', 'Filesystem')
        for name in _SOURCES:
            if name in spec:
                defaults.default_source(name, spec[name])
        obj.setdefault('status', {}).setdefault('phase', 'Pending')

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {'phase': 'Pending', 'lastPhaseTransitionTime': context.simulation.timestamp()}

    def prepare_status(self, new: Object, old: Object, context: Context) -> None:
        super().prepare_status(new, old, context)
        status, before = new.setdefault('status', {}), old.get('status') or {}
        if status.get('phase') != before.get('phase'):
            status['lastPhaseTransitionTime'] = context.simulation.timestamp()

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidatePersistentVolumeSpec."""
        spec = obj['spec']
        found = volume.validate_modes(spec.get('accessModes'), 'spec.accessModes', '')
        found += _capacity(spec)
        policy = spec['persistentVolumeReclaimPolicy']
        if policy not in _POLICIES:
            found.append(field.not_supported('spec.persistentVolumeReclaimPolicy', policy, _POLICIES))
        if 'nodeAffinity' in spec:
            required = spec['nodeAffinity'].get('required')
            if required is None:
                found.append(field.required('spec.nodeAffinity.required', 'must specify required node constraints'))
            else:
                scheduling.node_selector(required, 'spec.nodeAffinity.required', found)
        self._source(spec, found)
        if spec.get('storageClassName'):
            found += [field.invalid('spec.storageClassName', spec['storageClassName'], text)
                      for text in names.is_dns1123_subdomain(spec['storageClassName'])]
        return found + volume.volume_mode(spec.get('volumeMode'), 'spec.volumeMode')

    def _source(self, spec: Object, found: list[FieldError]) -> None:
        given = [name for name in spec if name in _SOURCES]
        found += [field.forbidden(f'spec.{name}', 'may not specify more than 1 volume type') for name in given[1:]]
        if not given:
            found.append(field.required('spec', 'must specify a volume type'))
            return
        kind = given[0]
        if kind == 'hostPath':
            volumes.host_path(spec[kind], 'spec.hostPath', found)
            if spec[kind].get('path') == '/' and spec['persistentVolumeReclaimPolicy'] == 'Recycle':
                found.append(field.forbidden('spec.persistentVolumeReclaimPolicy',
                                             "may not be 'recycle' for a hostPath mount of '/'"))
        elif kind == 'nfs':
            volumes.nfs(spec[kind], 'spec.nfs', found)
        elif kind == 'csi':
            volume.driver_name(spec[kind].get('driver', ''), 'spec.csi.driver', found)
            if not spec[kind].get('volumeHandle'):
                found.append(field.required('spec.csi.volumeHandle'))
        elif kind == 'local':
            if not spec[kind].get('path'):
                found.append(field.required('spec.local.path'))
            else:
                volumes.no_backsteps(spec[kind]['path'], 'spec.local.path', found)
            if 'nodeAffinity' not in spec:
                found.append(field.required('spec.nodeAffinity', 'Local volume requires node affinity'))
        else:
            remote_volumes.validate(kind, spec[kind], 'spec', found, persistent=True)

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidatePersistentVolumeUpdate."""
        spec, before = new['spec'], old['spec']
        if spec == before:
            return []
        found = self.check(new, context)
        if any(spec.get(name) != before.get(name) for name in _SOURCES):
            # Upstream compares them the other way round.
            found.append(field.forbidden('spec.persistentvolumesource', (
                'spec.persistentvolumesource is immutable after creation\n'
                + difference(spec, before, 'PersistentVolumeSource'))))
        found += metadata.immutable(spec.get('volumeMode'), before.get('volumeMode'), 'spec.volumeMode')
        return found

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """GetWarningsForPersistentVolume."""
        spec, notes = obj['spec'], obj['metadata'].get('annotations') or {}
        found = [f'metadata.annotations[{key}]: {text}' for key, text in _OLD_NOTES.items() if key in notes]
        found += warnings.fractions(spec.get('capacity') or {}, 'spec.capacity', ('storage',))
        if spec['persistentVolumeReclaimPolicy'] == 'Recycle':
            found.append('spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the '
                         'recommended approach is to use dynamic provisioning.')
        path = 'spec.nodeAffinity.required.nodeSelectorTerms'
        for index, term in enumerate(((spec.get('nodeAffinity') or {}).get('required') or {}).get(
                'nodeSelectorTerms') or ()):
            found += warnings.node_term(term, f'{path}[{index}]')
        return [*found, *warnings.of_sources(spec, 'spec')]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printPersistentVolume."""
        spec, status = obj['spec'], obj.get('status') or {}
        claim = spec.get('claimRef')
        phase = 'Terminating' if 'deletionTimestamp' in obj['metadata'] else status.get('phase', '')
        return [
            obj['metadata']['name'], (spec.get('capacity') or {}).get('storage', '0'),
            volume.access_modes(spec.get('accessModes')), spec.get('persistentVolumeReclaimPolicy', ''), phase,
            f'{claim.get("namespace", "")}/{claim.get("name", "")}' if claim else '',
            (obj['metadata'].get('annotations') or {}).get(volume.CLASS_ANNOTATION) or spec.get('storageClassName', ''),
            spec.get('volumeAttributesClassName') or volume.UNSET, status.get('reason', ''), age(obj, simulation),
            spec.get('volumeMode') or volume.UNSET]


def _capacity(spec: Object) -> list[FieldError]:
    capacity = spec.get('capacity') or {}
    if not capacity:
        return [field.required('spec.capacity')]
    if 'storage' not in capacity or len(capacity) > 1:
        return [field.not_supported('spec.capacity', capacity, ('storage',))]
    return volume.positive(capacity['storage'], 'spec.capacity[storage]')
