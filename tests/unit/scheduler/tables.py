"""Nodes, pods and one plugin: for tables of cases, without a cluster around."""

from __future__ import annotations

from typing import Any, cast

from tutor.cluster.scheduler.cache import Cache
from tutor.cluster.scheduler.framework import SKIP, Cycle, Handle, Only, Plugin, Rejection
from tutor.cluster.scheduler.node_info import PodInfo

Object = dict[str, Any]


def node(name: str, labels: Object | None = None, *, cpu: str = '4', memory: str = '10000', pods: str = '32',
         taints: list[Object] | None = None, images: dict[str, int] | None = None, unschedulable: bool = False,
         **more: str) -> Object:
    """A node; `more` are other resources it has ('_' stands for '/', '__' for '.')."""
    extended = {key.replace('__', '.').replace('_', '/'): value for key, value in more.items()}
    spec: Object = {**({'taints': taints} if taints else {}), **({'unschedulable': True} if unschedulable else {})}
    return {'metadata': {'name': name, 'labels': labels or {}}, 'spec': spec, 'status': {
        'allocatable': {'cpu': cpu, 'memory': memory, 'pods': pods, **extended},
        'images': [{'names': [image], 'sizeBytes': size} for image, size in (images or {}).items()]}}


def pod(name: str = 'p', labels: Object | None = None, *, on: str = '', namespace: str = 'default',
        requests: Object | None = None, ports: list[Object] | None = None, image: str = 'i', **spec: Any) -> Object:
    container: Object = {'name': 'c', 'image': image, 'resources': {'requests': requests} if requests else {}}
    if ports:
        container['ports'] = ports
    return {'metadata': {'name': name, 'namespace': namespace, 'uid': f'{namespace}/{name}', 'labels': labels or {},
                         'creationTimestamp': '2026-05-04T09:00:00Z'},
            'spec': {'containers': [container], **({'nodeName': on} if on else {}), **spec}, 'status': {}}


class Objects:
    """What an informer would have listed."""

    def __init__(self, items: list[Object]) -> None:
        self.objects = {'/'.join(filter(None, (item['metadata'].get('namespace'), item['metadata']['name']))): item
                        for item in items}

    def get(self, namespace: str, name: str) -> Object | None:
        return self.objects.get(f'{namespace}/{name}' if namespace else name)

    def list(self, namespace: str = '') -> list[Object]:
        return [item for item in self.objects.values() if namespace in ('', item['metadata'].get('namespace'))]


class Listers:
    """Informers by resource."""

    def __init__(self, objects: dict[str, list[Object]]) -> None:
        self._objects = {resource: Objects(items) for resource, items in objects.items()}

    def of(self, resource: str) -> Objects:
        return self._objects.setdefault(resource, Objects([]))


class Table:
    """Some nodes with pods on them, and other objects."""

    def __init__(self, nodes: list[Object], pods: list[Object] | None = None, **objects: list[Object]) -> None:
        self.cache = Cache()
        for one in nodes:
            self.cache.set_node(one)
        for one in pods or ():
            self.cache.add_pod(PodInfo(one), one['spec']['nodeName'])
        listers = Listers({name.replace('__', '.'): items for name, items in objects.items()})
        self.handle = Handle(cast(Any, None), cast(Any, None), cast(Any, listers), self.cache)

    def verdicts(self, kind: type[Plugin], incoming: Object) -> dict[str, str]:
        """By node: why the plugin refuses it, '' if it does not; 'pod': why it refuses the pod altogether."""
        plugin, cycle = kind(self.handle), Cycle(PodInfo(incoming))
        answer = plugin.pre_filter(cycle)
        if isinstance(answer, Rejection):
            return {'pod': ', '.join(answer.reasons)}
        names = [info.name for info in self.cache.nodes]
        if answer is SKIP:
            return dict.fromkeys(names, '')
        looked = [info for info in self.cache.nodes if not isinstance(answer, Only) or info.name in answer.names]
        passed = {info.name for info in plugin.filter(cycle, looked)}
        left = {name: 'not looked at' for name in names if name not in {info.name for info in looked}}
        return {name: left.get(name) or ('' if name in passed else ', '.join(cycle.failed[name].reasons))
                for name in names}

    def fits(self, kind: type[Plugin], incoming: Object) -> list[str]:
        """The nodes that the plugin lets pass."""
        return sorted(name for name, why in self.verdicts(kind, incoming).items() if not why)

    def scores(self, kind: type[Plugin], incoming: Object) -> dict[str, int]:
        plugin, cycle, nodes = kind(self.handle), Cycle(PodInfo(incoming)), self.cache.nodes
        if plugin.pre_score(cycle, nodes) is SKIP:
            return dict.fromkeys((info.name for info in nodes), 0)
        return dict(zip((info.name for info in nodes), plugin.score(cycle, nodes), strict=True))
