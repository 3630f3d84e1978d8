"""The built-in transformers: what each does to all objects, by its own configuration (api/internal/builtins)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.fields import FieldSpec, Place, places
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.resources import Id, Kind, ResMap, sort

Transformer = Callable[[Folder, Object, ResMap], None]
"""Called with the folder it is configured in, its configuration and the objects; raises KubectlError."""

_UNNAMED = (Kind(kind='CustomResourceDefinition'), Kind('apiregistration.k8s.io', '', 'APIService'),
            Kind(kind='Namespace'))
"""Whose names get neither prefix nor suffix."""


def field_specs(config: Object) -> list[FieldSpec]:
    """The field specs of a configuration, which may be read already."""
    return [spec if isinstance(spec, FieldSpec) else FieldSpec.of(spec) for spec in config.get('fieldSpecs') or []]


# -- names and namespaces -----------------------------------------------------------------------------------------


def add_prefix(folder: Folder, config: Object, items: ResMap) -> None:
    _affix(config, items, config.get('prefix') or '', '')


def add_suffix(folder: Folder, config: Object, items: ResMap) -> None:
    _affix(config, items, '', config.get('suffix') or '')


def _affix(config: Object, items: ResMap, prefix: str, suffix: str) -> None:
    for item in items:
        if not (prefix or suffix) or any(kind.selects(item.first_id.gvk) for kind in _UNNAMED):
            continue
        for spec in field_specs(config):
            if not spec.gvk.selects(item.first_id.gvk):
                continue
            if spec.path == 'metadata/name':
                item.prefixes += [prefix] if prefix else []
                item.suffixes += [suffix] if suffix else []
                item.remember()
            for container, key in places(item, spec):
                container[key] = f'{prefix}{container[key]}{suffix}'


def set_namespace(folder: Folder, config: Object, items: ResMap) -> None:
    """NamespaceTransformer: on everything that lives in one; of the subjects of bindings the account `default`."""
    namespace = (config.get('metadata') or {}).get('namespace') or ''
    if not namespace:
        return
    only_empty, subjects = config.get('unsetOnly'), config.get('setRoleBindingSubjects') or 'defaultOnly'
    for item in items:
        item.remember()
        if not item.id.cluster_scoped:
            _set_space(item.meta, namespace, only_empty)
        if item.kind in ('RoleBinding', 'ClusterRoleBinding'):
            for subject in item.obj.get('subjects') or []:
                if (subjects == 'allServiceAccounts' and subject.get('kind') == 'ServiceAccount') or \
                        (subjects == 'defaultOnly' and subject.get('name') == 'default'):
                    _set_space(subject, namespace, only_empty)
        for spec in field_specs(config):
            if spec.path != 'metadata/namespace':
                for container, key in places(item, spec, ''):
                    if not only_empty or not container[key]:
                        container[key] = namespace
        same = [other for other in items if other.id.equals(item.id)]
        if len(same) > 1:
            shown = ' '.join(str(other) for other in same)
            raise KubectlError(f'namespace transformation produces ID conflict: [{shown}]')


def _set_space(place: Object, namespace: str, only_empty: bool | None) -> None:
    if not only_empty or not place.get('namespace'):
        place['namespace'] = namespace


# -- labels and annotations ---------------------------------------------------------------------------------------


def add_labels(folder: Folder, config: Object, items: ResMap) -> None:
    _add_pairs(config, config.get('labels') or {}, items)


def add_annotations(folder: Folder, config: Object, items: ResMap) -> None:
    _add_pairs(config, config.get('annotations') or {}, items)


def _add_pairs(config: Object, pairs: dict[str, str], items: ResMap) -> None:
    if not pairs:
        return
    for item in items:
        for spec in field_specs(config):
            for container, key in places(item, spec, {}):
                container[key] = {**(container[key] or {}), **pairs}


# -- images and replicas ------------------------------------------------------------------------------------------


def set_image(folder: Folder, config: Object, items: ResMap) -> None:
    """ImageTagTransformer: of all containers, and where the field specs say."""
    image = config.get('imageTag') or {}
    for item in items:
        found = [] if item.kind == 'CustomResourceDefinition' else list(_images(item.obj))
        # Both are done, as kustomize does it: a suffix comes to most images twice.
        for container, key in [*found, *(place for spec in field_specs(config) for place in places(item, spec))]:
            if isinstance(container[key], str):
                container[key] = with_image(container[key], image)


def _images(value: Any) -> Iterator[Place]:
    """imagetag.LegacyFilter: every container with an image, wherever it is."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key in ('containers', 'initContainers') and isinstance(child, list):
                yield from ((entry, 'image') for entry in child if isinstance(entry, dict) and entry.get('image'))
            yield from _images(child)
    elif isinstance(value, list):
        for child in value:
            yield from _images(child)


def with_image(text: str, image: Object) -> str:
    """imagetag.Updater."""
    try:
        matched = re.search(rf'^{image.get("name") or ""}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$', text)
    except re.error:
        return text
    if not matched:
        return text
    name, tag, digest = split_image(text)
    name = image.get('newName') or name
    if image.get('newTag') or image.get('digest'):
        tag, digest = image.get('newTag') or '', image.get('digest') or ''
    elif image.get('tagSuffix'):
        tag, digest = f'{tag}{image["tagSuffix"]}', ''
    return name + (f':{tag}' if tag else '') + (f'@{digest}' if digest else '')


def split_image(text: str) -> tuple[str, str, str]:
    """Name, tag and digest; the port of a registry is no tag."""
    host, slash, rest = text.partition('/')
    if not slash or not host:
        host, slash, rest = '', '', text
    rest, _, digest = rest.partition('@')
    rest, _, tag = rest.partition(':')
    return f'{host}{slash}{rest}', tag, digest


def set_replicas(folder: Folder, config: Object, items: ResMap) -> None:
    replica, specs, found = config.get('replica') or {}, field_specs(config), False
    for spec in specs:
        def matches(each: Id, spec: FieldSpec = spec) -> bool:
            return each.name == (replica.get('name') or '') and spec.gvk.selects(each.gvk)
        for item in items.by_any_id(matches):
            found = True
            for container, key in places(item, spec, 0):
                container[key] = replica.get('count') or 0
    if not found:
        raise KubectlError(f'resource with name {replica.get("name") or ""} does not match a config with the following '
                           f'GVK [{" ".join(str(spec.gvk) for spec in specs)}]')


# -- the others ---------------------------------------------------------------------------------------------------


def sort_order(folder: Folder, config: Object, items: ResMap) -> None:
    sort(items, config.get('sortOptions') or {'order': 'fifo'})


def add_value(folder: Folder, config: Object, items: ResMap) -> None:
    """ValueAddTransformer."""
    value = str(config.get('value') or '')
    if not value or config.get('targetFilePath') == '':
        raise KubectlError('must specify either value or targetFilePath')
    for target in config.get('targets') or []:
        selector = Kind.of(target.get('selector') or {})
        for item in items:
            if selector.selects(item.gvk):
                spec = FieldSpec(target.get('fieldPath') or '', create=True)
                for container, key in places(item, spec, value):
                    container[key] = value
