"""Pods that kubelets make to show what they run by themselves: they name nothing else of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.apimachinery.objects import Object

MIRROR = 'kubernetes.io/config.mirror'
_LISTS = ('initContainers', 'containers', 'ephemeralContainers')
_OTHERS = {'secrets': ('secretRef', 'secretKeyRef', 'nodePublishSecretRef', 'imagePullSecrets'),
           'configmaps': ('configMapRef', 'configMapKeyRef')}


def is_mirror(pod: Object) -> bool:
    return MIRROR in (pod['metadata'].get('annotations') or {})


def mirror_problem(node: str, pod: Object, found: Object | None) -> str:
    """admitPodCreate: why a kubelet may not make a pod; `found` is its node."""
    spec = pod.get('spec') or {}
    if not is_mirror(pod):
        return f'pod does not have "{MIRROR}" annotation, node "{node}" can only create mirror pods'
    if spec.get('nodeName') != node:
        return f'node "{node}" can only create pods with spec.nodeName set to itself'
    if problem := _owner_problem(node, pod['metadata'].get('ownerReferences') or [], found):
        return problem
    kinds = {kind for part in _parts(spec) for kind in _references(part)}
    if spec.get('serviceAccountName'):
        return f'node "{node}" can not create pods that reference a service account'
    named = next((kind for kind in ('secrets', 'configmaps', 'clustertrustbundles', 'persistentvolumeclaims')
                  if kind in kinds), '')
    return f'node "{node}" can not create pods that reference {named}' if named else ''


def _owner_problem(node: str, owners: list[Object], found: Object | None) -> str:
    if len(owners) > 1:
        return f'node "{node}" can only create pods with a single owner reference set to itself'
    owner = owners[0] if owners else {}
    if (owner.get('apiVersion'), owner.get('kind'), owner.get('name')) != ('v1', 'Node', node):
        return f'node "{node}" can only create pods with an owner reference set to itself'
    if not owner.get('controller'):
        return f'node "{node}" can only create pods with a controller owner reference set to itself'
    if owner.get('blockOwnerDeletion'):
        return f'node "{node}" must not set blockOwnerDeletion on an owner reference'
    if found is not None and owner.get('uid') != found['metadata']['uid']:
        return f'node {node} UID mismatch: expected {owner.get("uid", "")} got {found["metadata"]["uid"]}'
    return ''


def references_secrets(spec: Object) -> bool:
    """VisitPodSecretNames, whether it finds one."""
    return any('secrets' in _references(part) for part in _parts(spec))


def _parts(spec: Object) -> Iterator[Object]:
    """What of a pod can name other objects: the volumes, the parts of projected ones, and what containers are given."""
    for volume in spec.get('volumes') or ():
        yield volume
        yield from (volume.get('projected') or {}).get('sources') or ()
    for container in (item for name in _LISTS for item in spec.get(name) or ()):
        yield from container.get('envFrom') or ()
        yield from (item.get('valueFrom') or {} for item in container.get('env') or ())
    yield {'imagePullSecrets': spec.get('imagePullSecrets')}


def _references(part: Object) -> set[str]:
    found = {kind for kind, names in _OTHERS.items() if any(_within(part, name) for name in names)}
    for name, kind in (('secret', 'secrets'), ('configMap', 'configmaps'), ('clusterTrustBundle',
                       'clustertrustbundles'), ('persistentVolumeClaim', 'persistentvolumeclaims')):
        if part.get(name) is not None:
            found.add(kind)
    return found


def _within(value: Any, name: str) -> bool:
    """Whether a field is there, or in a field of it."""
    return isinstance(value, dict) and (bool(value.get(name)) or any(
        isinstance(item, dict) and item.get(name) for item in value.values()))
