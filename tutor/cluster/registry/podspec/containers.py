"""Containers of a pod spec (validateContainers, validateInitContainers)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.podspec import environment, probes, resources, security
from tutor.cluster.registry.podspec.volumes import descending_path

PROTOCOLS = ('SCTP', 'TCP', 'UDP')
_PULL_POLICIES = ('Always', 'IfNotPresent', 'Never')
_MESSAGE_POLICIES = ('File', 'FallbackToLogsOnError')
_ONLY_SIDECARS = 'may not be set for init containers without restartPolicy=Always'


def validate(containers: list[Object] | None, volumes: Mapping[str, Any], grace: int, path: str,
             found: list[FieldError]) -> None:
    if not containers:
        found.append(field.required(path))
        return
    seen: set[str] = set()
    for index, container in enumerate(containers):
        here = f'{path}[{index}]'
        common(container, volumes, here, found)
        name = container.get('name', '')
        if name in seen:
            found.append(field.duplicate(f'{here}.name', name))
        seen.add(name)
        probes.validate_all(container, grace, here, found)
        if 'restartPolicy' in container and 'restartPolicyRules' not in container:
            _restart_policy(container, here, found)
    _host_ports(containers, path, found)


def _restart_policy(container: Object, path: str, found: list[FieldError]) -> None:
    allowed = ('Always', 'Never', 'OnFailure')
    if container['restartPolicy'] not in allowed:
        found.append(field.not_supported(f'{path}.restartPolicy', container['restartPolicy'], allowed))


def validate_init(spec: Object, volumes: Mapping[str, Any], grace: int, path: str, found: list[FieldError]) -> None:
    """validateInitContainers; `path` is that of the init containers."""
    seen = {container.get('name') for container in spec.get('containers') or ()}
    for index, container in enumerate(spec.get('initContainers') or ()):
        here = f'{path}[{index}]'
        common(container, volumes, here, found)
        sidecar = container.get('restartPolicy') == 'Always'
        name = container.get('name', '')
        if name in seen:
            found.append(field.duplicate(f'{here}.name', name))
        seen.add(name)
        if sidecar:
            probes.validate_all(container, grace, here, found)
        else:
            found += [field.forbidden(f'{here}.{part}', _ONLY_SIDECARS)
                      for part in ('lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe')
                      if part in container]


def common(container: Object, volumes: Mapping[str, Any], path: str, found: list[FieldError]) -> None:
    """validateContainerCommon."""
    name = container.get('name')
    if not name:
        found.append(field.required(f'{path}.name'))
    elif errors := names.is_dns1123_label(name):
        found += [field.invalid(f'{path}.name', name, text) for text in errors]
    if not container.get('image'):
        found.append(field.required(f'{path}.image'))
    policy = container.get('terminationMessagePolicy')
    if policy not in _MESSAGE_POLICIES:
        found.append(field.not_supported(f'{path}.terminationMessagePolicy', policy, _MESSAGE_POLICIES))
    if 'ports' in container:
        _ports(container['ports'], f'{path}.ports', found)
    if 'env' in container:
        environment.validate(container['env'], f'{path}.env', found)
    if 'envFrom' in container:
        environment.validate_sources(container['envFrom'], f'{path}.envFrom', found)
    if 'volumeMounts' in container:
        _mounts(container, volumes, f'{path}.volumeMounts', found)
    if 'volumeDevices' in container:
        _devices(container, volumes, f'{path}.volumeDevices', found)
    pull = container.get('imagePullPolicy', '')
    if pull not in _PULL_POLICIES:
        found.append(field.not_supported(f'{path}.imagePullPolicy', pull, _PULL_POLICIES))
    if container.get('resources'):
        resources.validate(container['resources'], f'{path}.resources', found)
    if container.get('securityContext'):
        security.validate_container(container['securityContext'], f'{path}.securityContext', found)


def _ports(ports: list[Object], path: str, found: list[FieldError]) -> None:
    """validateContainerPorts."""
    seen: set[str] = set()
    for index, port in enumerate(ports):
        here = f'{path}[{index}]'
        if name := port.get('name'):
            if errors := names.is_valid_port_name(name):
                found += [field.invalid(f'{here}.name', name, text) for text in errors]
            elif name in seen:
                found.append(field.duplicate(f'{here}.name', name))
            seen.add(name)
        number = port.get('containerPort')
        if not number:
            found.append(field.required(f'{here}.containerPort'))
        elif errors := names.is_valid_port_number(number):
            found += [field.invalid(f'{here}.containerPort', number, text) for text in errors]
        if host := port.get('hostPort'):
            found += [field.invalid(f'{here}.hostPort', host, text) for text in names.is_valid_port_number(host)]
        if port.get('protocol') not in PROTOCOLS:
            found.append(field.not_supported(f'{here}.protocol', port.get('protocol', ''), PROTOCOLS))


def _mounts(container: Object, volumes: Mapping[str, Any], path: str, found: list[FieldError]) -> None:
    """ValidateVolumeMounts."""
    places: set[str] = set()
    for index, mount in enumerate(container['volumeMounts']):
        here = f'{path}[{index}]'
        name, place = mount.get('name', ''), mount.get('mountPath', '')
        if not name:
            found.append(field.required(f'{here}.name'))
        if name not in volumes:
            found.append(field.not_found(f'{here}.name', name))
        if not place:
            found.append(field.required(f'{here}.mountPath'))
        if place in places:
            found.append(field.invalid(f'{here}.mountPath', place, 'must be unique'))
        places.add(place)
        _sub_paths(mount, path, here, found)
        _propagation(mount, container, path, found)


def _sub_paths(mount: Object, path: str, here: str, found: list[FieldError]) -> None:
    if mount.get('subPath'):
        descending_path(mount['subPath'], f'{path}.subPath', found)
    if expression := mount.get('subPathExpr'):
        if mount.get('subPath'):
            found.append(field.invalid(f'{here}.subPathExpr', expression,
                                       'subPathExpr and subPath are mutually exclusive'))
        descending_path(expression, f'{path}.subPathExpr', found)


def _propagation(mount: Object, container: Object, path: str, found: list[FieldError]) -> None:
    allowed = ('Bidirectional', 'HostToContainer', 'None')
    value = mount.get('mountPropagation')
    if value is None:
        return
    if value not in allowed:
        found.append(field.not_supported(f'{path}.mountPropagation', value, allowed))
    elif value == 'Bidirectional' and not (container.get('securityContext') or {}).get('privileged'):
        found.append(field.forbidden(f'{path}.mountPropagation',
                                     'Bidirectional mount propagation is available only to privileged containers'))


def _devices(container: Object, volumes: Mapping[str, Any], path: str, found: list[FieldError]) -> None:
    """ValidateVolumeDevices."""
    for index, device in enumerate(container['volumeDevices']):
        here, name = f'{path}[{index}]', device.get('name', '')
        if not name:
            found.append(field.required(f'{here}.name'))
        elif name not in volumes:
            found.append(field.not_found(f'{here}.name', name))
        if not device.get('devicePath'):
            found.append(field.required(f'{here}.devicePath'))


def _host_ports(containers: list[Object], path: str, found: list[FieldError]) -> None:
    """checkHostPortConflicts."""
    seen: set[str] = set()
    for index, container in enumerate(containers):
        for number, port in enumerate(container.get('ports') or ()):
            if port.get('hostPort'):
                text = f'{port.get("protocol", "")}/{port.get("hostIP", "")}/{port["hostPort"]}'
                if text in seen:
                    found.append(field.duplicate(f'{path}[{index}].ports[{number}].hostPort', text))
                seen.add(text)
