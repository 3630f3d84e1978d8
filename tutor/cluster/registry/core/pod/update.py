"""What may change in a pod (ValidatePodUpdate)."""

from __future__ import annotations

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.core.internals import difference
from tutor.cluster.registry.core.pod import gated
from tutor.cluster.registry.metadata import in_range
from tutor.cluster.registry.podspec import scheduling, validation

_MAY_CHANGE = (
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,'
    '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),'
    '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n')


def validate(new: Object, old: Object) -> list[FieldError]:
    spec, before = new['spec'], old['spec']
    found: list[FieldError] = []
    for name in ('containers', 'initContainers'):
        if len(spec.get(name) or ()) != len(before.get(name) or ()):
            # Nothing else can be compared then.
            return [*found, field.forbidden(f'spec.{name}', 'pod updates may not add or remove containers')]
        found += _images(spec, name)
    deadline = _deadline(spec, before)
    found += deadline
    if deadline and spec.get('activeDeadlineSeconds') is not None:
        return found
    found += _tolerations(spec, before)
    found += _gates(spec, before)
    munged = _munge(spec, before)
    if before.get('schedulingGates'):
        found += gated.validate(munged, before)
    if munged != before:
        found.append(field.forbidden('spec', _MAY_CHANGE + difference(before, munged, 'PodSpec')))
    return found


def _images(spec: Object, name: str) -> list[FieldError]:
    """ValidateContainerUpdates."""
    found: list[FieldError] = []
    for index, container in enumerate(spec.get(name) or ()):
        path, image = f'spec.{name}[{index}].image', container.get('image', '')
        if not image:
            found.append(field.required(path))
        validation.validate_image(image, path, found)
    return found


def _deadline(spec: Object, before: Object) -> list[FieldError]:
    path = 'spec.activeDeadlineSeconds'
    value, last = spec.get('activeDeadlineSeconds'), before.get('activeDeadlineSeconds')
    if value is not None:
        if found := in_range(value, 0, 2**31 - 1, path):
            return found
        if last is not None and last < value:
            return [field.invalid(path, value, 'must be less than or equal to previous value')]
    elif last is not None:
        return [field.invalid(path, None, 'must not update from a positive integer to nil value')]
    return []


def _gates(spec: Object, before: Object) -> list[FieldError]:
    known = {gate.get('name') for gate in before.get('schedulingGates') or ()}
    return [field.forbidden(f'spec.schedulingGates[{index}].name',
                            f"only deletion is allowed, but found new scheduling gate '{gate.get('name', '')}'")
            for index, gate in enumerate(spec.get('schedulingGates') or ()) if gate.get('name') not in known]


def _tolerations(spec: Object, before: Object) -> list[FieldError]:
    """validateOnlyAddedTolerations."""
    given = [_without_seconds(item) for item in spec.get('tolerations') or ()]
    if all(_without_seconds(item) in given for item in before.get('tolerations') or ()):
        found: list[FieldError] = []
        scheduling.tolerations(spec.get('tolerations') or [], 'spec.tolerations', found)
        return found
    return [field.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')]


def _without_seconds(toleration: Object) -> Object:
    return {name: value for name, value in toleration.items() if name != 'tolerationSeconds'}


def _munge(spec: Object, before: Object) -> Object:
    """The new spec with everything undone that may change."""
    munged = dict(spec)
    for name in ('containers', 'initContainers'):
        if name in munged:
            munged[name] = [{**container, 'image': last.get('image', '')}
                            for container, last in zip(munged[name], before.get(name) or (), strict=True)]
    for name in ('activeDeadlineSeconds', 'tolerations', 'schedulingGates'):
        gated.restore(munged, before, name)
    if before.get('terminationGracePeriodSeconds', 0) < 0 and spec.get('terminationGracePeriodSeconds') == 1:
        gated.restore(munged, before, 'terminationGracePeriodSeconds')
    return munged
