"""What of a PersistentVolumeClaim may change."""

from __future__ import annotations

from tutor.apimachinery import field, names, quantity
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.volumes import BETA_CLASS, requested
from tutor.cluster.registry import metadata
from tutor.cluster.registry.core.internals import difference
from tutor.cluster.registry.storage import volume

_IMMUTABLE = ('spec is immutable after creation except resources.requests and volumeAttributesClassName for bound '
              'claims\n')
_RESIZES = ('ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizePending', 'NodeResizeInProgress',
            'NodeResizeInfeasible')
_ATTRIBUTES = 'volumeAttributesClassName'


def validate(new: Object, old: Object, found: list[FieldError]) -> list[FieldError]:
    """ValidatePersistentVolumeClaimUpdate; `found` is what is wrong with the claim by itself."""
    spec, before = new['spec'], old['spec']
    moved = _moved_from_annotation(new, old)
    if not moved:
        found += metadata.immutable(_beta_class(new) or '', _beta_class(old) or '',
                                    f'metadata.annotations.{BETA_CLASS}')
    if spec == before:
        return found
    bound = (old.get('status') or {}).get('phase') == 'Bound'
    fixed, kept = _fixed(spec, before, bound), dict(before)
    if not before.get('volumeName') and spec.get('volumeName'):
        kept['volumeName'] = spec['volumeName']
    if moved or _first_class(old, spec):
        fixed.pop('storageClassName')
    if not _same(fixed, kept):
        found.append(field.forbidden('spec', _IMMUTABLE + difference(kept, fixed, 'PersistentVolumeClaimSpec')))
    if requested(new) < requested(old) and requested(new) <= quantity.parse(
            ((old.get('status') or {}).get('capacity') or {}).get('storage', '0')):
        found.append(field.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'))
    found += metadata.immutable(spec.get('volumeMode'), before.get('volumeMode'), 'volumeMode')
    return found + _attributes(spec, before)


def _beta_class(claim: Object) -> str | None:
    return (claim['metadata'].get('annotations') or {}).get(BETA_CLASS)


def _moved_from_annotation(new: Object, old: Object) -> bool:
    """validateStorageClassUpgradeFromAnnotation: the class of the annotation may become the field's."""
    name = _beta_class(old)
    return name is not None and 'storageClassName' not in old['spec'] and (
        new['spec'].get('storageClassName') == name) and _beta_class(new) in (None, name)


def _first_class(old: Object, spec: Object) -> bool:
    """validateStorageClassUpgradeFromNil: a claim that has no class may be given one."""
    name = spec.get('storageClassName')
    return name is not None and 'storageClassName' not in old['spec'] and _beta_class(old) in (None, name)


def _fixed(spec: Object, before: Object, bound: bool) -> Object:
    """The new spec with what a bound claim may change undone: its size and the class of its attributes."""
    fixed = dict(spec)
    requests = (spec.get('resources') or {}).get('requests')
    if bound and requests is not None:
        fixed['resources'] = {**spec['resources'], 'requests': {
            **requests, 'storage': ((before.get('resources') or {}).get('requests') or {}).get('storage', '0')}}
    if bound and _ATTRIBUTES in spec:
        fixed[_ATTRIBUTES] = before.get(_ATTRIBUTES)
        if _ATTRIBUTES not in before:
            del fixed[_ATTRIBUTES]
    return fixed


def _same(one: Object, other: Object) -> bool:
    """apiequality.Semantic.DeepEqual: what is empty is as what is not there."""
    return all(one.get(name) == other.get(name) or not (one.get(name) or other.get(name) or name == 'storageClassName')
               for name in {*one, *other})


def _attributes(spec: Object, before: Object) -> list[FieldError]:
    """A class of attributes may become another, and never none."""
    path = f'spec.{_ATTRIBUTES}'
    if _ATTRIBUTES not in before or spec.get(_ATTRIBUTES) == before[_ATTRIBUTES] or spec.get(_ATTRIBUTES):
        return []
    to = 'an empty string' if _ATTRIBUTES in spec else 'nil'
    return [field.forbidden(path, f'update from non-nil value to {to} is forbidden')]


def validate_status(status: Object) -> list[FieldError]:
    """ValidatePersistentVolumeClaimStatusUpdate."""
    found: list[FieldError] = []
    for name, amount in (status.get('capacity') or {}).items():
        found += volume.basic(amount, f'status.capacity[{name}]')
    path = 'status.allocatedResourceStatus'
    for name, state in (status.get('allocatedResourceStatuses') or {}).items():
        found += _resource(name, path)
        if state not in _RESIZES:
            found.append(field.not_supported(path, name, sorted(_RESIZES)))
    path = 'status.allocatedResources'
    for name, amount in (status.get('allocatedResources') or {}).items():
        found += _resource(name, path) or volume.basic(amount, f'{path}[{name}]')
    return found


def _resource(name: str, path: str) -> list[FieldError]:
    """validatePersistentVolumeClaimResourceKey."""
    wrong = field.invalid_each(path, name, names.is_qualified_name(name))
    if wrong or name == 'storage' or ('/' in name and 'kubernetes.io/' not in name):
        return wrong
    return [field.not_supported(path, name, ('storage',))]
