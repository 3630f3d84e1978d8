"""Pods that kubelets make to show what they run by themselves: they name nothing else of the API."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver import references
from tutor.cluster.registry.podspec.annotations import MIRROR


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
    named = _named(pod)
    return f'node "{node}" can not create pods that reference {named}' if named else ''


def _named(pod: Object) -> str:
    """What a pod names of the API, '' for nothing."""
    volumes = pod['spec'].get('volumes') or ()
    if pod['spec'].get('serviceAccountName'):
        return 'a service account'
    if any(references.secrets(pod)):
        return 'secrets'
    if any(references.config_maps(pod)):
        return 'configmaps'
    if any('clusterTrustBundle' in source for volume in volumes for source in references.projected(volume)):
        return 'clustertrustbundles'
    return 'persistentvolumeclaims' if any('persistentVolumeClaim' in volume for volume in volumes) else ''


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
