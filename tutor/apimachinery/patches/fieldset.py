"""Sets of fields of an object (structured-merge-diff's fieldpath): which fields somebody owns.

A path is a tuple of elements as FieldsV1 writes them: 'f:spec', 'k:{"name":"nginx"}', 'v:"a"'. A set is a frozenset of
paths, so its algebra is Python's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.objects import Object
from tutor.apimachinery.schema import Definition, Field

Path = tuple[str, ...]
Set = frozenset[Path]
EMPTY: Set = frozenset()

_NOT_OWNED = frozenset({
    ('f:apiVersion',), ('f:kind',), ('f:metadata',), ('f:metadata', 'f:name'), ('f:metadata', 'f:namespace'),
    ('f:metadata', 'f:creationTimestamp'), ('f:metadata', 'f:selfLink'), ('f:metadata', 'f:uid'),
    ('f:metadata', 'f:generation'), ('f:metadata', 'f:resourceVersion'), ('f:metadata', 'f:deletionTimestamp'),
    ('f:metadata', 'f:deletionGracePeriodSeconds'),
})
_KEY_DEFAULTS = {'protocol': 'TCP'}


def owned(paths: Iterable[Path]) -> Set:
    """Without what nobody owns (stripMeta)."""
    return frozenset(path for path in paths
                     if path not in _NOT_OWNED and path[:2] != ('f:metadata', 'f:managedFields'))


# -- FieldsV1 -----------------------------------------------------------------------------------------------------


def to_fields(paths: Set) -> Object:
    """The tree that managedFields holds."""
    root: Object = {}
    for path in sorted(paths):
        node = root
        for element in path:
            node = node.setdefault(element, {})
        node['.'] = {}
    return _without_lonely_dots(root)


def _without_lonely_dots(node: Object) -> Object:
    return {key: {} if set(value) <= {'.'} else _without_lonely_dots(value) for key, value in node.items()}


def from_fields(tree: Object, prefix: Path = ()) -> Set:
    found: set[Path] = set()
    for key, value in tree.items():
        if key == '.':
            found.add(prefix)
        elif value:
            found |= from_fields(value, (*prefix, key))
        else:
            found.add((*prefix, key))
    return frozenset(found)


def show(path: Path) -> str:
    """fieldpath.Path.String: '.spec.containers[name="nginx"].image'."""
    return ''.join(_show(element) for element in path)


def _show(element: str) -> str:
    kind, rest = element[:2], element[2:]
    if kind == 'f:':
        return f'.{rest}'
    if kind == 'k:':
        pairs = ','.join(f'{key}={json.dumps(value)}' for key, value in json.loads(rest).items())
        return f'[{pairs}]'
    return f'[={rest}]' if kind == 'v:' else f'[{rest}]'


# -- the shape of values ------------------------------------------------------------------------------------------


def atomic(field: Field | None, value: Any) -> bool:
    """Whether a value is owned as a whole."""
    if field is None:
        return not isinstance(value, dict)
    if field.type == schema.LIST:
        return field.list_type not in ('map', 'set')
    if isinstance(value, list):
        return True
    if field.map_type == 'atomic':
        return True
    if field.type == schema.STRUCT:
        definition = field.definition
        return definition is not None and definition.map_type == 'atomic'
    return field.type not in (schema.MAP, schema.OBJECT, schema.ANY) and not isinstance(value, dict)


def child(field: Field | None, name: str) -> Field | None:
    """The field below a struct or map."""
    if field is None:
        return None
    if field.type == schema.MAP:
        return field.items
    definition = field.definition
    return definition.fields.get(name) if definition else None


def element(field: Field, item: Any) -> str:
    """The path element of an item of a list that is a map or a set."""
    if field.list_type == 'set' or not isinstance(item, dict):
        return 'v:' + json.dumps(item, separators=(',', ':'), sort_keys=True)
    keys = {key: item.get(key, _KEY_DEFAULTS.get(key)) for key in sorted(field.map_keys)}
    return 'k:' + json.dumps({key: value for key, value in keys.items() if value is not None}, separators=(',', ':'))


def key_problem(field: Field, item: Any) -> str:
    """Why an item of a list that is a map has no key, '' when it has (keyedAssociativeListItemToPathElement)."""
    if item is None:
        return 'associative list with keys may not have null elements'
    if not isinstance(item, dict):
        return 'associative list with keys may not have non-map elements'
    missing = [key for key in field.map_keys if key not in item and key not in _KEY_DEFAULTS]
    return (f'associative list with keys has an element that omits key field "{missing[0]}" (and doesn\'t have '
            'default value)') if missing else ''


def root(definition: Definition | None) -> Field | None:
    """The type of a whole object."""
    return Field('', schema.STRUCT, ref=definition.name) if definition else None


def with_parents(paths: Iterable[Path], kind: Field | None) -> Set:
    """EnsureNamedFieldsAreMembers: the set with the fields of structs that its paths lead through."""
    found = set(paths)
    for path in tuple(found):
        field = kind
        for end, step in enumerate(path, 1):
            if not step.startswith('f:'):
                field = field.items if field else None
                continue
            definition = field.definition if field and field.type == schema.STRUCT else None
            field = child(field, step[2:])
            if definition is not None and field is not None:
                found.add(path[:end])
    return frozenset(found)


def of_value(value: Any, field: Field | None, path: Path = ()) -> set[Path]:
    """TypedValue.ToFieldSet: what an applied configuration owns."""
    if atomic(field, value):
        return {path}
    found: set[Path] = set()
    if isinstance(value, list):
        assert field is not None
        for item in value:
            here = (*path, element(field, item))
            found.add(here)
            if isinstance(item, dict):
                found |= of_value(item, field.items, here)
        return found
    if not isinstance(value, dict):
        return {path}
    for name, item in value.items():
        here = (*path, f'f:{name}')
        if item is None or item == {} or (field is not None and field.type == schema.MAP):
            found.add(here)
        found |= of_value(item, child(field, name), here)
    return found
