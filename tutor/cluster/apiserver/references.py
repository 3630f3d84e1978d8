"""The secrets and config maps that a pod names (pkg/api/v1/pod)."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.apimachinery.objects import Object

CONTAINERS = ('initContainers', 'containers', 'ephemeralContainers')
"""The lists of containers of a pod, in the order in which upstream visits them (AllContainers)."""
_DRIVERS = ('cephfs', 'cinder', 'flexVolume', 'rbd', 'scaleIO', 'iscsi', 'storageos')
"""Volumes that name a secret as their secretRef."""


def secrets(pod: Object) -> Iterator[str]:
    """VisitPodSecretNames."""
    return filter(None, _secrets(pod))


def _secrets(pod: Object) -> Iterator[str]:
    for reference in pod['spec'].get('imagePullSecrets') or ():
        yield reference.get('name', '')
    yield from _of_environment(pod, 'secretRef', 'secretKeyRef')
    for volume in pod['spec'].get('volumes') or ():
        yield from (source['secret'].get('name', '') for source in projected(volume) if 'secret' in source)
        for name, key in (('secret', 'secretName'), ('azureFile', 'secretName')):
            if name in volume:
                yield volume[name].get(key, '')
        references = [volume[name].get('secretRef') for name in _DRIVERS if name in volume]
        references.append((volume.get('csi') or {}).get('nodePublishSecretRef'))
        yield from (reference.get('name', '') for reference in references if reference is not None)


def config_maps(pod: Object) -> Iterator[str]:
    """VisitPodConfigmapNames."""
    return filter(None, _config_maps(pod))


def _config_maps(pod: Object) -> Iterator[str]:
    yield from _of_environment(pod, 'configMapRef', 'configMapKeyRef')
    for volume in pod['spec'].get('volumes') or ():
        yield from (source['configMap'].get('name', '') for source in (volume, *projected(volume))
                    if 'configMap' in source)


def projected(volume: Object) -> list[Object]:
    """The sources of a projected volume."""
    return (volume.get('projected') or {}).get('sources') or []


def containers(pod: Object) -> Iterator[Object]:
    """VisitContainers, of all kinds."""
    return (container for name in CONTAINERS for container in pod['spec'].get(name) or ())


def _of_environment(pod: Object, whole: str, single: str) -> Iterator[str]:
    """What the variables of all containers are taken from: as a whole, or key by key."""
    for container in containers(pod):
        sources = [source.get(whole) for source in container.get('envFrom') or ()]
        sources += [(variable.get('valueFrom') or {}).get(single) for variable in container.get('env') or ()]
        yield from (source.get('name', '') for source in sources if source is not None)
