"""Making strategic merge patches: two-way, and three-way as `kubectl apply` sends them (strategicpatch.diffMaps)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tutor.apimachinery.patches import strategic
from tutor.apimachinery.patches.merge import same
from tutor.apimachinery.patches.strategy import (
    DELETE_PRIMITIVES,
    ELEMENT_ORDER,
    MARKER,
    RETAIN_KEYS,
    PatchError,
    Shape,
)
from tutor.apimachinery.schema import Definition

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Options:
    element_order: bool = False
    ignore_deletions: bool = False
    ignore_changes: bool = False
    retain_keys: bool = False


def two_way(original: Object, modified: Object, definition: Definition | None) -> Object:
    """CreateTwoWayMergePatch: the patch that makes `modified` of `original`."""
    return _diff_maps(original, modified, Shape(definition), _Options(element_order=True))


def three_way(original: Object, modified: Object, current: Object, definition: Definition | None) -> Object:
    """CreateThreeWayMergePatch: changes against the object as it is, deletions against what was applied last."""
    shape = Shape(definition)
    changes = _diff_maps(current, modified, shape, _Options(element_order=True, ignore_deletions=True))
    deletions = _diff_maps(original, modified, shape, _Options(element_order=True, ignore_changes=True))
    return strategic.combine(deletions, changes, shape)


def _diff_maps(original: Object, modified: Object, shape: Shape, options: _Options) -> Object:
    patch: Object = {}
    for key in sorted(modified):
        value = modified[key]
        if key not in original:
            if not options.ignore_changes:
                patch[key] = value
        elif key == MARKER:
            patch[key] = value
        elif original[key].__class__ is not value.__class__:
            if not options.ignore_changes:
                patch[key] = value
        elif isinstance(value, dict):
            _map_field(key, original[key], value, patch, shape, options)
        elif isinstance(value, list):
            _list_field(key, original[key], value, patch, shape, options)
        elif not options.ignore_changes and original[key] != value:
            patch[key] = value
    if not options.ignore_deletions:
        patch |= {key: None for key in sorted(original) if key not in modified}
    if options.retain_keys:
        kept = sorted(key for key, value in modified.items() if value is not None)
        if kept and (patch or any(key not in modified for key in original)):
            patch[RETAIN_KEYS] = kept
    return patch


def _map_field(key: str, original: Object, modified: Object, patch: Object, shape: Shape, options: _Options) -> None:
    strategy, retain_keys, _ = shape.strategy(key)
    if strategy == 'replace':
        if not options.ignore_changes and not same(original, modified):
            patch[key] = modified
        return
    nested = _diff_maps(original, modified, shape.below(key), replace(options, retain_keys=retain_keys))
    if nested:
        patch[key] = nested


def _list_field(key: str, original: list[Any], modified: list[Any], patch: Object, shape: Shape,
                options: _Options) -> None:
    strategy, retain_keys, merge_key = shape.strategy(key)
    if strategy != 'merge':
        if not options.ignore_changes and not same(original, modified):
            patch[key] = modified
        return
    options = replace(options, retain_keys=retain_keys)
    if not original:
        if modified and not options.ignore_changes:
            patch[key] = modified
    elif strategic.of_maps(original, modified):
        _list_of_maps(key, original, modified, patch, shape.below(key), merge_key, options)
    else:
        _list_of_scalars(key, original, modified, patch, options)


def _list_of_maps(key: str, original: list[Any], modified: list[Any], patch: Object, shape: Shape, merge_key: str,
                  options: _Options) -> None:
    changed: list[Any] = []
    for before, after in _paired(original, modified, merge_key):
        if before is None:
            if not options.ignore_changes:
                changed.append(after)
        elif after is None:
            if not options.ignore_deletions:
                changed.append({MARKER: 'delete', merge_key: before[merge_key]})
        elif nested := _diff_maps(before, after, shape, options):
            changed.append({**nested, merge_key: after[merge_key]})
    if changed:
        patch[key] = changed
    moved = [_name(item, merge_key) for item in original] != [_name(item, merge_key) for item in modified]
    if options.element_order and (changed or (moved and not options.ignore_changes)):
        patch[ELEMENT_ORDER + key] = [{merge_key: item[merge_key]} for item in modified]


def _paired(original: list[Any], modified: list[Any], merge_key: str) -> Iterator[tuple[Any, Any]]:
    """diffListsOfMaps: what both lists have under the same key, and what only one of them has (the other is None)."""
    left, right = _by_key(original, merge_key), _by_key(modified, merge_key)
    while left or right:
        if left and right and left[-1][0] == right[-1][0]:
            yield left.pop()[1], right.pop()[1]
        elif not left or (right and right[-1][0] < left[-1][0]):
            yield None, right.pop()[1]
        else:
            yield left.pop()[1], None


def _by_key(items: list[Any], merge_key: str) -> list[tuple[str, Any]]:
    """sortMapsBasedOnField, the first at the end. Its Less is not strict: items of equal keys change places."""
    return sorted(((_name(item, merge_key), item) for item in items), key=lambda pair: pair[0], reverse=True)


def _list_of_scalars(key: str, original: list[Any], modified: list[Any], patch: Object, options: _Options) -> None:
    added = [item for item in modified if item not in original]
    gone = [item for item in original if item not in modified]
    if added and not options.ignore_changes:
        patch[key] = added
    if gone and not options.ignore_deletions:
        patch[DELETE_PRIMITIVES + key] = gone
    if options.element_order and ((gone and not options.ignore_deletions)
                                  or (original != modified and not options.ignore_changes)):
        patch[ELEMENT_ORDER + key] = modified


def _name(item: Any, merge_key: str) -> str:
    if merge_key not in item:
        raise PatchError(f'map: {strategic.go_text(item)} does not contain declared merge key: {merge_key}')
    return f'{type(item[merge_key]).__name__}:{item[merge_key]}'
