"""Strategic merge patches: merge patches that know which lists are maps in disguise (util/strategicpatch)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import errors, field, schema
from tutor.apimachinery.objects import deep_copy
from tutor.apimachinery.patches import ordering, typecheck
from tutor.apimachinery.patches.merge import same
from tutor.apimachinery.patches.strategy import (
    DELETE_PRIMITIVES,
    ELEMENT_ORDER,
    MARKER,
    RETAIN_KEYS,
    PatchError,
    Shape,
)
from tutor.apimachinery.resources import Resource

Object = dict[str, Any]


def apply(obj: Object, patch: Object, resource: Resource) -> Object:
    """The patched object, of the right types; what the patch does not touch is shared. Raises StatusError as the API
    server does."""
    definition = schema.for_resource(resource)
    try:
        merged = merge(obj, patch, Shape(definition))
    except PatchError as error:
        raise errors.new(500, '', str(error), {}) from None
    if definition is not None and (problem := typecheck.conversion_error(merged, definition, obj)):
        raise errors.invalid('', '', '', [field.invalid('patch', go_text(patch), problem)])
    return merged


def merge(obj: Object, patch: Object, shape: Shape) -> Object:
    """StrategicMergePatch on objects: neither is changed; fields that the patch does not name are shared. Raises
    PatchError."""
    return _Merge().maps(_private(obj, patch), deep_copy(patch), shape)


def _private(obj: Object, patch: Object) -> Object:
    """A copy in which all that a patch names, itself or in a directive, may be changed."""
    named = {key.rpartition('/')[2]: value for key, value in patch.items()}
    return {key: value if key not in named else _private(value, named[key])
            if isinstance(value, dict) and isinstance(named[key], dict) else deep_copy(value)
            for key, value in obj.items()}


def combine(left: Object, right: Object, shape: Shape) -> Object:
    """Merge a patch into a patch: directives stay directives."""
    return _Merge(patches=True).maps(deep_copy(left), deep_copy(right), shape)


def go_text(value: Any) -> str:
    """fmt's %v of a JSON value."""
    if isinstance(value, dict):
        return f'map[{" ".join(f"{key}:{go_text(value[key])}" for key in sorted(value))}]'
    if isinstance(value, list):
        return f'[{" ".join(map(go_text, value))}]'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return '<nil>' if value is None else str(value)


class _Merge:
    """One merge. In place on private copies. `patches`: both sides are patches (mergeMap with MergeParallelList
    false): directives are kept and nulls stay."""

    def __init__(self, patches: bool = False) -> None:
        self.patches = patches

    def maps(self, original: Object, patch: Object, shape: Shape) -> Object:
        """mergeMap."""
        if MARKER in patch:
            return _directive(patch)
        self.retain_keys(original, patch)
        self.element_order(original, patch, shape)
        for key in list(patch):
            value = patch[key]
            if key.startswith(DELETE_PRIMITIVES):
                self.delete_primitives(original, key, value)
            elif value is None:
                if self.patches:
                    original[key] = None
                else:
                    original.pop(key, None)
            elif key not in original or original[key].__class__ is not value.__class__:
                original[key] = self.added(value)
            else:
                original[key] = self.values(original[key], value, shape, key)
        return original

    def values(self, original: Any, value: Any, shape: Shape, key: str) -> Any:
        strategy, _, merge_key = shape.strategy(key)
        if isinstance(value, dict):
            return value if strategy == 'replace' else self.maps(original, value, shape.below(key))
        if isinstance(value, list) and strategy == 'merge':
            return self.lists(original, value, shape.below(key), merge_key)
        return value

    def lists(self, original: list[Any], patch: list[Any], shape: Shape, merge_key: str) -> list[Any]:
        """mergeSlice."""
        if not original and not patch:
            return original
        if not of_maps(original, patch):
            return ordering.unique(original + patch)
        if not merge_key:
            raise PatchError(f'cannot merge lists without merge key for {shape.definition and shape.definition.name}')
        original, patch = self.special_elements(original, patch, merge_key)
        server_order = list(original)
        merged = list(original)
        for item in patch:
            wanted = _merge_value(item, merge_key)
            at = _find(merged, merge_key, wanted)
            if at is None:
                merged.append(self.added(item))
            else:
                merged[at] = self.maps(merged[at], item, shape)
        return ordering.normalize(merged, patch, server_order, merge_key)

    def special_elements(self, original: list[Any], patch: list[Any], merge_key: str) -> tuple[list[Any], list[Any]]:
        """mergeSliceWithSpecialElements: elements that are directives."""
        plain, replace = [], False
        for item in patch:
            directive = item.get(MARKER)
            if directive is None or (self.patches and directive == 'delete'):
                plain.append(item)
            elif directive == 'delete':
                wanted = _merge_value(item, merge_key)
                original = [entry for entry in original if not same(entry.get(merge_key), wanted)]
            elif directive == 'replace':
                replace = True
            elif directive == 'merge':
                raise PatchError('merging lists cannot yet be specified in the patch')
            else:
                raise PatchError(f'unknown patch type: {directive} in map: {go_text(item)}')
        return ([], plain) if replace else (original, plain)

    def retain_keys(self, original: Object, patch: Object) -> None:
        """applyRetainKeysDirective."""
        if RETAIN_KEYS not in patch:
            return
        kept = patch[RETAIN_KEYS]
        if not isinstance(kept, list):
            raise PatchError('invalid patch format of retainKeys list')
        if self.patches:
            original[RETAIN_KEYS] = kept
            del patch[RETAIN_KEYS]
            return
        del patch[RETAIN_KEYS]
        if any(value is not None and key not in kept and not key.startswith('$') for key, value in patch.items()):
            raise PatchError(f'{RETAIN_KEYS} directive and the patch does not match')
        for key in list(original):
            if key not in kept:
                del original[key]

    def element_order(self, original: Object, patch: Object, shape: Shape) -> None:
        """mergePatchIntoOriginal: lists whose order the patch gives."""
        for key in [key for key in patch if key.startswith(ELEMENT_ORDER)]:
            order = patch.pop(key)
            if not isinstance(order, list):
                raise PatchError('invalid patch format of setElementOrder list')
            if self.patches:
                original.setdefault(key, order)
            name = key.removeprefix(ELEMENT_ORDER)
            strategy, _, merge_key = shape.strategy(name)
            there, given = original.get(name), patch.pop(name, None)
            if there is None and given is None:
                continue
            if there is None:
                merged = self.added(given)
            elif given is None:
                merged = there
            else:
                merged = self.lists(deep_copy(there), given, shape.below(name), merge_key) \
                    if strategy == 'merge' else given
            original[name] = ordering.normalize(merged, order, there or [], merge_key)

    def delete_primitives(self, original: Object, key: str, value: Any) -> None:
        """deleteFromSlice."""
        if self.patches:
            original[key] = value
            return
        name = key.removeprefix(DELETE_PRIMITIVES)
        if isinstance(original.get(name), list):
            original[name] = [item for item in original[name] if item not in value]

    def added(self, value: Any) -> Any:
        """What is only in the patch: without its directives and nulls, unless it stays a patch."""
        if self.patches:
            return value
        if isinstance(value, dict):
            if MARKER in value:
                return _directive(value)
            return {key: self.added(item) for key, item in value.items()
                    if item is not None and not key.startswith(('$retainKeys', ELEMENT_ORDER, DELETE_PRIMITIVES))}
        if isinstance(value, list):
            return [self.added(item) for item in value if not (isinstance(item, dict) and item.get(MARKER) in
                                                               ('delete', 'replace'))]
        return value


def _directive(patch: Object) -> Object:
    """handleDirectiveInMergeMap."""
    kind = patch[MARKER]
    if kind == 'replace':
        return {key: value for key, value in patch.items() if key != MARKER}
    if kind == 'delete':
        return {}
    raise PatchError(f'unknown patch type: {kind} in map: {go_text(patch)}')


def _merge_value(item: Object, merge_key: str) -> Any:
    if merge_key not in item:
        raise PatchError(f'map: {go_text(item)} does not contain declared merge key: {merge_key}')
    return item[merge_key]


def _find(items: list[Any], merge_key: str, wanted: Any) -> int | None:
    for index, item in enumerate(items):
        if same(item.get(merge_key), wanted):
            return index
    return None


def of_maps(*lists: list[Any]) -> bool:
    """sliceElementType: whether lists hold maps. Raises PatchError for those that hold different things."""
    kinds = {type(item) for items in lists for item in items}
    if list in kinds:
        raise PatchError('lists of lists are not supported')
    if dict in kinds and len(kinds) > 1:
        raise PatchError('list element types are not identical')
    return dict in kinds
