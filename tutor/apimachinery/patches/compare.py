"""What differs between two states of an object, as sets of fields (typed.Compare)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches import fieldset
from tutor.apimachinery.patches.fieldset import Path
from tutor.apimachinery.schema import Field

ABSENT = object()
_VALUE_STRUCTS = frozenset({
    'metadata', 'spec', 'status', 'template', 'strategy', 'updateStrategy', 'resources', 'jobTemplate', 'podSelector',
    'scaleTargetRef', 'loadBalancer', 'nodeInfo', 'daemonEndpoints', 'kubeletEndpoint', 'roleRef', 'involvedObject',
    'source', 'names', 'selector', 'subsets', 'behavior', 'target', 'metric', 'clientConfig', 'regarding'})
"""Fields whose Go type is a struct and no pointer: an empty object has them already, so they are never added."""


class Comparison:
    """The fields that were added, changed and removed."""

    __slots__ = ('added', 'modified', 'removed')

    def __init__(self) -> None:
        self.added: set[Path] = set()
        self.modified: set[Path] = set()
        self.removed: set[Path] = set()


def compare(old: Object, new: Object, field: Field | None) -> Comparison:
    """Both are whole objects of one type; `old` may be empty."""
    found = Comparison()
    _maps(old, new, field, (), found)
    return found


def _value(old: Any, new: Any, field: Field | None, path: Path, found: Comparison) -> None:
    if old is new:
        return
    value = old if new is ABSENT else new
    if _leaf(old, new, field, value):
        _compare_leaf(old, new, path, found)
        return
    left: Any
    right: Any
    left, right = (ABSENT if item is None else item for item in (old, new))
    if isinstance(value, list):
        _lists([] if left is ABSENT else left, [] if right is ABSENT else right, field, path, found)
    else:
        _maps({} if left is ABSENT else left, {} if right is ABSENT else right, field, path, found)
    if old is ABSENT and not _always_there(field, path):
        found.added.add(path)
    elif new is ABSENT and not _always_there(field, path):
        found.removed.add(path)


def _leaf(old: Any, new: Any, field: Field | None, value: Any) -> bool:
    if fieldset.atomic(field, value) or not isinstance(value, (dict, list)):
        return True
    if old is not ABSENT and new is not ABSENT and old.__class__ is not new.__class__:
        return True
    return (old is ABSENT or not old) and (new is ABSENT or not new)


def _compare_leaf(old: Any, new: Any, path: Path, found: Comparison) -> None:
    if old is ABSENT:
        found.added.add(path)
    elif new is ABSENT:
        found.removed.add(path)
    elif old != new:
        found.modified.add(path)


def _always_there(field: Field | None, path: Path) -> bool:
    name = path[-1].removeprefix('f:') if path else ''
    if field is None:
        return False
    if field.type == schema.STRUCT:
        return field.inline is None and name in _VALUE_STRUCTS
    return field.required and field.type == schema.LIST


def _maps(old: Object, new: Object, field: Field | None, path: Path, found: Comparison) -> None:
    for name, value in new.items():
        before = old.get(name, ABSENT)
        if before is not value:
            _value(before, value, fieldset.child(field, name), (*path, f'f:{name}'), found)
    for name, before in old.items():
        if name not in new:
            _value(before, ABSENT, fieldset.child(field, name), (*path, f'f:{name}'), found)


def _lists(old: list[Any], new: list[Any], field: Field | None, path: Path, found: Comparison) -> None:
    assert field is not None
    left = {fieldset.element(field, item): item for item in old}
    right = {fieldset.element(field, item): item for item in new}
    for name, item in right.items():
        before = left.get(name, ABSENT)
        here = (*path, name)
        if before is ABSENT:
            found.added.add(here)
        if isinstance(item, dict):
            _maps({} if before is ABSENT else before, item, field.items, here, found)
    for name, item in left.items():
        if name not in right:
            here = (*path, name)
            found.removed.add(here)
            if isinstance(item, dict):
                _maps(item, {}, field.items, here, found)
