"""Patches of a kustomization: strategic merges and JSON patches, on targets or on what they name themselves."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery.decode import DecodeError, documents
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches import json_patch, merge, strategic
from tutor.apimachinery.patches.strategy import PatchError, Shape
from tutor.apimachinery.schema import for_object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.resources import Item, Selector

_IDENTITY = ('apiVersion', 'kind')


def apply_strategic(folder: Folder, entries: list[str], items: list[Item]) -> None:
    """patchesStrategicMerge: files or inline texts that name their target."""
    for entry in entries:
        for patch in _documents(folder.read(entry).decode() if folder.exists(entry) else entry):
            _merge_into(_named(patch, items), patch, items, {})


def apply_json6902(folder: Folder, entries: list[Object], items: list[Item]) -> None:
    """patchesJson6902: each has its target."""
    for entry in entries:
        target = {**entry.get('target', {})}
        found = [item for item in items if Selector({name: f'^{value}$' for name, value in target.items()}).matches(
            item)]
        for item in found:
            _operate(item, _parsed(_text(folder, entry))[0])


def apply_patches(folder: Folder, entries: list[Object], items: list[Item]) -> None:
    """patches: of either form, with or without a target."""
    for entry in entries:
        options = entry.get('options') or {}
        for patch in _parsed(_text(folder, entry)):
            if isinstance(patch, list):
                if not entry.get('target'):
                    raise KubectlError('must specify a target for JSON patch ' + json.dumps(patch))
                for item in _targets(entry['target'], items):
                    _operate(item, patch)
            elif entry.get('target'):
                for item in _targets(entry['target'], items):
                    _merge_into([item], patch, items, options)
            else:
                _merge_into(_named(patch, items), patch, items, options)


def _text(folder: Folder, entry: Object) -> str:
    if entry.get('patch') and entry.get('path'):
        raise KubectlError('patch and path can\'t be set at the same time')
    if entry.get('path'):
        try:
            return folder.read(entry['path']).decode('utf-8', 'replace')
        except KubectlError as error:
            raise KubectlError(f'failed to get the patch file from path({entry["path"]}): {error}') from None
    if not entry.get('patch'):
        raise KubectlError('must specify one of patch and path in PatchTransformer')
    return entry['patch']


def _parsed(text: str) -> list[Any]:
    found = _documents(text)
    if not found:
        raise KubectlError('unable to parse SM or JSON patch from ' + json.dumps(text))
    return found


def _documents(text: str) -> list[Any]:
    try:
        return list(documents(text))
    except DecodeError:
        raise KubectlError('unable to parse SM or JSON patch from ' + json.dumps(text)) from None


def _targets(target: Object, items: list[Item]) -> list[Item]:
    selector = Selector(target)
    return [item for item in items if selector.matches(item)]


def _named(patch: Object, items: list[Item]) -> list[Item]:
    """The one object that a patch names."""
    wanted = Item(patch)
    found = [item for item in items if (item.group, item.version, item.kind) == (
        wanted.group, wanted.version, wanted.kind) and item.has_been(wanted.name) and (
            not wanted.namespace or item.has_been(wanted.name, wanted.namespace))]
    if len(found) != 1:
        why = f'no matches for Id {wanted.id()}' if not found else f'multiple matches for Id {wanted.id()}'
        raise KubectlError(f'no resource matches strategic merge patch "{wanted.id()}": {why}; failed to find unique '
                           f'target for patch {wanted.id()}')
    return found


def _merge_into(targets: list[Item], patch: Object, items: list[Item], options: Object) -> None:
    for item in targets:
        if patch.get('$patch') == 'delete':
            items.remove(item)
            continue
        kind, name = {key: item.obj.get(key) for key in _IDENTITY}, item.name
        try:
            definition = for_object(item.obj)
            kept = () if options.get('allowKindChange') else _IDENTITY
            body = {key: value for key, value in patch.items() if key not in kept}
            merged = strategic.merge(item.obj, body, Shape(definition)) if definition else merge.apply(item.obj, body)
        except PatchError as error:
            raise KubectlError(str(error)) from None
        if not options.get('allowKindChange'):
            merged.update(kind)
        if not options.get('allowNameChange'):
            merged['metadata']['name'] = name
        item.obj = merged
        item.rename(item.name)


def _operate(item: Item, operations: list[Any]) -> None:
    try:
        item.obj = json_patch.apply(item.obj, operations)
    except StatusError:
        raise KubectlError(f'add operation does not apply: doc is missing path: {json.dumps(operations)}: missing '
                           'value') from None
    item.rename(item.name)
