"""configMapGenerator and secretGenerator."""

from __future__ import annotations

import base64
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.hashing import encode_hash
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.resources import Item


def generate(folder: Folder, kustomization: Object, items: list[Item]) -> None:
    """Make what the generators say; one with a behaviour changes what an earlier one made."""
    general = kustomization.get('generatorOptions') or {}
    for field, kind in (('configMapGenerator', 'ConfigMap'), ('secretGenerator', 'Secret')):
        for spec in kustomization.get(field) or []:
            _absorb(_make(folder, spec, kind, general), items)


def _make(folder: Folder, spec: Object, kind: str, general: Object) -> Item:
    meta: Object = {'name': spec.get('name', '')}
    if spec.get('namespace'):
        meta['namespace'] = spec['namespace']
    options = {**general, **(spec.get('options') or {})}
    for field in ('labels', 'annotations'):
        pairs = {**(general.get(field) or {}), **((spec.get('options') or {}).get(field) or {})}
        if pairs:
            meta[field] = pairs
    obj: Object = {'apiVersion': 'v1', 'kind': kind, 'metadata': meta}
    if kind == 'Secret':
        obj['type'] = spec.get('type') or 'Opaque'
    _fill(obj, _pairs(folder, spec))
    if options.get('immutable'):
        obj['immutable'] = True
    return Item(obj, hashed=not options.get('disableNameSuffixHash'),
                behavior=spec.get('behavior') or 'unspecified')


def _fill(obj: Object, pairs: dict[str, bytes]) -> None:
    for key, value in pairs.items():
        if obj['kind'] == 'Secret':
            obj.setdefault('data', {})[key] = base64.b64encode(value).decode()
            continue
        try:
            obj.setdefault('data', {})[key] = value.decode()
        except UnicodeDecodeError:
            obj.setdefault('binaryData', {})[key] = base64.b64encode(value).decode()


def _pairs(folder: Folder, spec: Object) -> dict[str, bytes]:
    found: dict[str, bytes] = {}

    def add(key: str, value: bytes) -> None:
        if key in found:
            raise KubectlError(f"configmap illegally repeats the key `{key}`")
        found[key] = value

    envs = [*(spec.get('envs') or []), *([spec['env']] if spec.get('env') else [])]
    for path in envs:
        for line in folder.read(path).decode('utf-8', 'replace').splitlines():
            text = line.lstrip()
            if text and not text.startswith('#'):
                key, _, value = text.partition('=')
                add(key, value.encode())
    for source in spec.get('files') or []:
        key, equals, path = source.partition('=')
        add(key if equals else source.rpartition('/')[2], folder.read(path if equals else source))
    for literal in spec.get('literals') or []:
        key, equals, value = literal.partition('=')
        if not equals or not key:
            raise KubectlError(f'invalid literal source {literal}, expected key=value')
        if len(value) >= 2 and value[0] == value[-1] and value[0] in '"\'':
            value = value[1:-1]
        add(key, value.encode())
    return found


def _absorb(item: Item, items: list[Item]) -> None:
    """ResMap.AbsorbAll."""
    same = [other for other in items if other.kind == item.kind and other.has_been(item.name) and (
        not item.namespace or other.has_been(item.name, item.namespace))]
    if not same:
        if item.behavior in ('merge', 'replace'):
            raise KubectlError(f"id {item.id()} does not exist; cannot merge or replace")
        items.append(item)
        return
    if item.behavior not in ('merge', 'replace'):
        raise KubectlError(f'may not add resource with an already registered id: {item.id()}')
    old = same[0]
    merged: dict[str, Any] = {}
    for field in ('data', 'binaryData'):
        before = old.obj.get(field) or {} if item.behavior == 'merge' else {}
        after = {**before, **(item.obj.get(field) or {})}
        if after:
            merged[field] = after
    meta = {**old.meta}
    for field in ('labels', 'annotations'):
        pairs = {**(old.meta.get(field) or {}), **(item.meta.get(field) or {})}
        if pairs:
            meta[field] = pairs
    old.obj = {**{key: value for key, value in old.obj.items() if key not in ('data', 'binaryData')},
               'metadata': meta, **merged}
    old.hashed = old.hashed or item.hashed


def add_hashes(items: list[Item]) -> None:
    """HashTransformer: the hash of the content, which does not depend on the name."""
    for item in items:
        if not item.hashed:
            continue
        obj = item.obj
        fields: Object = {'kind': item.kind, 'name': '', 'data': obj.get('data', '')}
        if item.kind == 'Secret':
            fields['type'] = obj.get('type', '')
        elif obj.get('binaryData'):
            fields['binaryData'] = obj['binaryData']
        item.rename(f'{item.name}-{encode_hash(fields)}')
