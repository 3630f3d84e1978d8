"""What a pod's operating system does not have (validateOS, validateLinux, validateWindows)."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

_NAMES = ('linux', 'windows')
_NOT_ON_WINDOWS = 'cannot be set for a windows pod'
_NOT_ON_LINUX = 'windows options cannot be set for a linux pod'
_POD = ('appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'fsGroup', 'fsGroupChangePolicy', 'sysctls', 'runAsUser',
        'runAsGroup', 'supplementalGroups', 'supplementalGroupsPolicy', 'seLinuxChangePolicy')
_POD_SPEC = ('hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace')
_CONTAINER = ('appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem',
              'privileged', 'allowPrivilegeEscalation', 'procMount', 'runAsUser', 'runAsGroup')


def validate(spec: Object, path: str, found: list[FieldError]) -> None:
    name = spec['os'].get('name', '')
    if not name:
        found.append(field.required(f'{path}.os.name', 'cannot be empty'))
    elif name not in _NAMES:
        found.append(field.not_supported(f'{path}.os', name, _NAMES))
    elif name == 'linux':
        found += [field.forbidden(f'{here}.windowsOptions', _NOT_ON_LINUX)
                  for here, context in _contexts(spec, path) if 'windowsOptions' in context]
    else:
        found += _windows(spec, path)


def _contexts(spec: Object, path: str) -> Iterator[tuple[str, Object]]:
    """The security contexts of a pod and its containers, with where they are."""
    yield f'{path}.securityContext', spec.get('securityContext') or {}
    for kind in ('initContainers', 'containers', 'ephemeralContainers'):
        for index, container in enumerate(spec.get(kind) or ()):
            yield f'{path}.{kind}[{index}].securityContext', container.get('securityContext') or {}


def _windows(spec: Object, path: str) -> Iterator[FieldError]:
    (here, pod), *containers = _contexts(spec, path)
    for name in _POD:
        if name in pod:
            yield field.forbidden(f'{here}.{name}', _NOT_ON_WINDOWS)
    for name in _POD_SPEC:
        if name in spec:
            yield field.forbidden(f'{path}.{name}', _NOT_ON_WINDOWS)
    for place, context in containers:
        for name in _CONTAINER:
            if name in context:
                yield field.forbidden(f'{place}.{name}', _NOT_ON_WINDOWS)
