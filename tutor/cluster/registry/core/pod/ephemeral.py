"""What the ephemeralcontainers and resize subresources of pods may change."""

from __future__ import annotations

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.podspec import containers, volumes

_NOT_ALLOWED = ('ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resizePolicy')


def keep_all_but_ephemeral(new: Object, old: Object) -> None:
    """podEphemeralContainersStrategy.PrepareForUpdate."""
    spec = dict(old['spec'])
    if new['spec'].get('ephemeralContainers'):
        spec['ephemeralContainers'] = new['spec']['ephemeralContainers']
    new['spec'] = spec


def validate_ephemeral(new: Object, old: Object) -> list[FieldError]:
    """ValidatePodEphemeralContainersUpdate: containers are only added."""
    path = 'spec.ephemeralContainers'
    spec, found = new['spec'], []
    good = volumes.validate(spec.get('volumes') or [], 'spec.volumes', [])
    taken = {item['name'] for name in ('containers', 'initContainers') for item in spec.get(name) or ()}
    targets = {item['name'] for item in spec.get('containers') or ()}
    for index, container in enumerate(spec.get('ephemeralContainers') or ()):
        here = f'{path}[{index}]'
        containers.common(container, good, here, found)
        name, target = container.get('name', ''), container.get('targetContainerName')
        if name in taken:
            found.append(field.duplicate(f'{here}.name', name))
        taken.add(name)
        if target and target not in targets:
            found.append(field.not_found(f'{here}.targetContainerName', target))
        found += [field.forbidden(f'{here}.{part}', 'cannot be set for an Ephemeral Container')
                  for part in _NOT_ALLOWED if part in container]
        if container.get('resources'):
            found.append(field.forbidden(f'{here}.resources', 'cannot be set for an Ephemeral Container'))
    if found:
        return found
    return _unchanged(spec.get('ephemeralContainers') or [], old['spec'].get('ephemeralContainers') or [], path)


def _unchanged(now: list[Object], before: list[Object], path: str) -> list[FieldError]:
    from tutor.cluster.registry.core.pod.update import difference
    given = {container['name']: container for container in now}
    for container in before:
        name = container['name']
        if name not in given:
            return [field.forbidden(path, f'existing ephemeral containers "{name}" may not be removed\n')]
        if given[name] != container:
            return [field.forbidden(path, f'existing ephemeral containers "{name}" may not be changed\n'
                                          + difference(container, given[name]))]
    return []


def keep_all_but_resources(new: Object, old: Object) -> None:
    """podResizeStrategy.PrepareForUpdate: everything but the resources of containers stays."""
    spec = dict(old['spec'])
    for name in ('containers', 'initContainers'):
        given = {item['name']: item for item in new['spec'].get(name) or ()}
        if name in spec:
            spec[name] = [{**item, 'resources': given[item['name']].get('resources') or {}}
                          if item['name'] in given else item for item in spec[name]]
    new['spec'] = spec


def validate_resize(new: Object, old: Object) -> list[FieldError]:
    """ValidatePodResize."""
    from tutor.cluster.registry.core.pod.qos import qos_class
    from tutor.cluster.registry.podspec import validation
    found: list[FieldError] = []
    validation.validate_spec(new['spec'], 'spec', found)
    before = (old.get('status') or {}).get('qosClass') or qos_class(old['spec'])
    if not found and qos_class(new['spec']) != before:
        found.append(field.invalid('spec', before, 'Pod QOS Class may not change as a result of resizing'))
    return found
