"""RFC 7386: JSON merge patches."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def apply(obj: Any, patch: Any) -> Any:
    """The patched object. Nothing is changed in place; what the patch does not touch is shared."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(obj) if isinstance(obj, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = apply(merged.get(key), value)
    return merged


def create(original: Object, modified: Object) -> Object:
    """The patch that makes `modified` of `original`."""
    patch: Object = {}
    for key, value in modified.items():
        if key not in original:
            patch[key] = value
        elif isinstance(value, dict) and isinstance(original[key], dict):
            if nested := create(original[key], value):
                patch[key] = nested
        elif not same(value, original[key]):
            patch[key] = value
    for key in original:
        if key not in modified:
            patch[key] = None
    return patch


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values: Python's, but that a boolean is no number."""
    if left.__class__ is not right.__class__:
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def three_way(original: Object, modified: Object, current: Object) -> Object:
    """jsonmergepatch.CreateThreeWayJSONMergePatch: what `kubectl apply` sends for custom resources.

    Additions and changes are against the object as it is, deletions against what was applied last.
    """
    changes = _without_nulls(create(current, modified))
    deletions = _only_nulls(create(original, modified))
    return _merge_patches(deletions, changes)


def _without_nulls(patch: Object) -> Object:
    """keepOrDeleteNullInObj, keeping values: a nested object that becomes empty goes too."""
    kept: Object = {}
    for key, value in patch.items():
        if isinstance(value, dict) and value:
            if nested := _without_nulls(value):
                kept[key] = nested
        elif value is not None:
            kept[key] = value
    return kept


def _only_nulls(patch: Object) -> Object:
    kept: Object = {}
    for key, value in patch.items():
        if value is None:
            kept[key] = None
        elif isinstance(value, dict) and (nested := _only_nulls(value)):
            kept[key] = nested
    return kept


def _merge_patches(left: Object, right: Object) -> Object:
    merged = dict(left)
    for key, value in right.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge_patches(merged[key], value)
        else:
            merged[key] = value
    return merged
