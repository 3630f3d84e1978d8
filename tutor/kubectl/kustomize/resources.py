"""The objects of a build, with what they were called on the way: later names are made of earlier ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.objects import Object, annotations, labels
from tutor.apimachinery.resources import RESOURCES

CLUSTER_KINDS = frozenset((item.group, item.kind) for item in RESOURCES if not item.namespaced)


@dataclass(slots=True)
class Item:
    """One object. `names` are all (namespace, name) pairs it has had, the first one first; `affixes` are the
    prefixes and suffixes put on it. `hashed` asks for the hash of its content at the end of its name."""

    obj: Object
    names: list[tuple[str, str]] = field(default_factory=list)
    affixes: list[tuple[str, str]] = field(default_factory=list)
    hashed: bool = False
    behavior: str = 'unspecified'

    def __post_init__(self) -> None:
        if not self.names:
            self.names.append((self.namespace, self.name))

    @property
    def meta(self) -> Object:
        return self.obj.setdefault('metadata', {})

    @property
    def kind(self) -> str:
        return self.obj.get('kind', '')

    @property
    def group(self) -> str:
        return self.obj.get('apiVersion', '').rpartition('/')[0]

    @property
    def version(self) -> str:
        return self.obj.get('apiVersion', '').rpartition('/')[2]

    @property
    def name(self) -> str:
        return (self.obj.get('metadata') or {}).get('name', '')

    @property
    def namespace(self) -> str:
        return (self.obj.get('metadata') or {}).get('namespace', '')

    @property
    def namespaced(self) -> bool:
        return (self.group, self.kind) not in CLUSTER_KINDS

    @property
    def first_name(self) -> str:
        return self.names[0][1]

    def rename(self, name: str = '', namespace: str = '') -> None:
        """Give it another name or namespace, and remember the one it had."""
        if name:
            self.meta['name'] = name
        if namespace:
            self.meta['namespace'] = namespace
        if self.names[-1] != (self.namespace, self.name):
            self.names.append((self.namespace, self.name))

    def has_been(self, name: str, namespace: str | None = None) -> bool:
        return any(known == name and (namespace is None or space == namespace) for space, known in self.names)

    def id(self) -> str:
        """ResId.String: 'Deployment.v1.apps/web.[noNs]'."""
        gvk = f'{self.kind}.{self.version or "[noVer]"}.{self.group or "[noGrp]"}'
        return f'{gvk}/{self.name or "[noName]"}.{self.namespace or "[noNs]"}'


class Selector:
    """What a patch or replacement is for (types.Selector): regular expressions that match whole words."""

    def __init__(self, fields: Object) -> None:
        self._patterns = {name: re.compile(fields[name]) for name in (
            'group', 'version', 'kind', 'name', 'namespace') if fields.get(name)}
        self._labels = _label_selector(fields.get('labelSelector'))
        self._annotations = _label_selector(fields.get('annotationSelector'))

    def matches(self, item: Item) -> bool:
        for name in ('group', 'version', 'kind'):
            pattern = self._patterns.get(name)
            if pattern is not None and not pattern.fullmatch(getattr(item, name)):
                return False
        if not any(self._names(space, name) for space, name in (*item.names, (item.namespace, item.name))):
            return False
        return (self._labels is None or self._labels.matches(labels(item.obj))) and (
            self._annotations is None or self._annotations.matches(annotations(item.obj)))

    def _names(self, namespace: str, name: str) -> bool:
        wanted = self._patterns.get('name'), self._patterns.get('namespace')
        return ((wanted[0] is None or wanted[0].fullmatch(name) is not None)
                and (wanted[1] is None or wanted[1].fullmatch(namespace) is not None))


def _label_selector(text: str | None) -> Any:
    from tutor.apimachinery.selectors import parse
    return parse(text) if text else None


_FIRST = ('Namespace', 'ResourceQuota', 'StorageClass', 'CustomResourceDefinition', 'ServiceAccount',
          'PodSecurityPolicy', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'ConfigMap', 'Secret',
          'Endpoints', 'Service', 'LimitRange', 'PriorityClass', 'PersistentVolume', 'PersistentVolumeClaim',
          'Deployment', 'StatefulSet', 'CronJob', 'PodDisruptionBudget')
_LAST = ('MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration')
_RANK = {**{kind: index - len(_FIRST) for index, kind in enumerate(_FIRST)},
         **{kind: index + 1 for index, kind in enumerate(_LAST)}}


def in_order(items: Iterable[Item]) -> list[Item]:
    """The order in which things are to be made (legacy sort)."""
    return sorted(items, key=lambda item: (
        _RANK.get(item.kind, 0), f'{item.group or "~G"}_{item.version or "~V"}_{item.kind or "~K"}',
        item.namespace or '~X', item.name))


def walk(value: Any, path: list[str]) -> Iterator[tuple[Any, Any]]:
    """The places that a field path leads to, through lists: (container, key)."""
    if isinstance(value, list):
        for element in value:
            yield from walk(element, path)
    elif isinstance(value, dict) and path and path[0] in value:
        if len(path) == 1:
            yield value, path[0]
        else:
            yield from walk(value[path[0]], path[1:])
