"""Volumes and their sources, of pods and of persistent volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tutor.apimachinery.quantity import canonical, parse
from tutor.kubectl.describe.writer import PrefixWriter, go_text, shorten

Source = Mapping[str, Any]

# The kinds of source that are printed field by field: what stands after Type, and pairs of label and field. A field
# name ending in '=x' has the default x; one starting with '?' is a boolean, with '#' a number, with '&' a reference to
# a secret, with '@' one that names its namespace too.
_PLAIN: dict[str, tuple[str, str]] = {
    'hostPath': ('HostPath (bare host directory volume)', 'Path:path HostPathType:type=<none>'),
    'gcePersistentDisk': ('GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)',
                          'PDName:pdName FSType:fsType Partition:#partition ReadOnly:?readOnly'),
    'awsElasticBlockStore': ('AWSElasticBlockStore (a Persistent Disk resource in AWS)',
                             'VolumeID:volumeID FSType:fsType Partition:#partition ReadOnly:?readOnly'),
    'gitRepo': ('GitRepo (a volume that is pulled from git when the pod is created)',
                'Repository:repository Revision:revision'),
    'secret': ('Secret (a volume populated by a Secret)', 'SecretName:secretName Optional:?optional'),
    'configMap': ('ConfigMap (a volume populated by a ConfigMap)', 'Name:name Optional:?optional'),
    'nfs': ('NFS (an NFS mount that lasts the lifetime of a pod)', 'Server:server Path:path ReadOnly:?readOnly'),
    'iscsi': ("ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
              'TargetPortal:targetPortal IQN:iqn Lun:#lun ISCSIInterface~iscsiInterface FSType:fsType '
              'ReadOnly:?readOnly Portals:portals=[] DiscoveryCHAPAuth:?chapAuthDiscovery '
              'SessionCHAPAuth:?chapAuthSession SecretRef:&secretRef InitiatorName:initiatorName=<none>'),
    'glusterfs': ("Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
                  'EndpointsName:endpoints Path:path ReadOnly:?readOnly'),
    'persistentVolumeClaim': ('PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
                              'ClaimName:claimName ReadOnly:?readOnly'),
    'rbd': ("RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
            'CephMonitors:monitors RBDImage:image FSType:fsType RBDPool:pool RadosUser:user Keyring:keyring '
            'SecretRef:&secretRef ReadOnly:?readOnly'),
    'quobyte': ("Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
                'Registry:registry Volume:volume ReadOnly:?readOnly'),
    'azureDisk': ('AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)',
                  'DiskName:diskName DiskURI:diskURI Kind:kind FSType:fsType CachingMode:cachingMode '
                  'ReadOnly:?readOnly'),
    'vsphereVolume': ('vSphereVolume (a Persistent Disk resource in vSphere)',
                      'VolumePath:volumePath FSType:fsType StoragePolicyName:storagePolicyName'),
    'cinder': ('Cinder (a Persistent Disk resource in OpenStack)',
               'VolumeID:volumeID FSType:fsType ReadOnly:?readOnly SecretRef:&secretRef'),
    'photonPersistentDisk': ('PhotonPersistentDisk (a Persistent Disk resource in photon platform)',
                             'PdID:pdID FSType:fsType'),
    'portworxVolume': ('PortworxVolume (a Portworx Volume resource)', 'VolumeID:volumeID'),
    'cephfs': ("CephFS (a CephFS mount on the host that shares a pod's lifetime)",
               'Monitors:monitors Path:path User:user SecretFile:secretFile SecretRef:&secretRef '
               'ReadOnly:?readOnly'),
    'storageos': ('StorageOS (a StorageOS Persistent Disk resource)',
                  'VolumeName:volumeName VolumeNamespace:volumeNamespace FSType:fsType ReadOnly:?readOnly'),
    'fc': ('FC (a Fibre Channel disk)', 'TargetWWNs:targetWWNs LUN:lun=<none> FSType:fsType ReadOnly:?readOnly'),
    'azureFile': ('AzureFile (an Azure File Service mount on the host and bind mount to the pod)',
                  'SecretName:secretName ShareName:shareName ReadOnly:?readOnly'),
    'flexVolume': ('FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)',
                   'Driver:driver FSType:fsType SecretRef:&secretRef ReadOnly:?readOnly Options:options=map[]'),
    'flocker': ('Flocker (a Flocker volume mounted by the Flocker agent)',
                'DatasetName:datasetName DatasetUUID:datasetUUID'),
    'local': ('LocalVolume (a persistent volume backed by local storage on a node)', 'Path:path'),
    'image': ('Image (a container image or OCI artifact)', 'Reference:reference PullPolicy:pullPolicy'),
}

# Sources of a PersistentVolume that have other fields than the same source in a pod.
_PERSISTENT: dict[str, tuple[str, str]] = {
    **{name: (title, fields.replace('&', '@')) for name, (title, fields) in _PLAIN.items()},
    'glusterfs': (_PLAIN['glusterfs'][0],
                  'EndpointsName:endpoints EndpointsNamespace:endpointsNamespace=<unset> Path:path ReadOnly:?readOnly'),
    'azureFile': (_PLAIN['azureFile'][0],
                  'SecretName:secretName SecretNamespace:secretNamespace ShareName:shareName ReadOnly:?readOnly'),
}


def describe_volumes(volumes: Sequence[Source] | None, w: PrefixWriter, space: str = '') -> None:
    if not volumes:
        w.write(0, f'{space}Volumes:\t<none>\n')
        return
    w.write(0, f'{space}Volumes:\n')
    for volume in volumes:
        w.write(1, f'{" " if space else ""}{volume["name"]}:\n')
        describe_source(volume, w, _PLAIN)


def describe_persistent_source(spec: Source, w: PrefixWriter) -> None:
    """The source of a PersistentVolume."""
    describe_source(spec, w, _PERSISTENT)


def describe_source(holder: Source, w: PrefixWriter, plain: Mapping[str, tuple[str, str]]) -> None:
    special = _SPECIAL if plain is _PLAIN else _SPECIAL_PERSISTENT
    for name, source in holder.items():
        if name in special:
            special[name](source or {}, w)
            return
        if name in plain:
            _plain(*plain[name], source or {}, w)
            return
    w.write(1, '<unknown>\n')


def _plain(title: str, fields: str, source: Source, w: PrefixWriter) -> None:
    w.field('Type', title, 2)
    for item in fields.split():
        label, separator, name = item.partition('~' if '~' in item else ':')
        w.write(2, f'{label}{"" if separator == "~" else ":"}\t{_value(source, name)}\n')


def _value(source: Source, name: str) -> str:
    name, _, default = name.partition('=')
    if name[0] == '?':
        return go_text(bool(source.get(name[1:])))
    if name[0] == '#':
        return str(source.get(name[1:], 0))
    if name[0] == '&':
        return _reference('LocalObjectReference', source.get(name[1:]), ('Name',))
    if name[0] == '@':
        return _reference('SecretReference', source.get(name[1:]), ('Name', 'Namespace'))
    value = source.get(name)
    if name == 'targetWWNs':
        return ', '.join(value or ())
    return default if value is None else go_text(value)


def _reference(kind: str, value: Source | None, fields: Sequence[str]) -> str:
    """What the String method of a generated type makes of a pointer."""
    if value is None:
        return 'nil'
    entries = ''.join(f'{name}:{value.get(name.lower(), "")},' for name in fields)
    return f'&{kind}{{{entries}}}'


def _empty_dir(source: Source, w: PrefixWriter) -> None:
    limit = source.get('sizeLimit')
    w.field('Type', "EmptyDir (a temporary directory that shares a pod's lifetime)", 2)
    w.field('Medium', source.get('medium', ''), 2)
    w.field('SizeLimit', canonical(limit) if limit and parse(limit).sign > 0 else '<unset>', 2)


def _projected(source: Source, w: PrefixWriter) -> None:
    w.field('Type', 'Projected (a volume that contains injected data from multiple sources)', 2)
    for part in source.get('sources') or ():
        for name, label in (('secret', 'SecretName'), ('configMap', 'ConfigMapName')):
            if name in part:
                w.field(label, part[name].get('name', ''), 2)
                w.field('Optional', bool(part[name].get('optional')), 2)
        if 'downwardAPI' in part:
            w.field('DownwardAPI', 'true', 2)
        elif 'serviceAccountToken' in part:
            w.field('TokenExpirationSeconds', part['serviceAccountToken'].get('expirationSeconds', 0), 2)


def _downward(source: Source, w: PrefixWriter) -> None:
    w.write(2, 'Type:\tDownwardAPI (a volume populated by information about the pod)\n    Items:\n')
    for item in source.get('items') or ():
        if 'fieldRef' in item:
            w.write(3, f'{item["fieldRef"].get("fieldPath", "")} -> {item.get("path", "")}\n')
        if 'resourceFieldRef' in item:
            w.write(3, f'{item["resourceFieldRef"].get("resource", "")} -> {item.get("path", "")}\n')


def _ephemeral(source: Source, w: PrefixWriter) -> None:
    from tutor.kubectl.describe.persistentvolumeclaim import describe_template
    w.field('Type', 'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
            2)
    if source.get('volumeClaimTemplate'):
        describe_template(source['volumeClaimTemplate'], w)


def _csi(source: Source, w: PrefixWriter) -> None:
    w.field('Type', 'CSI (a Container Storage Interface (CSI) volume source)', 2)
    w.field('Driver', source.get('driver', ''), 2)
    w.field('FSType', source.get('fsType', ''), 2)
    w.field('ReadOnly', bool(source.get('readOnly')), 2)
    _attributes(source.get('volumeAttributes'), w)


def _csi_persistent(source: Source, w: PrefixWriter) -> None:
    w.field('Type', 'CSI (a Container Storage Interface (CSI) volume source)', 2)
    w.field('Driver', source.get('driver', ''), 2)
    w.field('FSType', source.get('fsType', ''), 2)
    w.field('VolumeHandle', source.get('volumeHandle', ''), 2)
    w.field('ReadOnly', bool(source.get('readOnly')), 2)
    _attributes(source.get('volumeAttributes'), w)


def _attributes(attributes: Mapping[str, str] | None, w: PrefixWriter) -> None:
    """printCSIPersistentVolumeAttributesMultiline."""
    w.write(2, 'VolumeAttributes:\t')
    if not attributes:
        w.line('<none>')
        return
    for index, (key, value) in enumerate(sorted(attributes.items())):
        if index:
            w.write(2, '')
            w.write(2, '\t')
        w.write(2, shorten(f'{key}={value}', 140) + '\n')


def _scale_io(source: Source, w: PrefixWriter, persistent: bool = False) -> None:
    w.field('Type', 'ScaleIO (a persistent volume backed by a block device in ScaleIO)', 2)
    for label, name in (('Gateway', 'gateway'), ('System', 'system'), ('Protection Domain', 'protectionDomain'),
                        ('Storage Pool', 'storagePool'), ('Storage Mode', 'storageMode'),
                        ('VolumeName', 'volumeName')):
        w.field(label, source.get(name, ''), 2)
    if persistent:
        secret = source.get('secretRef') or {}
        w.field('SecretName', secret.get('name', ''), 2)
        w.field('SecretNamespace', secret.get('namespace', ''), 2)
    w.field('FSType', source.get('fsType', ''), 2)
    w.field('ReadOnly', bool(source.get('readOnly')), 2)


_SPECIAL: dict[str, Callable[[Source, PrefixWriter], None]] = {
    'emptyDir': _empty_dir, 'projected': _projected, 'downwardAPI': _downward, 'ephemeral': _ephemeral, 'csi': _csi,
    'scaleIO': _scale_io,
}
_SPECIAL_PERSISTENT: dict[str, Callable[[Source, PrefixWriter], None]] = {
    'csi': _csi_persistent, 'scaleIO': lambda source, w: _scale_io(source, w, True),
}
