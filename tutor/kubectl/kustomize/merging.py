"""kustomize's own strategic merge (kyaml/yaml/merge2), which is not quite the API server's: what a patch adds to a list
comes first, and `$patch` is the only directive."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.patches.strategy import Shape, shape_of
from tutor.apimachinery.printing.yaml import to_yaml
from tutor.apimachinery.schema import Definition, Field
from tutor.kubectl.errors import KubectlError

DIRECTIVE = '$patch'
_GONE = object()
"""What a patch takes away."""
_NODES = {dict: 'MappingNode', list: 'SequenceNode'}


def merge(obj: Object, patch: Object, definition: Definition | None) -> Object:
    """The patched object, {} when it is deleted; neither argument is changed. Raises KubectlError."""
    directive = patch.get(DIRECTIVE)
    if directive == 'delete':
        return {}
    if directive == 'replace':
        return obj
    return _maps(deep_copy(obj), deep_copy(patch), Shape(definition))


def _value(old: Any, patch: Any, field: Field | None, shape: Shape) -> Any:
    """A field that the patch names; `old` is None when there is none."""
    if patch is None:
        return _GONE
    if old is not None and _node(old) != _node(patch):
        raise KubectlError(f'wrong node kind: expected {_node(old)} but got {_node(patch)}: node contents:\n'
                           f'{to_yaml(patch)}')
    if isinstance(patch, dict):
        directive = patch.get(DIRECTIVE)
        if directive == 'delete':
            return _GONE
        return _maps({} if old is None or directive == 'replace' else old, patch, shape)
    if isinstance(patch, list):
        return _lists(old, patch, field)
    return patch


def _node(value: Any) -> str:
    return _NODES.get(type(value), 'ScalarNode')


def _maps(old: Object, patch: Object, shape: Shape) -> Object:
    for name, wanted in patch.items():
        if name == DIRECTIVE:
            continue
        found = _value(old.get(name), wanted, shape.field(name), shape.below(name))
        if found is _GONE:
            old.pop(name, None)
        else:
            old[name] = found
    return old


def _lists(old: list[Any] | None, patch: list[Any], field: Field | None) -> list[Any]:
    if field is None or 'merge' not in field.patch:
        return patch
    kept = [item for item in patch if item != {DIRECTIVE: 'replace'}]
    if len(kept) < len(patch):
        return kept
    if not any(isinstance(item, dict) for item in [*patch, *(old or [])]):
        return [*dict.fromkeys([*patch, *(old or [])])]
    keys = field.map_keys or (field.merge_key,)
    return (_by_key if len(keys) == 1 else _by_keys)(old or [], patch, keys, shape_of(field))


def _by_key(old: list[Any], patch: list[Any], keys: tuple[str, ...], shape: Shape) -> list[Any]:
    """walkAssociativeSequence: first what the patch has, in its order, then the rest."""
    key = keys[0]
    if any(item.get(key) is None for item in patch):
        return []
    there = {item.get(key): item for item in old}
    found = {item[key]: _item(there.get(item[key]), item, shape) for item in patch}
    merged = [item for item in found.values() if item is not _GONE and item]
    return merged + [item for item in old if item.get(key) not in found]


def _item(old: Object | None, patch: Object, shape: Shape) -> Any:
    """One item of a list; it cannot be replaced as a whole."""
    if patch.get(DIRECTIVE) == 'replace':
        return old or _GONE
    return _GONE if patch.get(DIRECTIVE) == 'delete' else _maps(old or {}, patch, shape)


def _by_keys(old: list[Any], patch: list[Any], keys: tuple[str, ...], shape: Shape) -> list[Any]:
    """The same for several keys, such as a port's number and protocol: what is there stays where it is, and an item of
    the patch that leaves a key open which others have is lost."""
    found, new = list(old), []
    for item in patch:
        place = next((index for index, other in enumerate(found) if all(
            item.get(key) == other.get(key) for key in keys)), None)
        if place is not None:
            merged = _item(found[place], item, shape)
            found[place:place + 1] = [merged] if merged is not _GONE else []
        elif not any(_compatible(item, other, keys) for other in old):
            merged = _item(None, item, shape)
            new += [merged] if merged is not _GONE else []
    return new + found


def _compatible(item: Object, other: Object, keys: tuple[str, ...]) -> bool:
    return all(item.get(key) is None or other.get(key) is None or item[key] == other[key] for key in keys)
