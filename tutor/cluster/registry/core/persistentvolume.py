"""PersistentVolumes."""

from __future__ import annotations

import posixpath
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.volumes import BETA_CLASS
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.core import volume_source
from tutor.cluster.registry.core.internals import difference, internal_form
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import defaults, scheduling, warnings
from tutor.cluster.registry.storage import volume
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_NEW_LABELS = {
    'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
    'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
    'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type', 'beta.kubernetes.io/os': 'kubernetes.io/os',
    'beta.kubernetes.io/arch': 'kubernetes.io/arch'}
_POLICIES = ('Delete', 'Recycle', 'Retain')
_OLD_NOTES = {
    BETA_CLASS: 'deprecated since v1.8; use "storageClassName" attribute instead',
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
        for name in volume_source.ORDER:
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
        volume_source.validate(spec, obj['metadata'].get('name', ''), found)
        if policy == 'Recycle' and _is_root((spec.get('hostPath') or {}).get('path', '')):
            found.append(field.forbidden('spec.persistentVolumeReclaimPolicy',
                                         "may not be 'recycle' for a hostPath mount of '/'"))
        if spec.get('storageClassName'):
            found += [field.invalid('spec.storageClassName', spec['storageClassName'], text)
                      for text in names.is_dns1123_subdomain(spec['storageClassName'])]
        found += volume.volume_mode(spec.get('volumeMode'), 'spec.volumeMode')
        return found + _attributes_class(spec)

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidatePersistentVolumeUpdate."""
        spec, before = new['spec'], old['spec']
        if spec == before:
            return []
        found = self.check(new, context)
        kept = _without_new_secret(spec, before)
        if any(kept.get(name) != before.get(name) for name in volume_source.ORDER):
            # Upstream compares them the other way round.
            found.append(field.forbidden('spec.persistentvolumesource', (
                'spec.persistentvolumesource is immutable after creation\n'
                + difference(kept, before, 'PersistentVolumeSource'))))
        found += metadata.immutable(spec.get('volumeMode'), before.get('volumeMode'), 'volumeMode')
        if 'nodeAffinity' in before:
            found += _affinity(spec.get('nodeAffinity'), before['nodeAffinity'])
        if 'volumeAttributesClassName' in before and 'volumeAttributesClassName' not in spec:
            found.append(field.forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is '
                                                                           'forbidden'))
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
            (obj['metadata'].get('annotations') or {}).get(BETA_CLASS) or spec.get('storageClassName', ''),
            spec.get('volumeAttributesClassName') or volume.UNSET, status.get('reason', ''), age(obj, simulation),
            spec.get('volumeMode') or volume.UNSET]


def _capacity(spec: Object) -> list[FieldError]:
    """All that a volume has is storage, and some of it."""
    capacity = spec.get('capacity')
    found: list[FieldError] = [] if capacity else [field.required('spec.capacity')]
    if not capacity or 'storage' not in capacity or len(capacity) > 1:
        found.append(field.not_supported('spec.capacity', capacity, ('storage',)))
    for name, amount in (capacity or {}).items():
        found += volume.basic(amount, f'spec.capacity[{name}]') + volume.positive(amount, f'spec.capacity[{name}]')
    return found


def _is_root(path: str) -> bool:
    return path.startswith('/') and not posixpath.normpath(path).strip('/')


def _attributes_class(spec: Object) -> list[FieldError]:
    """A class of attributes has a name, and is for CSI only."""
    name, path = spec.get('volumeAttributesClassName'), 'spec.volumeAttributesClassName'
    if name is None:
        return []
    found = volume.class_name(name, path) if name else [field.required(path, 'an empty string is disallowed')]
    if 'csi' not in spec:
        found.append(field.required('spec.csi', 'has to be specified when using volumeAttributesClassName'))
    return found


def _affinity(affinity: Object | None, before: Object) -> list[FieldError]:
    """validatePvNodeAffinity: it stays, but for labels that may be called as they are called now."""
    if affinity is None or _with_new_labels(before, affinity) == affinity:
        return [] if affinity is not None else metadata.immutable(None, before, 'nodeAffinity')
    required = affinity.get('required')
    shown = internal_form(required, 'NodeSelector') if required is not None else None
    return [field.invalid('nodeAffinity', {'Required': shown}, 'field is immutable')]


def _with_new_labels(before: Object, affinity: Object) -> Object:
    """What was there, with the keys of labels that are called otherwise now where `affinity` calls them so."""
    terms = ((affinity.get('required') or {}).get('nodeSelectorTerms') or ())
    used = {part.get('key') for term in terms for part in term.get('matchExpressions') or ()}
    renamed = deep_copy(before)
    for term in (renamed.get('required') or {}).get('nodeSelectorTerms') or ():
        for part in term.get('matchExpressions') or ():
            if _NEW_LABELS.get(part.get('key')) in used:
                part['key'] = _NEW_LABELS[part['key']]
    return renamed


def _without_new_secret(spec: Object, before: Object) -> Object:
    """A secret for making a volume larger may be named later on."""
    secret = 'controllerExpandSecretRef'
    if secret in (spec.get('csi') or {}) and secret not in before.get('csi', {secret: None}):
        return {**spec, 'csi': {name: value for name, value in spec['csi'].items() if name != secret}}
    return spec
