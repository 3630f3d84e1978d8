"""configMapGenerator and secretGenerator (api/internal/generators)."""

from __future__ import annotations

import base64
from typing import Any

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.hashing import encode_hash
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.resources import Item, ResMap

LINE = 70


def make(folder: Folder, kind: str, spec: Object, general: Object) -> Item:
    """The ConfigMap or Secret of a generator; `general` are the generatorOptions. Raises KubectlError."""
    options = _options(spec.get('options') or {}, general)
    if not spec.get('name'):
        raise KubectlError('a configmap must have a name')
    meta: Object = {'name': spec['name']}
    if spec.get('namespace'):
        meta['namespace'] = spec['namespace']
    obj: Object = {'apiVersion': 'v1', 'kind': kind, 'metadata': meta}
    if kind == 'Secret':
        obj |= {'type': spec.get('type') or 'Opaque', 'data': {}}
    for key, value in _pairs(folder, spec).items():
        _put(obj, key, value)
    for field in ('labels', 'annotations'):
        if options.get(field):
            meta[field] = options[field]
    if options.get('immutable'):
        obj['immutable'] = True
    return Item(obj, hashed=not options.get('disableNameSuffixHash'), behavior=spec.get('behavior') or '')


def _options(local: Object, general: Object) -> Object:
    """MergeGlobalOptionsIntoLocal."""
    found: Object = {name: {**(general.get(name) or {}), **(local.get(name) or {})}
                     for name in ('labels', 'annotations')}
    for name in ('disableNameSuffixHash', 'immutable'):
        found[name] = general.get(name) or local.get(name)
    return found


def _put(obj: Object, key: str, value: bytes) -> None:
    if obj['kind'] == 'Secret':
        obj.setdefault('data', {})[key] = encoded(value)
        return
    try:
        obj.setdefault('data', {})[key] = value.decode()
    except UnicodeDecodeError:
        if not obj['data']:
            del obj['data']
        obj.setdefault('binaryData', {})[key] = encoded(value)


def encoded(value: bytes) -> str:
    """Base64, in lines when it is long (encodeBase64)."""
    text = base64.b64encode(value).decode()
    if len(text) < LINE:
        return text
    return ''.join(f'{text[start:start + LINE]}\n' for start in range(0, len(text), LINE))


# -- keys and values ----------------------------------------------------------------------------------------------


def _pairs(folder: Folder, spec: Object) -> dict[str, bytes]:
    """makeValidatedDataMap."""
    found: dict[str, bytes] = {}
    for key, value in _loaded(folder, spec):
        if key in found:
            raise KubectlError(f'configmap {spec["name"]} illegally repeats the key `{key}`')
        found[key] = value
    return found


def _loaded(folder: Folder, spec: Object) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for field, words, load in _SOURCES:
        sources = spec.get(field) or []
        for source in sources:
            try:
                found += load(folder, source)
            except KubectlError as error:
                raise KubectlError(f'loading KV pairs: {words} [{" ".join(sources)}]: {error}') from None
    return found


def _of_environment(folder: Folder, path: str) -> list[tuple[str, bytes]]:
    found = []
    for number, line in enumerate(folder.read(path).split(b'\n')):
        text = line.removesuffix(b'\r')
        text = (text.removeprefix(b'\xef\xbb\xbf') if number == 0 else text).decode('utf-8', 'replace').lstrip()
        if not text or text.startswith('#'):
            continue
        key, _, value = text.partition('=')
        found.append((key, value.encode()))
    return found


def _literal(_folder: Folder, source: str) -> list[tuple[str, bytes]]:
    key, equals, value = source.partition('=')
    if not equals or not key:
        raise KubectlError(f'invalid literal source {source}, expected key=value')
    if len(value) > 1 and value[0] == value[-1] and value[0] in '"\'':
        value = value[1:-1]
    return [(key, value.encode())]


def _of_file(folder: Folder, source: str) -> list[tuple[str, bytes]]:
    """ParseFileSource."""
    key, equals, path = source.partition('=')
    if not equals:
        return [(source.rpartition('/')[2], folder.read(source))]
    if not key:
        raise KubectlError(f'missing key name for file path {_quote(path)} in source {_quote(source)}')
    if not path:
        raise KubectlError(f'missing file path for key name {_quote(key)} in source {_quote(source)}')
    if '=' in path:
        raise KubectlError(f"source {_quote(source)} key name or file path contains '='")
    return [(key, folder.read(path))]


_SOURCES = (('envs', 'env source files:', _of_environment), ('literals', 'literal sources', _literal),
            ('files', 'file sources:', _of_file))


def _quote(text: str) -> str:
    return go_quote(text)


# -- into the build -----------------------------------------------------------------------------------------------


def absorb(items: ResMap, item: Item) -> None:
    """appendReplaceOrMerge. Raises KubectlError."""
    new = item.id
    same = items.by_any_id(new.equals)
    if not same:
        if item.behavior in ('merge', 'replace'):
            raise KubectlError(f'id {_go_id(item)} does not exist; cannot merge or replace')
        items.add([item])
        return
    if len(same) > 1:
        raise KubectlError(f'found multiple objects {[str(each.id) for each in same]} that could accept merge of {new}')
    if item.behavior not in ('merge', 'replace'):
        raise KubectlError(f'id {_go_id(item)} exists; behavior must be merge or replace')
    old = same[0]
    for field in ('labels', 'annotations'):
        pairs = {**(old.meta.get(field) or {}), **(item.meta.get(field) or {})}
        if pairs:
            item.meta[field] = pairs
    item.set_meta('name', old.name)
    item.set_meta('namespace', old.namespace)
    if item.behavior == 'merge':
        for field in ('data', 'binaryData'):
            pairs = {**(old.obj.get(field) or {}), **(item.obj.get(field) or {})}
            if pairs:
                item.obj[field] = pairs
        item.origin = old.origin or item.origin
    item.previous, item.prefixes, item.suffixes = old.previous, old.prefixes, old.suffixes
    item.hashed = old.hashed and item.hashed
    item.variables = old.variables
    items[items.index(old)] = item


def _go_id(item: Item) -> str:
    """%#v of a ResId."""
    gvk = item.gvk
    return (f'resid.ResId{{Gvk:resid.Gvk{{Group:{_quote(gvk.group)}, Version:{_quote(gvk.version)}, '
            f'Kind:{_quote(gvk.kind)}, isClusterScoped:{str(item.id.cluster_scoped).lower()}}}, '
            f'Name:{_quote(item.name)}, Namespace:{_quote(item.namespace)}}}')


def add_hashes(items: ResMap) -> None:
    """HashTransformer: the hash of the content, which does not depend on the name."""
    for item in items:
        if item.hashed:
            item.remember()
            item.meta['name'] = f'{item.name}-{_hash(item.obj)}'


def _hash(obj: Object) -> str:
    fields: dict[str, Any] = {'kind': obj['kind'], 'name': '', 'data': obj.get('data', '')}
    if obj['kind'] == 'Secret':
        fields['type'] = obj.get('type') or ''
        if obj.get('stringData'):
            fields['stringData'] = obj['stringData']
    elif obj.get('binaryData'):
        fields['binaryData'] = obj['binaryData']
    return encode_hash(fields)
