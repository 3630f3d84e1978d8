"""Patches of a kustomization: strategic merges and JSON patches, on targets or on what they name themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tutor.apimachinery.decode import DecodeError, documents
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches import operations
from tutor.apimachinery.printing.yaml import to_yaml
from tutor.apimachinery.schema import for_object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.documents import from_bytes
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.merging import merge
from tutor.kubectl.kustomize.resources import Id, Item, Kind, ResMap, Selector


@contextmanager
def configuring(kind: str, config: Object) -> Iterator[None]:
    """What is wrong with a configuration is said with it (configureBuiltinPlugin)."""
    try:
        yield
    except KubectlError as error:
        raise KubectlError(f'trouble configuring builtin {kind} with config: `\n{shown(config)}`: {error}') from None


def shown(config: Object) -> str:
    """A configuration as it was written, without what is empty."""
    return to_yaml({name: value for name, value in config.items() if value})


def patch_transformer(folder: Folder, config: Object, items: ResMap) -> None:
    """PatchTransformer: a patch of either form. Raises KubectlError."""
    fields = {name: config.get(name) for name in ('options', 'patch', 'path', 'target')}
    target, options = config.get('target'), config.get('options') or {}
    with configuring('PatchTransformer', fields):
        text, source = _text(folder, fields)
        merges, found = _merges(text), _operations(text)
        if merges is not None and found is not None:
            raise KubectlError(f'illegally qualifies as both an SM and JSON patch: {source}')
        if merges is None and found is None:
            raise KubectlError(f'unable to parse SM or JSON patch from {source}')
    if not merges:
        if target is None:
            raise KubectlError(f'must specify a target for JSON patch {source}')
        for item in _selected(target, items):
            item.remember()
            _operate(item, found or [])
        return
    for patch in merges:
        _merge(patch, target, options, items)


def _text(folder: Folder, config: Object) -> tuple[str, str]:
    """The patch, and how errors name it."""
    path, patch = config['path'] or '', (config['patch'] or '').strip()
    if not patch and not path:
        raise KubectlError(f'must specify one of patch and path in\n{shown(config)}')
    if patch and path:
        raise KubectlError(f"patch and path can't be set at the same time\n{shown(config)}")
    if patch:
        return patch, f'[patch: {go_quote(patch)}]'
    try:
        return folder.read(path).decode('utf-8', 'replace'), f'[path: {go_quote(path)}]'
    except KubectlError as error:
        raise KubectlError(f'failed to get the patch file from path({path}): {error}') from None


def _merge(patch: Item, target: Object | None, options: Object, items: ResMap) -> None:
    if target is None:
        merge_into(_named(patch, items), patch, options)
        return
    for item in _selected(target, items):
        merge_into(item, patch, options)
    left, items[:] = [item for item in items if item.obj], []
    items.add(left)


def _selected(target: Object, items: ResMap) -> list[Item]:
    try:
        selector = Selector(target)
    except KubectlError as error:
        name = Id(Kind.of(target), target.get('name') or '', target.get('namespace') or '')
        where = f'{name}:a={target.get("annotationSelector") or ""}:l={target.get("labelSelector") or ""}'
        raise KubectlError(f'unable to find patch target {go_quote(where)} in `resources`: {error}') from None
    return [item for item in items if selector.matches(item)]


def _named(patch: Item, items: ResMap) -> Item:
    """The one object that a patch names."""
    try:
        return items.one(patch.first_id)
    except KubectlError as error:
        raise KubectlError(f'no resource matches strategic merge patch "{patch.first_id}": {error}') from None


def strategic_transformer(folder: Folder, config: Object, items: ResMap) -> None:
    """PatchStrategicMergeTransformer: files or inline texts that name their targets. Raises KubectlError."""
    paths, text = config.get('paths') or [], config.get('patches') or ''
    patches: list[Item] = []
    with configuring('PatchStrategicMergeTransformer', {'patches': text, 'paths': paths}):
        for entry in [*paths, *([text] if text else [])]:
            patches += _merges(entry) or _of_file(folder, entry)
        if not patches:
            raise KubectlError(f'patch appears to be empty; files=[{" ".join(paths)}], Patch={text}')
    for patch in patches:
        merge_into(items.one(patch.first_id), patch, {})


def _of_file(folder: Folder, path: str) -> list[Item]:
    data = folder.read(path)
    try:
        return from_bytes(data)
    except DecodeError as error:
        text = str(error).removeprefix('error converting YAML to JSON: ')
        raise KubectlError(f'MalformedYAMLError: {text} in File: {path}') from None


def json_transformer(folder: Folder, config: Object, items: ResMap) -> None:
    """PatchJson6902Transformer: the target has a name. Raises KubectlError."""
    target, path, text = config.get('target') or {}, config.get('path') or '', config.get('jsonOp') or ''
    with configuring('PatchJson6902Transformer', {'jsonOp': text, 'path': path, 'target': target}):
        if not target.get('name'):
            raise KubectlError('must specify the target name')
        if not path and not text:
            raise KubectlError('empty file path and empty jsonOp')
        if path and text:
            raise KubectlError(f"must specify a file path '{path}' or a json patch '{text}', not both")
        text = folder.read(path).decode('utf-8', 'replace') if path else text
        found = _operations(text)
        if found is None:
            raise KubectlError(f'loading {text}: the patch is no list of operations')
    for item in _selected(target, items):
        item.remember()
        _operate(item, found)


def _operations(text: str) -> list[Object] | None:
    """The operations of a JSON patch, None for what is none."""
    try:
        found: Any = next(documents(text), None)
    except DecodeError:
        return None
    return found if isinstance(found, list) and all(isinstance(each, dict) for each in found) else None


def _merges(text: str) -> list[Item] | None:
    """The objects of a strategic merge patch, None for what is none."""
    try:
        return from_bytes(text)
    except (DecodeError, KubectlError):
        return None


def merge_into(item: Item, patch: Item, options: Object) -> None:
    """Resource.ApplySmPatch. Raises KubectlError."""
    kind, name, namespace, version = item.kind, item.name, item.namespace, item.obj.get('apiVersion')
    if options.get('allowNameChange') or options.get('allowKindChange'):
        item.remember()
    item.obj = merge(item.obj, patch.obj, for_object(item.obj))
    if not item.obj:
        return
    item.obj['apiVersion'] = version
    if not options.get('allowKindChange'):
        item.obj['kind'] = kind
    if not options.get('allowNameChange'):
        item.set_meta('name', name)
    item.set_meta('namespace', namespace)


def _operate(item: Item, found: list[Object]) -> None:
    # The annotations of the build itself are there by now, so that a patch may add to them.
    item.meta.setdefault('annotations', {})
    try:
        item.obj = operations.apply(item.obj, found)
    except operations.JsonPatchError as error:
        raise KubectlError(str(error)) from None
    if any(operation.get('path') == '/metadata/annotations' for operation in found):
        item.origin, item.transformations = None, []
