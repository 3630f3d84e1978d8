"""What a kustomization does to all its objects: names, namespace, labels, annotations, images, replicas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.resources import Item, walk

_UNPREFIXED = ('CustomResourceDefinition', 'APIService', 'Namespace')
_WORKLOADS = ('Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet')
_TEMPLATE = {
    **dict.fromkeys((*_WORKLOADS, 'Job', 'ReplicationController'), 'spec/template/metadata'),
    'CronJob': 'spec/jobTemplate/spec/template/metadata',
}
_IMAGE = re.compile(r'(.*?)(?::([\w.-]+))?(?:@(.+))?').fullmatch


def add_affix(items: list[Item], prefix: str, suffix: str) -> None:
    for item in items:
        if item.kind not in _UNPREFIXED:
            item.rename(f'{prefix}{item.name}{suffix}')
        item.affixes.append((prefix, suffix))


def set_namespace(items: list[Item], namespace: str) -> None:
    """On everything that lives in one; service accounts among the subjects of bindings follow."""
    for item in items:
        if item.kind == 'Namespace':
            item.rename(namespace)
        elif item.namespaced:
            item.rename(namespace=namespace)
    moved = {item.first_name for item in items if item.kind == 'ServiceAccount'} | {'default'}
    for item in items:
        for subject in item.obj.get('subjects') or [] if item.kind.endswith('RoleBinding') else []:
            if subject.get('kind') == 'ServiceAccount' and (subject.get('name') in moved or not subject.get(
                    'namespace')):
                subject['namespace'] = namespace


# -- labels and annotations ---------------------------------------------------------------------------------------


def add_labels(items: list[Item], pairs: dict[str, str], selectors: bool, templates: bool,
               fields: list[Object] | None = None) -> None:
    for item in items:
        _merge(item.meta, 'labels', pairs)
        if selectors or templates:
            for meta in _template_metadata(item):
                _merge(meta, 'labels', pairs)
        if selectors:
            _add_to_selectors(item, pairs)
        for spec in fields or []:
            if spec.get('kind') in (None, item.kind) and spec.get('group') in (None, item.group):
                _merge_at(item.obj, spec['path'].strip('/').split('/'), pairs, bool(spec.get('create')))


def add_annotations(items: list[Item], pairs: dict[str, str]) -> None:
    for item in items:
        _merge(item.meta, 'annotations', pairs)
        for meta in _template_metadata(item):
            _merge(meta, 'annotations', pairs)
        if item.kind == 'CronJob':
            _merge_at(item.obj, ['spec', 'jobTemplate', 'metadata', 'annotations'], pairs, True)


def _template_metadata(item: Item) -> Iterator[Object]:
    path = _TEMPLATE.get(item.kind)
    if path is None:
        return
    place: Any = item.obj
    for name in path.split('/'):
        if not isinstance(place, dict):
            return
        place = place.setdefault(name, {})
    yield place
    if item.kind == 'StatefulSet':
        for claim in (item.obj.get('spec') or {}).get('volumeClaimTemplates') or []:
            yield claim.setdefault('metadata', {})


def _add_to_selectors(item: Item, pairs: dict[str, str]) -> None:
    spec = item.obj.get('spec')
    if not isinstance(spec, dict):
        return
    if item.kind in _WORKLOADS:
        _merge(spec.setdefault('selector', {}), 'matchLabels', pairs)
    elif item.kind in ('Job', 'PodDisruptionBudget') and isinstance(spec.get('selector'), dict):
        _merge(spec['selector'], 'matchLabels', pairs)
    elif item.kind == 'ReplicationController' or (item.kind == 'Service' and spec.get('selector') is not None):
        _merge(spec, 'selector', pairs)
    elif item.kind == 'NetworkPolicy':
        _merge_at(item.obj, ['spec', 'podSelector', 'matchLabels'], pairs, False)


def _merge(place: Object, name: str, pairs: dict[str, str]) -> None:
    place[name] = {**(place.get(name) or {}), **pairs}


def _merge_at(obj: Object, path: list[str], pairs: dict[str, str], create: bool) -> None:
    if create:
        place = obj
        for name in path[:-1]:
            place = place.setdefault(name, {})
        _merge(place, path[-1], pairs)
        return
    for container, key in list(walk(obj, path)):
        _merge(container, key, pairs)


# -- images and replicas ------------------------------------------------------------------------------------------


def set_images(items: list[Item], images: list[Object]) -> None:
    for item in items:
        if item.kind != 'CustomResourceDefinition':
            for container in _containers(item.obj):
                for image in images:
                    container['image'] = _with_image(container['image'], image)


def _containers(value: Any) -> Iterator[Object]:
    """Every container with an image, wherever it is."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key in ('containers', 'initContainers') and isinstance(child, list):
                yield from (entry for entry in child if isinstance(entry, dict) and isinstance(entry.get('image'), str))
            yield from _containers(child)
    elif isinstance(value, list):
        for child in value:
            yield from _containers(child)


def _with_image(text: str, image: Object) -> str:
    """imagetag.Updater."""
    name, tag, digest = split_image(text)
    if not re.fullmatch(image.get('name', ''), name):
        return text
    name = image.get('newName') or name
    if image.get('digest'):
        return f'{name}@{image["digest"]}'
    if image.get('newTag') is not None:
        tag, digest = str(image['newTag']), ''
    if image.get('tagSuffix'):
        tag += image['tagSuffix']
    return name + (f':{tag}' if tag else '') + (f'@{digest}' if digest else '')


def split_image(text: str) -> tuple[str, str, str]:
    """Name, tag and digest; the port of a registry is no tag."""
    path, slash, last = text.rpartition('/')
    match = _IMAGE(last)
    assert match is not None
    return f'{path}{slash}{match[1]}', match[2] or '', match[3] or ''


def set_replicas(items: list[Item], replicas: list[Object]) -> None:
    for entry in replicas:
        found = False
        for item in items:
            if item.kind in ('Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController') and \
                    item.has_been(entry.get('name', '')):
                item.obj.setdefault('spec', {})['replicas'] = entry.get('count', 0)
                found = True
        if not found:
            raise KubectlError(
                f'resource with name {entry.get("name", "")} does not match a config with the following GVK '
                '[Deployment.[noVer].[noGrp] ReplicationController.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] '
                'StatefulSet.[noVer].[noGrp]]')
