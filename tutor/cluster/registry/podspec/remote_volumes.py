"""Volumes of storage systems that pods and PersistentVolumes can name: what each must say."""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

_REQUIRED = {
    'awsElasticBlockStore': ('volumeID',), 'azureDisk': ('diskName', 'diskURI'),
    'azureFile': ('secretName', 'shareName'), 'cephfs': ('monitors',), 'cinder': ('volumeID',),
    'flexVolume': ('driver',), 'gcePersistentDisk': ('pdName',), 'gitRepo': ('repository',),
    'glusterfs': ('endpoints', 'path'), 'iscsi': ('targetPortal', 'iqn'), 'photonPersistentDisk': ('pdID',),
    'portworxVolume': ('volumeID',), 'rbd': ('monitors', 'image'),
    'scaleIO': ('gateway', 'system', 'volumeName'), 'vsphereVolume': ('volumePath',),
}
_PATHS = {'gcePersistentDisk': 'persistentDisk'}
"""Where upstream calls the field otherwise."""
_INITIATORS = {
    'iqn': re.compile(r'iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)').fullmatch,
    'eui': re.compile(r'eui\.[a-zA-Z0-9]{16}').fullmatch,
    'naa': re.compile(r'naa\.[a-zA-Z0-9]{32}').fullmatch,
}
_PREFIXES = 'must be valid format starting with iqn, eui, or naa'
_DISK_MODES = ('None', 'ReadOnly', 'ReadWrite')
_DISK_KINDS = ('Dedicated', 'Managed', 'Shared')
_MANAGED_DISK = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
_BLOB_DISK = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'
_REGISTRY = 'must be a host:port pair or multiple pairs separated by commas'
_host_and_port = re.compile(r'(\[[^\[\]]*\]|[^:\[\]]*):[^:\[\]]*').fullmatch


def validate(kind: str, source: Object, path: str, found: list[FieldError], persistent: bool = False) -> None:
    """What the validate…VolumeSource of a storage system asks for; `path` is that of the volume. A PersistentVolume's
    iSCSI is told less of what is wrong."""
    here = f'{path}.{_PATHS.get(kind, kind)}'
    found += [field.required(f'{here}.{name}') for name in _REQUIRED.get(kind, ()) if not source.get(name)]
    if kind in ('gcePersistentDisk', 'awsElasticBlockStore') and not 0 <= source.get('partition', 0) <= 255:
        found.append(field.invalid(f'{here}.partition', source['partition'], 'must be between 1 and 255, inclusive'))
    elif kind == 'iscsi':
        _iscsi(source, here, found, 'must be valid format' if persistent else _PREFIXES, persistent)
    elif check := _CHECKS.get(kind):
        check(source, here, found)


def _iscsi(source: Object, path: str, found: list[FieldError], unknown: str, persistent: bool) -> None:
    """validateISCSIVolumeSource, validateISCSIPersistentVolumeSource; `unknown` is for names of no known kind."""
    if name := source.get('iqn', ''):
        _initiator(name, f'{path}.iqn', found, unknown)
    _unit(source.get('lun', 0), path, found)
    if (source.get('chapAuthDiscovery') or source.get('chapAuthSession')) and 'secretRef' not in source:
        found.append(field.required(f'{path}.secretRef'))
    if persistent and 'secretRef' in source and not source['secretRef'].get('name'):
        found.append(field.required(f'{path}.secretRef.name'))
    if 'initiatorName' in source:
        _initiator(source['initiatorName'], f'{path}.initiatorname', found, unknown)


def _initiator(name: str, path: str, found: list[FieldError], unknown: str) -> None:
    known = next((check for prefix, check in _INITIATORS.items() if name.startswith(prefix)), None)
    if known is None:
        found.append(field.invalid(path, name, unknown))
    elif not known(name):
        found.append(field.invalid(path, name, 'must be valid format'))


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


def _quobyte(source: Object, path: str, found: list[FieldError]) -> None:
    """validateQuobyteVolumeSource."""
    registry = source.get('registry', '')
    if not registry:
        found.append(field.required(f'{path}.registry', _REGISTRY))
    elif len(source.get('tenant', '')) >= 65:
        found.append(field.required(f'{path}.tenant', 'must be a UUID and may not exceed a length of 64 characters'))
    else:
        found += [field.invalid(f'{path}.registry', registry, _REGISTRY)
                  for pair in registry.split(',') if not _host_and_port(pair)]
    if not source.get('volume'):
        found.append(field.required(f'{path}.volume'))


def _storageos(source: Object, path: str, found: list[FieldError]) -> None:
    """validateStorageOSVolumeSource."""
    name, namespace = source.get('volumeName', ''), source.get('volumeNamespace', '')
    found += (field.invalid_each(f'{path}.volumeName', name, names.is_dns1123_label(name)) if name
              else [field.required(f'{path}.volumeName')])
    if namespace:
        found += field.invalid_each(f'{path}.volumeNamespace', namespace, names.is_dns1123_label(namespace))
    _secret(source, path, found)


def _secret(source: Object, path: str, found: list[FieldError]) -> None:
    if 'secretRef' in source and not source['secretRef'].get('name'):
        found.append(field.required(f'{path}.secretRef.name'))


def _flex(source: Object, path: str, found: list[FieldError]) -> None:
    """validateFlexVolumeSource."""
    for key in source.get('options') or {}:
        owner = f'.{key.partition("/")[0].lower()}'
        if owner.endswith(('.kubernetes.io', '.k8s.io')):
            found.append(field.invalid(f'{path}.options[{key}]', key,
                                       'kubernetes.io and k8s.io namespaces are reserved'))


def _azure_disk(source: Object, path: str, found: list[FieldError]) -> None:
    """validateAzureDisk."""
    kind, address = source.get('kind'), source.get('diskURI', '')
    for name, value, allowed in (('cachingMode', source.get('cachingMode'), _DISK_MODES), ('kind', kind, _DISK_KINDS)):
        if value is not None and value not in allowed:
            found.append(field.not_supported(f'{path}.{name}', value, allowed))
    if kind == 'Managed' and not address.startswith('/subscriptions/'):
        found.append(field.not_supported(f'{path}.diskURI', address, (_MANAGED_DISK,)))
    if kind not in (None, 'Managed') and not address.startswith('https://'):
        found.append(field.not_supported(f'{path}.diskURI', address, (_BLOB_DISK,)))


_CHECKS: dict[str, Callable[[Object, str, list[FieldError]], None]] = {
    'fc': _fibre_channel, 'flocker': _flocker, 'quobyte': _quobyte, 'storageos': _storageos, 'cinder': _secret,
    'flexVolume': _flex, 'azureDisk': _azure_disk}
