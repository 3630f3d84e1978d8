"""The kinds of volumes, one line each, and the volumes of a pod."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tutor.apimachinery.objects import Object
from tutor.apimachinery.volumes import MIGRATED, claim_of, migrated
from tutor.cluster.kubelet.network_storage import FibreChannel, Iscsi, Nfs, Unknown
from tutor.cluster.kubelet.persistent import ClaimVolume, InlineCsi, PersistentCsi
from tutor.cluster.kubelet.volumes import (
    ROOT_CA,
    ConfigMapVolume,
    DownwardVolume,
    EmptyDir,
    HostPath,
    ImageVolume,
    ProjectedVolume,
    SecretVolume,
    Surroundings,
    Volume,
)

KINDS: Mapping[str, type[Volume]] = {
    'emptyDir': EmptyDir,
    'configMap': ConfigMapVolume,
    'secret': SecretVolume,
    'downwardAPI': DownwardVolume,
    'projected': ProjectedVolume,
    'hostPath': HostPath,
    'persistentVolumeClaim': ClaimVolume,
    'csi': InlineCsi,
    'image': ImageVolume,
    'nfs': Nfs,
    'iscsi': Iscsi,
    'fc': FibreChannel,
}
REMOVED = ('cephfs', 'rbd', 'glusterfs', 'flocker', 'quobyte', 'scaleIO', 'storageos', 'photonPersistentDisk',
           'flexVolume')
"""Kinds that the API still has, and the kubelet has not."""


def volumes_of(pod: Object, around: Surroundings) -> dict[str, Volume]:
    """All volumes of a pod, by name."""
    found: dict[str, Volume] = {}
    for entry in pod['spec'].get('volumes') or ():
        name = entry['name']
        for kind, source in entry.items():
            if kind in KINDS:
                found[name] = KINDS[kind](name, source or {}, pod, around)
            elif kind == 'ephemeral':
                found[name] = ClaimVolume(name, {'claimName': claim_of(pod, entry)}, pod, around)
            elif kind in MIGRATED:
                found[name] = PersistentCsi(name, migrated(kind, source), pod, around)
            elif kind in REMOVED:
                found[name] = Unknown(name, source, pod, around)
    return found


def watched(pod: Object) -> Iterator[tuple[str, str]]:
    """The ConfigMaps and Secrets whose changes its volumes follow: resource and 'namespace/name'."""
    namespace = pod['metadata']['namespace']
    for entry in pod['spec'].get('volumes') or ():
        sources = [entry, *((entry.get('projected') or {}).get('sources') or ())]
        for source in sources:
            if 'configMap' in source and source['configMap'].get('name') != ROOT_CA:
                yield 'configmaps', f'{namespace}/{source["configMap"].get("name", "")}'
            if 'secret' in source:
                secret = source['secret']
                yield 'secrets', f'{namespace}/{secret.get("secretName") or secret.get("name", "")}'
