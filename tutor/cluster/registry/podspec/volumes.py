"""Volumes of pods (ValidateVolumes)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from tutor.apimachinery import field, names, quantity
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.podspec import environment

_ORDER = (
    'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi',
    'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder', 'cephfs', 'quobyte', 'downwardAPI', 'fc',
    'flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk',
    'storageos', 'projected', 'scaleIO', 'csi', 'ephemeral', 'image')
HOST_PATH_TYPES = ('', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket')
_MODE = 'must be a number between 0 and 0777 (octal), both inclusive'


def validate(volumes: list[Object], path: str, found: list[FieldError]) -> dict[str, Object]:
    """The good volumes by name: only those can be mounted."""
    good: dict[str, Object] = {}
    for index, volume in enumerate(volumes):
        here = f'{path}[{index}]'
        errors: list[FieldError] = []
        _source(volume, here, errors)
        name = volume.get('name', '')
        if not name:
            errors.append(field.required(f'{here}.name'))
        else:
            errors += [field.invalid(f'{here}.name', name, text) for text in names.is_dns1123_label(name)]
        if name in good:
            errors.append(field.duplicate(f'{here}.name', name))
        if errors:
            found += errors
        else:
            good[name] = volume
    return good


def _source(volume: Object, path: str, found: list[FieldError]) -> None:
    """validateVolumeSource."""
    if len(volume) == 2 and 'name' in volume:
        kind = next(name for name in volume if name != 'name')
        if check := _CHECKS.get(kind):
            check(volume[kind], f'{path}.{kind}', found)
        return
    number = 0
    for kind in _ORDER:
        if kind not in volume:
            continue
        if number:
            found.append(field.forbidden(f'{path}.{kind}', 'may not specify more than 1 volume type'))
        else:
            number = 1
            if check := _CHECKS.get(kind):
                check(volume[kind], f'{path}.{kind}', found)
    if not number:
        found.append(field.required(path, 'must specify a volume type'))


def _empty_dir(source: Object, path: str, found: list[FieldError]) -> None:
    if 'sizeLimit' in source and quantity.parse(source['sizeLimit']).sign < 0:
        found.append(field.forbidden(f'{path}.sizeLimit', 'SizeLimit field must be a valid resource quantity'))


def host_path(source: Object, path: str, found: list[FieldError]) -> None:
    """validateHostPathVolumeSource."""
    if not source.get('path'):
        found.append(field.required(f'{path}.path'))
        return
    no_backsteps(source['path'], f'{path}.path', found)
    if source.get('type', '') not in HOST_PATH_TYPES:
        found.append(field.not_supported(f'{path}.type', source['type'], HOST_PATH_TYPES))


def _secret(source: Object, path: str, found: list[FieldError]) -> None:
    if not source.get('secretName'):
        found.append(field.required(f'{path}.secretName'))
    _keys(source, path, found)


def _config_map(source: Object, path: str, found: list[FieldError]) -> None:
    if not source.get('name'):
        found.append(field.required(f'{path}.name'))
    _keys(source, path, found)


def _keys(source: Object, path: str, found: list[FieldError]) -> None:
    mode(source, 'defaultMode', path, found)
    for index, item in enumerate(source.get('items') or ()):
        here = f'{path}.items[{index}]'
        if not item.get('key'):
            found.append(field.required(f'{here}.key'))
        if not item.get('path'):
            found.append(field.required(f'{here}.path'))
        else:
            local_path(item['path'], f'{here}.path', found)
        mode(item, 'mode', here, found)


def mode(source: Object, name: str, path: str, found: list[FieldError]) -> None:
    if name in source and not 0 <= source[name] <= 0o777:
        found.append(field.invalid(f'{path}.{name}', source[name], _MODE))


def local_path(value: str, path: str, found: list[FieldError]) -> None:
    """validateLocalNonReservedPath."""
    descending_path(value, path, found)
    if value.startswith('..') and not value.startswith('../'):
        found.append(field.invalid(path, value, "must not start with '..'"))


def descending_path(value: str, path: str, found: list[FieldError]) -> None:
    """validateLocalDescendingPath."""
    if posixpath.isabs(value):
        found.append(field.invalid(path, value, 'must be a relative path'))
    no_backsteps(value, path, found)


def no_backsteps(value: str, path: str, found: list[FieldError]) -> None:
    """validatePathNoBacksteps."""
    if '..' in value.split('/'):
        found.append(field.invalid(path, value, "must not contain '..'"))


def nfs(source: Object, path: str, found: list[FieldError]) -> None:
    for name in ('server', 'path'):
        if not source.get(name):
            found.append(field.required(f'{path}.{name}'))
    if not posixpath.isabs(source.get('path', '')):
        found.append(field.invalid(f'{path}.path', source.get('path', ''), 'must be an absolute path'))


def _claim(source: Object, path: str, found: list[FieldError]) -> None:
    if not source.get('claimName'):
        found.append(field.required(f'{path}.claimName'))


def _downward(source: Object, path: str, found: list[FieldError]) -> None:
    mode(source, 'defaultMode', path, found)
    for index, item in enumerate(source.get('items') or ()):
        _downward_file(item, f'{path}.items[{index}]', found)


def _downward_file(item: Object, path: str, found: list[FieldError]) -> None:
    if not item.get('path'):
        found.append(field.required(f'{path}.path'))
    else:
        local_path(item['path'], f'{path}.path', found)
    if 'fieldRef' in item:
        environment.object_field(item['fieldRef'], environment.VOLUME_FIELDS, f'{path}.fieldRef', found)
        if 'resourceFieldRef' in item:
            found.append(field.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified '
                                                         'simultaneously'))
    elif 'resourceFieldRef' in item:
        environment.resource_field(item['resourceFieldRef'], True, f'{path}.resourceFieldRef', found)
    else:
        found.append(field.required(path, 'one of fieldRef and resourceFieldRef is required'))
    mode(item, 'mode', path, found)


def _projected(source: Object, path: str, found: list[FieldError]) -> None:
    mode(source, 'defaultMode', path, found)
    for index, projection in enumerate(source.get('sources') or ()):
        here = f'{path}.sources[{index}]'
        if not projection:
            found.append(field.required(here, 'must specify a valid projection'))
        for name in ('secret', 'configMap'):
            if name in projection:
                if not projection[name].get('name'):
                    found.append(field.required(f'{here}.{name}.name'))
                _keys(projection[name], f'{here}.{name}', found)
        if 'downwardAPI' in projection:
            _downward(projection['downwardAPI'], f'{here}.downwardAPI', found)
        if 'serviceAccountToken' in projection:
            _token(projection['serviceAccountToken'], f'{here}.serviceAccountToken', found)


def _token(source: Object, path: str, found: list[FieldError]) -> None:
    seconds = source.get('expirationSeconds', 3600)
    if seconds < 600:
        found.append(field.invalid(f'{path}.expirationSeconds', seconds,
                                   'may not specify a duration less than 10 minutes'))
    elif seconds > 1 << 32:
        found.append(field.invalid(f'{path}.expirationSeconds', seconds,
                                   'may not specify a duration larger than 2^32 seconds'))
    if not source.get('path'):
        found.append(field.required(f'{path}.path'))


def _csi(source: Object, path: str, found: list[FieldError]) -> None:
    if not source.get('driver'):
        found.append(field.required(f'{path}.driver'))


_CHECKS: dict[str, Callable[[Object, str, list[FieldError]], None]] = {
    'emptyDir': _empty_dir, 'hostPath': host_path, 'secret': _secret, 'configMap': _config_map, 'nfs': nfs,
    'persistentVolumeClaim': _claim, 'downwardAPI': _downward, 'projected': _projected, 'csi': _csi,
}
