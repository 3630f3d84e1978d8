"""Which fields name other objects: when those get another name, the fields follow (builtinconfig's nameReference)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.kubectl.kustomize.resources import Item, walk

_TEMPLATES = {
    'Pod': 'spec', 'CronJob': 'spec/jobTemplate/spec/template/spec',
    **dict.fromkeys(('Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController'),
                    'spec/template/spec'),
}
_CONTAINERS = ('containers', 'initContainers', 'ephemeralContainers')


def _of_containers(*paths: str) -> tuple[str, ...]:
    return tuple(f'{containers}/{path}' for containers in _CONTAINERS for path in paths)


IN_PODS: dict[str, tuple[str, ...]] = {
    'ConfigMap': ('volumes/configMap/name', 'volumes/projected/sources/configMap/name', *_of_containers(
        'env/valueFrom/configMapKeyRef/name', 'envFrom/configMapRef/name')),
    'Secret': ('volumes/secret/secretName', 'volumes/projected/sources/secret/name', 'imagePullSecrets/name',
               'volumes/csi/nodePublishSecretRef/name', *_of_containers(
                   'env/valueFrom/secretKeyRef/name', 'envFrom/secretRef/name')),
    'PersistentVolumeClaim': ('volumes/persistentVolumeClaim/claimName',),
    'ServiceAccount': ('serviceAccountName',),
    'PriorityClass': ('priorityClassName',),
    'RuntimeClass': ('runtimeClassName',),
}
"""What a pod names: the kind, and the fields below the pod's spec."""

ELSEWHERE: dict[str, tuple[tuple[str, str], ...]] = {
    'Service': (('StatefulSet', 'spec/serviceName'), ('Ingress', 'spec/rules/http/paths/backend/service/name'),
                ('Ingress', 'spec/defaultBackend/service/name'), ('APIService', 'spec/service/name'),
                ('ValidatingWebhookConfiguration', 'webhooks/clientConfig/service/name'),
                ('MutatingWebhookConfiguration', 'webhooks/clientConfig/service/name')),
    'Secret': (('Ingress', 'spec/tls/secretName'), ('ServiceAccount', 'secrets/name'),
               ('ServiceAccount', 'imagePullSecrets/name')),
    'PersistentVolume': (('PersistentVolumeClaim', 'spec/volumeName'),),
    'StorageClass': (('PersistentVolume', 'spec/storageClassName'), ('PersistentVolumeClaim', 'spec/storageClassName'),
                     ('StatefulSet', 'spec/volumeClaimTemplates/spec/storageClassName')),
    'IngressClass': (('Ingress', 'spec/ingressClassName'),),
}
_SCALED = ('Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController')


def update_references(items: list[Item]) -> None:
    """Make every field that named an object by one of its earlier names name it as it is called now."""
    by_kind: dict[str, list[Item]] = {}
    for item in items:
        by_kind.setdefault(item.kind, []).append(item)
    for item in items:
        for kind, container, key in _references(item):
            if isinstance(container.get(key), str):
                found = _named(by_kind.get(kind, []), container[key], item, container)
                if found is not None:
                    container[key] = found.name
                    if 'namespace' in container and kind == 'ServiceAccount' and found.namespace:
                        container['namespace'] = found.namespace


def _references(item: Item) -> Iterator[tuple[str, dict[str, Any], str]]:
    """(kind of what is named, where, under which key)."""
    template = _TEMPLATES.get(item.kind)
    if template is not None:
        for kind, paths in IN_PODS.items():
            for path in paths:
                for container, key in walk(item.obj, f'{template}/{path}'.split('/')):
                    yield kind, container, key
    for kind, places in ELSEWHERE.items():
        for referrer, path in places:
            if referrer == item.kind:
                for container, key in walk(item.obj, path.split('/')):
                    yield kind, container, key
    yield from _by_stated_kind(item)


def _by_stated_kind(item: Item) -> Iterator[tuple[str, dict[str, Any], str]]:
    """References that say themselves of which kind they are."""
    if item.kind == 'HorizontalPodAutoscaler':
        target = (item.obj.get('spec') or {}).get('scaleTargetRef')
        if isinstance(target, dict) and target.get('kind') in _SCALED:
            yield target['kind'], target, 'name'
    if item.kind in ('RoleBinding', 'ClusterRoleBinding'):
        role = item.obj.get('roleRef')
        if isinstance(role, dict) and role.get('kind') in ('Role', 'ClusterRole'):
            yield role['kind'], role, 'name'
        for subject in item.obj.get('subjects') or []:
            if subject.get('kind') == 'ServiceAccount':
                yield 'ServiceAccount', subject, 'name'


def _named(candidates: list[Item], name: str, referrer: Item, container: dict[str, Any]) -> Item | None:
    """The object that was called so: of several, the one in the same namespace and with the same prefixes."""
    found = [item for item in candidates if item.has_been(name)]
    space = container.get('namespace')
    for keep in (lambda item: space is None or item.has_been(name, space) or item.namespace == space,
                 lambda item: not item.namespaced or item.namespace == referrer.namespace,
                 lambda item: item.affixes == referrer.affixes):
        narrowed = [item for item in found if keep(item)]
        found = narrowed or found
    return found[0] if found else None
