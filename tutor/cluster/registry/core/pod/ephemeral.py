"""What the ephemeralcontainers and resize subresources of pods may change."""

from __future__ import annotations

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.qos import qos_class
from tutor.cluster.registry.core.internals import difference
from tutor.cluster.registry.podspec import validation
from tutor.cluster.registry.podspec.annotations import MIRROR
from tutor.cluster.registry.podspec.resources import POD_LEVEL


def keep_all_but_ephemeral(new: Object, old: Object) -> None:
    """podEphemeralContainersStrategy.PrepareForUpdate."""
    spec = dict(old['spec'])
    if new['spec'].get('ephemeralContainers'):
        spec['ephemeralContainers'] = new['spec']['ephemeralContainers']
    new['spec'] = spec


def validate_ephemeral(new: Object, old: Object) -> list[FieldError]:
    """ValidatePodEphemeralContainersUpdate: containers are only added."""
    if MIRROR in (old['metadata'].get('annotations') or {}):
        return [field.forbidden('', 'static pods do not support ephemeral containers')]
    return validation.validate_pod(new) + _unchanged(
        new['spec'].get('ephemeralContainers') or [], old['spec'].get('ephemeralContainers') or [],
        'spec.ephemeralContainers')


def _unchanged(now: list[Object], before: list[Object], path: str) -> list[FieldError]:
    given = {container.get('name'): container for container in now}
    found: list[FieldError] = []
    for container in before:
        name = container['name']
        if name not in given:
            found.append(field.forbidden(path, f'existing ephemeral containers "{name}" may not be removed\n'))
        elif given[name] != container:
            found.append(field.forbidden(path, f'existing ephemeral containers "{name}" may not be changed\n'
                                               + difference(container, given[name], 'EphemeralContainer')))
    return found


def keep_all_but_resources(new: Object, old: Object) -> None:
    """podResizeStrategy.PrepareForUpdate: everything but the resources of containers and of the pod stays."""
    spec = {name: value for name, value in old['spec'].items() if name != 'resources'}
    if new['spec'].get('resources'):
        spec['resources'] = new['spec']['resources']
    for kind in ('containers', 'initContainers'):
        given = {item.get('name'): item for item in new['spec'].get(kind) or ()}
        if kind in spec:
            spec[kind] = [_resized(item, given[item['name']]) if item['name'] in given else item for item in spec[kind]]
    new['spec'] = spec


def _resized(container: Object, given: Object) -> Object:
    changed = {name: given[name] for name in ('resources', 'resizePolicy') if name in given}
    return {**container, 'resources': {}, **changed}


def validate_resize(new: Object, old: Object) -> list[FieldError]:
    """ValidatePodResize."""
    if MIRROR in (old['metadata'].get('annotations') or {}):
        return [field.forbidden('', 'static pods cannot be resized')]
    if (old['spec'].get('os') or {}).get('name') == 'windows':
        return [field.forbidden('', 'windows pods cannot be resized')]
    found = validation.validate_pod(new)
    before = (old.get('status') or {}).get('qosClass') or qos_class(old['spec'])
    if qos_class(new['spec']) != before:
        found.append(field.invalid('spec', before, 'Pod QOS Class may not change as a result of resizing'))
    found += _not_removed(new['spec'], old['spec'], 'spec.resources')
    for kind in ('initContainers', 'containers'):
        pairs = zip(new['spec'].get(kind) or (), old['spec'].get(kind) or (), strict=True)
        for index, (now, last) in enumerate(pairs):
            if kind == 'containers' or last.get('restartPolicy') == 'Always':
                found += _not_removed(now, last, f'spec.{kind}[{index}].resources')
    return found + _only_compute(new['spec'], old['spec'])


def _not_removed(now: Object, last: Object, path: str) -> list[FieldError]:
    """validateContainerResize."""
    after, before = now.get('resources') or {}, last.get('resources') or {}
    return [field.forbidden(f'{path}.{kind}', f'resource {kind} cannot be removed') for kind in ('requests', 'limits')
            if (before.get(kind) or {}).keys() - (after.get(kind) or {}).keys()]


def _only_compute(spec: Object, before: Object) -> list[FieldError]:
    """Only CPU and memory can be resized, and only in what keeps running."""
    found: list[FieldError] = []
    whole, whole_before = ({'resources': each.get('resources')} for each in (spec, before))
    if _without_compute(whole) != _without_compute(whole_before):
        found.append(field.forbidden('spec', 'only cpu and memory resources are mutable'))
    for now, last in zip(spec.get('containers') or (), before.get('containers') or (), strict=True):
        if _without_compute(now) != _without_compute(last):
            found.append(field.forbidden('spec', 'only cpu and memory resources are mutable'))
    for now, last in zip(spec.get('initContainers') or (), before.get('initContainers') or (), strict=True):
        if last.get('restartPolicy') == 'Always':
            if _without_compute(now) != _without_compute(last):
                found.append(field.forbidden('spec',
                                             'only cpu and memory resources for sidecar containers are mutable'))
        elif now != last:
            found.append(field.forbidden('spec', 'resources for non-sidecar init containers are immutable'))
    return found


def _without_compute(container: Object) -> Object:
    resources = container.get('resources') or {}
    kept = {kind: {name: amount for name, amount in (resources.get(kind) or {}).items() if name not in POD_LEVEL}
            for kind in ('limits', 'requests')}
    return {**container, 'resources': kept, 'resizePolicy': None}
