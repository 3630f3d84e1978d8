"""Where containers see the volumes of their pod (ValidateVolumeMounts, ValidateVolumeDevices)."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.podspec.volumes import descending_path

_RECURSIVE = ('Disabled', 'Enabled', 'IfPossible')
_PROPAGATIONS = ('Bidirectional', 'HostToContainer', 'None')


def validate(container: Object, volumes: Mapping[str, Object], path: str, found: list[FieldError]) -> None:
    """The volumeMounts of a container; `volumes` are the good ones of its pod."""
    places: set[str] = set()
    devices = container.get('volumeDevices') or ()
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
        if devices:
            _overlap(name, place, devices, here, found)
        _sub_paths(mount, 'image' in volumes.get(name, ()), path, here, found)
        _propagation(mount, container, path, found)


def _overlap(name: str, place: str, devices: list[Object], path: str, found: list[FieldError]) -> None:
    if any(device.get('name') == name for device in devices):
        found.append(field.invalid(f'{path}.name', name, 'must not already exist in volumeDevices'))
    if any(device.get('devicePath') == place for device in devices):
        found.append(field.invalid(f'{path}.mountPath', place, 'must not already exist as a path in volumeDevices'))


def _sub_paths(mount: Object, image: bool, path: str, here: str, found: list[FieldError]) -> None:
    """As upstream, a bad path is said of the whole list."""
    for name in ('subPath', 'subPathExpr'):
        if image and mount.get(name) and name == 'subPathExpr':
            found.append(field.invalid(f'{here}.{name}', mount[name], 'not allowed in image volume sources'))
    if mount.get('subPath'):
        descending_path(mount['subPath'], f'{path}.subPath', found)
    if expression := mount.get('subPathExpr'):
        if mount.get('subPath'):
            found.append(field.invalid(f'{here}.subPathExpr', expression,
                                       'subPathExpr and subPath are mutually exclusive'))
        descending_path(expression, f'{path}.subPathExpr', found)


def _propagation(mount: Object, container: Object, path: str, found: list[FieldError]) -> None:
    """validateMountPropagation, validateMountRecursiveReadOnly."""
    value, recursive = mount.get('mountPropagation'), mount.get('recursiveReadOnly')
    if value is not None and value not in _PROPAGATIONS:
        found.append(field.not_supported(f'{path}.mountPropagation', value, _PROPAGATIONS))
    elif value == 'Bidirectional' and not (container.get('securityContext') or {}).get('privileged'):
        found.append(field.forbidden(f'{path}.mountPropagation',
                                     'Bidirectional mount propagation is available only to privileged containers'))
    here = f'{path}.recursiveReadOnly'
    if recursive is not None and recursive not in _RECURSIVE:
        found.append(field.not_supported(here, recursive, _RECURSIVE))
    elif recursive in ('Enabled', 'IfPossible'):
        if not mount.get('readOnly'):
            found.append(field.forbidden(here, 'may only be specified when readOnly is true'))
        if value not in (None, 'None'):
            found.append(field.forbidden(here, 'may only be specified when mountPropagation is None or not specified'))


def validate_devices(container: Object, volumes: Mapping[str, Object], path: str, found: list[FieldError]) -> None:
    """The volumeDevices of a container."""
    mounts = container.get('volumeMounts') or ()
    taken: set[str] = set()
    places: set[str] = set()
    for index, device in enumerate(container['volumeDevices']):
        here, name, place = f'{path}[{index}]', device.get('name', ''), device.get('devicePath', '')
        if not name:
            found.append(field.required(f'{here}.name'))
        if name in taken:
            found.append(field.invalid(f'{here}.name', name, 'must be unique'))
        _block_volume(name, volumes, here, found)
        if not place:
            found.append(field.required(f'{here}.devicePath'))
        if place in places:
            found.append(field.invalid(f'{here}.devicePath', place, 'must be unique'))
        if '..' in place.split('/'):
            found.append(field.invalid(f'{here}.devicePath', place, "can not contain backsteps ('..')"))
        else:
            places.add(place)
        if any(mount.get('name') == name for mount in mounts):
            found.append(field.invalid(f'{here}.name', name, 'must not already exist in volumeMounts'))
        if any(mount.get('mountPath') == place for mount in mounts):
            found.append(field.invalid(f'{here}.devicePath', place, 'must not already exist as a path in volumeMounts'))
        if name:
            taken.add(name)


def _block_volume(name: str, volumes: Mapping[str, Object], path: str, found: list[FieldError]) -> None:
    """isMatchedDevice: only claims can be devices."""
    volume = volumes.get(name)
    if volume is None:
        found.append(field.not_found(f'{path}.name', name))
    elif 'persistentVolumeClaim' not in volume and 'ephemeral' not in volume:
        found.append(field.invalid(f'{path}.name', name, 'can only use volume source type of PersistentVolumeClaim or '
                                                         'Ephemeral for block mode'))
