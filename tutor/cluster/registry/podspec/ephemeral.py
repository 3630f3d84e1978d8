"""Ephemeral containers: what a debugging container may be (validateEphemeralContainers)."""

from __future__ import annotations

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.podspec import containers

_NOT_ALLOWED = 'cannot be set for an Ephemeral Container'
_FIELDS = ('ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules', 'livenessProbe',
           'readinessProbe', 'startupProbe', 'lifecycle')
"""What ephemeral containers do not have, in the order of the fields of a container."""


def validate(spec: Object, pod: containers.Around, path: str, found: list[FieldError]) -> None:
    """`path` is that of the ephemeral containers."""
    others = {container.get('name') for name in ('containers', 'initContainers') for container in spec.get(name) or ()}
    taken = set(others)
    for index, container in enumerate(spec['ephemeralContainers'] or ()):
        here = f'{path}[{index}]'
        containers.common(container, pod, here, found)
        image = container.get('image', '')
        if image != image.strip():
            found.append(field.invalid(f'{here}.image', image, 'must not have leading or trailing whitespace'))
        name, target = container.get('name', ''), container.get('targetContainerName')
        if name in taken:
            found.append(field.duplicate(f'{here}.name', name))
        taken.add(name)
        if target and target not in others:
            found.append(field.not_found(f'{here}.targetContainerName', target))
        found += [field.forbidden(f'{here}.{part}', _NOT_ALLOWED) for part in _FIELDS if container.get(part)]
        for number, mount in enumerate(container.get('volumeMounts') or ()):
            found += [field.forbidden(f'{here}.volumeMounts[{number}].{name}', _NOT_ALLOWED)
                      for name in ('subPath', 'subPathExpr') if mount.get(name)]
