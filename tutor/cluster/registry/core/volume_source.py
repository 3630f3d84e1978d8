"""Sources of PersistentVolumes (the middle of ValidatePersistentVolumeSpec)."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.podspec import remote_volumes, volumes
from tutor.cluster.registry.storage import volume

ORDER = (
    'hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd', 'quobyte', 'cephfs',
    'iscsi', 'cinder', 'fc', 'flexVolume', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume',
    'azureDisk', 'scaleIO', 'local', 'storageos', 'csi')
"""All that there are, in the order that they are looked at."""
_CSI_SECRETS = ('controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef',
                'nodeExpandSecretRef')
_TOO_LONG = ('Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is '
             'specified.')
_NAMED_OTHERWISE = {'cephfs': 'cephFS'}


def validate(spec: Object, name: str, found: list[FieldError]) -> None:
    """One source, and only one; `name` is the volume's."""
    given = [kind for kind in ORDER if kind in spec]
    for index, kind in enumerate(given):
        if index and kind != 'flexVolume':
            found.append(field.forbidden(f'spec.{_NAMED_OTHERWISE.get(kind, kind)}',
                                         'may not specify more than 1 volume type'))
        else:
            _source(kind, spec, name, found)
    if not given:
        found.append(field.required('spec', 'must specify a volume type'))


def _source(kind: str, spec: Object, name: str, found: list[FieldError]) -> None:
    source, path = spec[kind], f'spec.{kind}'
    if kind == 'hostPath':
        volumes.host_path(source, path, found)
    elif kind == 'nfs':
        volumes.nfs(source, path, found)
    elif kind == 'csi':
        _csi(source, path, found)
    elif kind == 'local':
        _local(spec, path, found)
    else:
        _portal(kind, source, name, found)
        remote_volumes.validate(kind, source, 'spec', found, persistent=True)
        _namespaces(kind, source, path, found)


def _portal(kind: str, source: Object, name: str, found: list[FieldError]) -> None:
    portal = source.get('targetPortal', '')
    if kind == 'iscsi' and 'initiatorName' in source and len(f'{name}:{portal}') > 64:
        found.append(field.invalid('spec.iscsi.targetportal', portal, _TOO_LONG))


def _namespaces(kind: str, source: Object, path: str, found: list[FieldError]) -> None:
    """Where the secret or the endpoints of a source are, which pods' own sources need not say."""
    if kind in ('cinder', 'storageos') and 'secretRef' in source and not source['secretRef'].get('namespace'):
        found.append(field.required(f'{path}.secretRef.namespace'))
    elif kind == 'azureFile' and source.get('secretNamespace') == '':
        found.append(field.required(f'{path}.secretNamespace'))
    elif kind == 'glusterfs' and 'endpointsNamespace' in source:
        place, here = source['endpointsNamespace'], f'{path}.endpointsNamespace'
        found += field.invalid_each(here, place, names.is_dns1123_label(place) if place else [
            'if the endpointnamespace is set, it must be a valid namespace name'])


def _csi(source: Object, path: str, found: list[FieldError]) -> None:
    """validateCSIPersistentVolumeSource."""
    volume.driver_name(source.get('driver', ''), f'{path}.driver', found)
    if not source.get('volumeHandle'):
        found.append(field.required(f'{path}.volumeHandle'))
    for name in _CSI_SECRETS:
        if name in source:
            _secret(source[name], f'{path}.{name}', found)


def _secret(reference: Object, path: str, found: list[FieldError]) -> None:
    """validatePVSecretReference."""
    for part, rule in (('name', names.is_dns1123_subdomain), ('namespace', names.is_dns1123_label)):
        value = reference.get(part, '')
        found += (field.invalid_each(f'{path}.{part}', value, rule(value)) if value
                  else [field.required(f'{path}.{part}')])


def _local(spec: Object, path: str, found: list[FieldError]) -> None:
    """validateLocalVolumeSource; it is on one node only."""
    if not spec['local'].get('path'):
        found.append(field.required(f'{path}.path'))
    else:
        volumes.no_backsteps(spec['local']['path'], f'{path}.path', found)
    if 'nodeAffinity' not in spec:
        found.append(field.required('spec.nodeAffinity', 'Local volume requires node affinity'))
