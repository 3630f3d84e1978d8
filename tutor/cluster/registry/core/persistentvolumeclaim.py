"""PersistentVolumeClaims."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.volumes import BETA_CLASS
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.core import claim_update
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import warnings
from tutor.cluster.registry.storage import volume
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_OLD_SOURCES = (('PersistentVolumeClaim', ''), ('VolumeSnapshot', 'snapshot.storage.k8s.io'))


class PersistentVolumeClaimStrategy(Kind):
    columns = columns('Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age, '
                      'VolumeMode*')
    returns_deleted = True

    def default(self, obj: Object) -> None:
        """SetDefaults_PersistentVolumeClaim."""
        spec = obj.setdefault('spec', {})
        spec.setdefault('volumeMode', 'Filesystem')
        spec.setdefault('resources', {})
        obj.setdefault('status', {}).setdefault('phase', 'Pending')

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {'phase': 'Pending'}
        _normalize_sources(obj['spec'])

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidatePersistentVolumeClaimSpec."""
        return volume.validate_claim(obj['spec'], 'spec')

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        super().prepare_update(new, old, context)
        _normalize_sources(new['spec'], kept='dataSource' in old['spec'])

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidatePersistentVolumeClaimUpdate."""
        return claim_update.validate(new, old, self.check(new, context) if new['spec'] != old['spec'] else [])

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidatePersistentVolumeClaimStatusUpdate."""
        return claim_update.validate_status(new.get('status') or {})

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """GetWarningsForPersistentVolumeClaim."""
        found = [f'metadata.annotations[{BETA_CLASS}]: deprecated since v1.8; use "storageClassName" '
                 'attribute instead'] if BETA_CLASS in (obj['metadata'].get('annotations') or {}) else []
        return [*found, *warnings.of_claim(obj['spec'], 'spec')]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printPersistentVolumeClaim."""
        spec, status = obj['spec'], obj.get('status') or {}
        phase = 'Terminating' if 'deletionTimestamp' in obj['metadata'] else status.get('phase', '')
        bound = bool(spec.get('volumeName'))
        annotations = obj['metadata'].get('annotations') or {}
        return [
            obj['metadata']['name'], phase, spec.get('volumeName', ''),
            (status.get('capacity') or {}).get('storage', '0') if bound else '',
            volume.access_modes(status.get('accessModes')) if bound else '',
            annotations.get(BETA_CLASS) or spec.get('storageClassName') or '',
            spec.get('volumeAttributesClassName') or volume.UNSET, age(obj, simulation),
            spec.get('volumeMode') or volume.UNSET]


def _normalize_sources(spec: Object, kept: bool = False) -> None:
    """EnforceDataSourceBackwardsCompatibility, NormalizeDataSources: dataSource is for claims and snapshots only, and
    dataSourceRef is for everything. `kept`: a dataSource was there before, and stays."""
    source, reference = spec.get('dataSource'), spec.get('dataSourceRef')
    if source is not None and not kept and (source.get('kind'), source.get('apiGroup') or '') not in _OLD_SOURCES:
        del spec['dataSource']
    elif source is not None and reference is None:
        spec['dataSourceRef'] = dict(source)
    if source is None and reference is not None and not reference.get('namespace') and (
            (reference.get('kind'), reference.get('apiGroup') or '') in _OLD_SOURCES):
        spec['dataSource'] = {name: value for name, value in reference.items() if name != 'namespace'}
