"""Volumes of storage systems that pods and PersistentVolumes can name: what each must say."""

from __future__ import annotations

import re

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

_REQUIRED = {
    'awsElasticBlockStore': ('volumeID',), 'azureDisk': ('diskName', 'diskURI'),
    'azureFile': ('secretName', 'shareName'), 'cephfs': ('monitors',), 'cinder': ('volumeID',),
    'flexVolume': ('driver',), 'gcePersistentDisk': ('pdName',), 'gitRepo': ('repository',),
    'glusterfs': ('endpoints', 'path'), 'iscsi': ('targetPortal', 'iqn'), 'photonPersistentDisk': ('pdID',),
    'portworxVolume': ('volumeID',), 'quobyte': ('registry', 'volume'), 'rbd': ('monitors', 'image'),
    'scaleIO': ('gateway', 'system', 'volumeName'), 'storageos': ('volumeName',), 'vsphereVolume': ('volumePath',),
}
_PATHS = {'gcePersistentDisk': 'persistentDisk'}
"""Where upstream calls the field otherwise."""
_INITIATORS = {
    'iqn': re.compile(r'iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)').fullmatch,
    'eui': re.compile(r'eui\.[a-zA-Z0-9]{16}').fullmatch,
    'naa': re.compile(r'naa\.[a-zA-Z0-9]{32}').fullmatch,
}


def validate(kind: str, source: Object, path: str, found: list[FieldError]) -> None:
    """What the validate…VolumeSource of a storage system asks for; `path` is that of the volume."""
    here = f'{path}.{_PATHS.get(kind, kind)}'
    found += [field.required(f'{here}.{name}') for name in _REQUIRED.get(kind, ()) if not source.get(name)]
    if kind in ('gcePersistentDisk', 'awsElasticBlockStore') and not 0 <= source.get('partition', 0) <= 255:
        found.append(field.invalid(f'{here}.partition', source['partition'],
                                   'must be between 0 and 255, inclusive'))
    elif kind == 'iscsi':
        _iscsi(source, here, found)
    elif kind == 'fc':
        _fibre_channel(source, here, found)
    elif kind == 'flocker':
        _flocker(source, here, found)


def _iscsi(source: Object, path: str, found: list[FieldError]) -> None:
    """validateISCSIVolumeSource."""
    name = source.get('iqn', '')
    if name:
        known = next((check for prefix, check in _INITIATORS.items() if name.startswith(prefix)), None)
        if known is None:
            found.append(field.invalid(f'{path}.iqn', name, 'must be valid format starting with iqn, eui, or naa'))
        elif not known(name):
            found.append(field.invalid(f'{path}.iqn', name, 'must be valid format'))
    _unit(source.get('lun', 0), path, found)
    if (source.get('chapAuthDiscovery') or source.get('chapAuthSession')) and 'secretRef' not in source:
        found.append(field.required(f'{path}.secretRef'))


def _unit(number: int, path: str, found: list[FieldError]) -> None:
    if not 0 <= number <= 255:
        found.append(field.invalid(f'{path}.lun', number, 'must be between 0 and 255, inclusive'))


def _fibre_channel(source: Object, path: str, found: list[FieldError]) -> None:
    """validateFCVolumeSource."""
    targets, ids = source.get('targetWWNs'), source.get('wwids')
    if not targets and not ids:
        found.append(field.required(f'{path}.targetWWNs', 'must specify either targetWWNs or wwids, but not both'))
    if targets and ids:
        found.append(field.invalid(f'{path}.targetWWNs', targets,
                                   'targetWWNs and wwids can not be specified simultaneously'))
    if targets:
        if 'lun' not in source:
            found.append(field.required(f'{path}.lun', 'lun is required if targetWWNs is specified'))
        else:
            _unit(source['lun'], path, found)


def _flocker(source: Object, path: str, found: list[FieldError]) -> None:
    """validateFlockerVolumeSource."""
    name, uid = source.get('datasetName', ''), source.get('datasetUUID')
    if not name and not uid:
        found.append(field.required(path, 'one of datasetName and datasetUUID is required'))
    if name and uid:
        found.append(field.invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'))
    if '/' in name:
        found.append(field.invalid(f'{path}.datasetName', name, "must not contain '/'"))
