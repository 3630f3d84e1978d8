"""Volumes of pods (ValidateVolumes)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from tutor.apimachinery import field, names, quantity
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import label_selectors, metadata
from tutor.cluster.registry.podspec import environment, remote_volumes
from tutor.cluster.registry.storage import volume as claims

PULL_POLICIES = ('Always', 'IfNotPresent', 'Never')

_ORDER = (
    'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi',
    'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder', 'cephfs', 'quobyte', 'downwardAPI', 'fc',
    'flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk',
    'storageos', 'projected', 'scaleIO', 'csi', 'ephemeral', 'image')
HOST_PATH_TYPES = ('', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket')
_MISSPELT = {'cephfs': 'cephFS', 'downwardAPI': 'downwarAPI'}
"""What validateVolumeSource calls a second source."""
_MODE = 'must be a number between 0 and 0777 (octal), both inclusive'


def validate(volumes: list[Object], path: str, found: list[FieldError], pod: Object | None = None) -> dict[str, Object]:
    """The good volumes by name: only those can be mounted. `pod` is the metadata of a pod, None for a template."""
    good: dict[str, Object] = {}
    for index, volume in enumerate(volumes):
        here = f'{path}[{index}]'
        errors: list[FieldError] = []
        _source(volume, here, errors, pod)
        name = volume.get('name', '')
        if not name:
            errors.append(field.required(f'{here}.name'))
        else:
            errors += field.invalid_each(f'{here}.name', name, names.is_dns1123_label(name))
        if name in good:
            errors.append(field.duplicate(f'{here}.name', name))
        if errors:
            found += errors
        else:
            good[name] = volume
    return good


def _source(volume: Object, path: str, found: list[FieldError], pod: Object | None) -> None:
    """validateVolumeSource."""
    given = [kind for kind in volume if kind != 'name']
    if len(given) > 1:
        given = [kind for kind in _ORDER if kind in volume]
    if not given:
        found.append(field.required(path, 'must specify a volume type'))
        return
    kind = given[0]
    if check := _CHECKS.get(kind):
        check(volume[kind], f'{path}.{kind}', found)
    else:
        remote_volumes.validate(kind, volume[kind], path, found)
    if kind == 'gitRepo':
        descending_path(volume[kind].get('directory', ''), f'{path}.gitRepo.directory', found)
    if kind == 'ephemeral' and pod is not None and pod.get('name') and volume.get('name'):
        claim = f'{pod["name"]}-{volume["name"]}'
        found += [field.invalid(f'{path}.name', volume['name'], f'PVC name {field.go_quote(claim)}: {text}')
                  for text in names.is_dns1123_subdomain(claim)]
    elif kind == 'image' and pod is not None and not volume[kind].get('reference'):
        found.append(field.required(f'{path}.image.reference'))
    found += [field.forbidden(f'{path}.{_MISSPELT.get(other, other)}', 'may not specify more than 1 volume type')
              for other in given[1:]]


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
        _key_to_path(item, f'{path}.items[{index}]', found)


def _key_to_path(item: Object, path: str, found: list[FieldError]) -> None:
    """validateKeyToPath."""
    found += [field.required(f'{path}.{name}') for name in ('key', 'path') if not item.get(name)]
    local_path(item.get('path', ''), f'{path}.path', found)
    mode(item, 'mode', path, found)


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
    """validateDownwardAPIVolumeSource. As upstream, complaints do not say which item they are about."""
    mode(source, 'defaultMode', path, found)
    for item in source.get('items') or ():
        _downward_file(item, path, found)


def _downward_file(item: Object, path: str, found: list[FieldError]) -> None:
    """validateDownwardAPIVolumeFile."""
    if not item.get('path'):
        found.append(field.required(f'{path}.path'))
    local_path(item.get('path', ''), f'{path}.path', found)
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
    """validateProjectedVolumeSource."""
    mode(source, 'defaultMode', path, found)
    taken: set[str] = set()
    sources: list[Object] = source.get('sources') or []
    for index, projection in enumerate(sources):
        here = f'{path}.sources[{index}]'
        for kind in ('secret', 'configMap'):
            if kind in projection:
                _projected_keys(projection[kind], f'{here}.{kind}', path, taken, found)
        for item in (projection.get('downwardAPI') or {}).get('items') or ():
            _downward_file(item, f'{here}.downwardAPI', found)
            _take(item.get('path'), item.get('path'), path, taken, found)
        if 'serviceAccountToken' in projection:
            _token(projection['serviceAccountToken'], path, f'{here}.serviceAccountToken', found)
        if 'clusterTrustBundle' in projection:
            _trust_bundle(projection['clusterTrustBundle'], f'{here}.clusterTrustBundle', found)
            bundle = projection['clusterTrustBundle'].get('path', '')
            _take(bundle, bundle, path, taken, found)
        if len(projection) > 1:
            found.append(field.forbidden(here, 'may not specify more than 1 volume type per source'))


def _projected_keys(source: Object, here: str, path: str, taken: set[str], found: list[FieldError]) -> None:
    name = source.get('name', '')
    if not name:
        found.append(field.required(f'{here}.name'))
    for index, item in enumerate(source.get('items') or ()):
        _key_to_path(item, f'{here}.items[{index}]', found)
        _take(item.get('path'), name, path, taken, found)


def _take(file: str | None, shown: str | None, path: str, taken: set[str], found: list[FieldError]) -> None:
    """Two sources cannot make the same file."""
    if not file:
        return
    if file in taken:
        found.append(field.invalid(path, shown, 'conflicting duplicate paths'))
    taken.add(file)


def _token(source: Object, volume: str, path: str, found: list[FieldError]) -> None:
    """As upstream, its path is said to be the volume's."""
    seconds = source.get('expirationSeconds', 3600)
    if seconds < 600:
        found.append(field.invalid(f'{path}.expirationSeconds', seconds,
                                   'may not specify a duration less than 10 minutes'))
    if seconds > 1 << 32:
        found.append(field.invalid(f'{path}.expirationSeconds', seconds,
                                   'may not specify a duration larger than 2^32 seconds'))
    if not source.get('path'):
        found.append(field.required(f'{volume}.path'))
    else:
        local_path(source['path'], f'{volume}.path', found)


def _trust_bundle(source: Object, path: str, found: list[FieldError]) -> None:
    """The clusterTrustBundle of validateProjectionSources."""
    if 'name' in source and 'signerName' in source:
        found.append(field.invalid(path, source, 'only one of name and signerName may be used'))
    elif 'name' in source:
        if not source['name']:
            found.append(field.required(f'{path}.name', 'must be a valid object name'))
        if 'labelSelector' in source:
            found.append(field.invalid(f'{path}.labelSelector', source['labelSelector'],
                                       'labelSelector must be unset if name is specified'))
    elif 'signerName' in source:
        if not source['signerName']:
            found.append(field.required(f'{path}.signerName', 'must be a valid signer name'))
        found += label_selectors.validate(source.get('labelSelector'), f'{path}.labelSelector')
    else:
        found.append(field.required(path, 'either name or signerName must be specified'))
    if not source.get('path'):
        found.append(field.required(f'{path}.path'))
    local_path(source.get('path', ''), f'{path}.path', found)


def _csi(source: Object, path: str, found: list[FieldError]) -> None:
    """validateCSIVolumeSource. As upstream, the path of a secret's bad name leaves out whose name it is."""
    claims.driver_name(source.get('driver', ''), f'{path}.driver', found)
    secret = source.get('nodePublishSecretRef')
    if secret is None:
        return
    name = secret.get('name', '')
    if not name:
        found.append(field.required(f'{path}.nodePublishSecretRef.name'))
    else:
        found += field.invalid_each(f'{path}.name', name, names.is_dns1123_subdomain(name))


def _ephemeral(source: Object, path: str, found: list[FieldError]) -> None:
    """validateEphemeralVolumeSource."""
    template, here = source.get('volumeClaimTemplate'), f'{path}.volumeClaimTemplate'
    if template is None:
        found.append(field.required(here))
        return
    meta = template.get('metadata') or {}
    found += metadata.validate_annotations(meta.get('annotations') or {}, f'{here}.metadata.annotations')
    found += metadata.validate_labels(meta.get('labels') or {}, f'{here}.metadata.labels')
    found += [field.forbidden(f'{here}.metadata.{name}', 'cannot be set for an ephemeral volume')
              for name in meta if name not in ('annotations', 'labels')]
    found += claims.validate_claim(template['spec'], f'{here}.spec')


def _image(source: Object, path: str, found: list[FieldError]) -> None:
    policy = source.get('pullPolicy', '')
    if policy not in PULL_POLICIES:
        found.append(field.not_supported(f'{path}.pullPolicy', policy, PULL_POLICIES))


_CHECKS: dict[str, Callable[[Object, str, list[FieldError]], None]] = {
    'emptyDir': _empty_dir, 'hostPath': host_path, 'secret': _secret, 'configMap': _config_map, 'nfs': nfs,
    'persistentVolumeClaim': _claim, 'downwardAPI': _downward, 'projected': _projected, 'csi': _csi,
    'ephemeral': _ephemeral, 'image': _image,
}
