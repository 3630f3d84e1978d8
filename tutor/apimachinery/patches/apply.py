"""Server-side apply (structured-merge-diff's Updater.Apply)."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery import errors, schema
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.patches import fieldset, managers
from tutor.apimachinery.patches.compare import compare
from tutor.apimachinery.patches.fieldset import Path
from tutor.apimachinery.patches.managers import Manager, Managers, Ownership
from tutor.apimachinery.patches.merge import same
from tutor.apimachinery.patches.strategic import go_text
from tutor.apimachinery.printing.json import to_json
from tutor.apimachinery.resources import Resource
from tutor.apimachinery.schema import Field

KUBECTL = 'kubectl'
LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'


def apply(old: Object | None, config: Object, resource: Resource, kind: Field | None, manager: str, time: str,
          force: bool = False, subresource: str = '') -> Object:
    """The object after a configuration was applied to it, private, with its managedFields.

    `kind` is the type of the resource's objects; `old` has its managedFields too. The configuration is one that `check`
    found right. Raises StatusError for conflicts.
    """
    if old is None:
        old = {'apiVersion': config['apiVersion'], 'kind': config['kind'], 'metadata': {}}
    owners = managers.read(old['metadata'].get('managedFields'))
    config, live = _without_managers(config), _without_managers(old)
    me = Manager(manager, 'Apply', resource.group_version, subresource)
    merged = _merge(live, config, kind)
    last = owners.get(me)
    wanted = fieldset.of_value(config, kind)
    wanted -= managers.reset_fields(wanted, resource, subresource)
    mine = fieldset.owned(wanted)
    if last is not None:
        others = frozenset().union(wanted, *(item.fields for who, item in owners.items() if who != me))
        merged = _prune(merged, last.fields, others, kind)
    comparison = compare(live, merged, kind)
    changed = fieldset.owned(comparison.modified | comparison.added)
    changed -= managers.reset_fields(changed, resource, subresource)
    _conflicts(owners, me, changed - _taken_over(live, manager, kind), force)
    merged = deep_copy(merged)
    if manager == KUBECTL and _last_applied(merged) is not None:
        merged['metadata']['annotations'][LAST_APPLIED] = to_json(_without_annotation(config), indent=None) + '\n'
    merged['metadata']['managedFields'] = managers.write(
        _owners(owners, me, mine, changed, frozenset(comparison.removed), time))
    return merged


def _without_managers(obj: Object) -> Object:
    return {**obj, 'metadata': {key: value for key, value in obj['metadata'].items() if key != 'managedFields'}}


# -- what kubectl applied on the client's side before -------------------------------------------------------------


def _last_applied(obj: Object) -> Any:
    return (obj['metadata'].get('annotations') or {}).get(LAST_APPLIED)


def _taken_over(live: Object, manager: str, kind: Field | None) -> fieldset.Set:
    """allowedConflictsFromLastApplied: fields over which kubectl has no conflict, as it has applied them itself, and
    nobody has changed them since."""
    text = _last_applied(live) if manager == KUBECTL else None
    if text is None:
        return frozenset()
    try:
        config = json.loads(text)
    except ValueError:
        return frozenset()
    if not isinstance(config, dict):
        return frozenset()
    since = compare(config, live, kind)
    return fieldset.owned(fieldset.of_value(config, kind)) - since.added - since.modified - since.removed


def _without_annotation(config: Object) -> Object:
    meta = config['metadata']
    if LAST_APPLIED not in (meta.get('annotations') or {}):
        return config
    kept = {name: value for name, value in meta['annotations'].items() if name != LAST_APPLIED}
    return {**config, 'metadata': {**meta, 'annotations': kept}}


def _owners(owners: Managers, me: Manager, mine: fieldset.Set, changed: fieldset.Set, removed: fieldset.Set,
            time: str) -> Managers:
    """Who owns what then: others lose what was changed or removed, not what both want equally."""
    found: Managers = {}
    for other, ownership in owners.items():
        if other != me and (left := ownership.fields - changed - removed):
            found[other] = Ownership(left, ownership.time)
    last = owners.get(me)
    if mine:
        found[me] = last if last is not None and last.fields == mine else Ownership(mine, time)
    return found


def _conflicts(owners: Managers, me: Manager, changed: fieldset.Set, force: bool) -> None:
    """NewConflictError."""
    found = [(other, path) for other, ownership in owners.items() if other != me
             for path in sorted(ownership.fields & changed)]
    if not found or force:
        return
    found.sort(key=lambda item: (str(item[0]), item[1]))
    causes = [{'reason': 'FieldManagerConflict', 'message': f'conflict with {other}', 'field': fieldset.show(path)}
              for other, path in found]
    raise errors.apply_conflict(causes, _message(found))


def _message(conflicts: list[tuple[Manager, Path]]) -> str:
    if len(conflicts) == 1:
        other, path = conflicts[0]
        return f'Apply failed with 1 conflict: conflict with {other}: {fieldset.show(path)}'
    lines: list[str] = []
    last: Manager | None = None
    for other, path in conflicts:
        if other != last:
            lines.append(f'conflicts with {other}:')
            last = other
        lines.append(f'- {fieldset.show(path)}')
    return f'Apply failed with {len(conflicts)} conflicts: ' + '\n'.join(lines)


# -- merging ------------------------------------------------------------------------------------------------------


def _merge(live: Any, config: Any, field: Field | None) -> Any:
    """TypedValue.Merge: the configuration over the live value. What it leaves as it was is shared, so that it need not
    be compared."""
    if fieldset.atomic(field, config) or live.__class__ is not config.__class__:
        return config
    if isinstance(config, dict):
        return {**live, **{name: _merge(live[name], value, fieldset.child(field, name)) if name in live else value
                           for name, value in config.items()}}
    if isinstance(config, list):
        assert field is not None
        return _merge_lists(live, config, field)
    return config


def _merge_lists(live: list[Any], config: list[Any], field: Field) -> list[Any]:
    """visitListItems: the items that both have in the order of the configuration, the others where they were."""
    theirs, mine = ([fieldset.element(field, item) for item in items] for items in (live, config))
    old, new = dict(zip(theirs, live, strict=True)), dict(zip(mine, config, strict=True))
    shared = [key for key in mine if key in old]
    found: list[Any] = []
    place = 0
    for key, item in new.items():
        while place < len(theirs) and theirs[place] != key and (
                theirs[place] not in new or (shared and shared[0] != theirs[place])):
            if theirs[place] not in new:
                found.append(live[place])
            place += 1
        if place < len(theirs) and (theirs[place] == key or theirs[place] not in shared):
            place += 1
        found.append(_merge(old[key], item, field.items) if key in old and isinstance(item, dict) else item)
        if shared and shared[0] == key:
            del shared[0]
    return [*found, *(item for key, item in zip(theirs[place:], live[place:], strict=True) if key not in new)]


def _prune(merged: Object, last: fieldset.Set, managed: fieldset.Set, kind: Field | None) -> Object:
    """Updater.prune: without what was applied before, is not any more, and nobody else owns, nor has fields in."""
    if last <= managed:
        return merged

    def fields(value: Any) -> fieldset.Set:
        return fieldset.with_parents(fieldset.of_value(value, kind), kind)
    everything, last = fields(merged), fieldset.with_parents(last, kind)
    kept = fields(_without(merged, last, kind)) | fieldset.with_parents(managed, kind)
    kept = fields(_without(merged, everything - kept, kind))
    return _without(merged, (everything - kept) & last, kind)


def _without(value: Object, paths: fieldset.Set, kind: Field | None) -> Object:
    """RemoveItems: every path with all below it; and what is empty then."""
    return _left(value, fieldset.to_fields(paths), kind) or {}


def _left(value: Any, going: Object, field: Field | None) -> Any:
    found: Any = value
    if isinstance(value, dict):
        found = {}
        for name, item in value.items():
            node = going.get(f'f:{name}')
            left = item if node is None else None if _whole(node) else _left(item, node, fieldset.child(field, name))
            if left is not None or (item is None and node is None):
                found[name] = left
    elif isinstance(value, list) and field is not None:
        nodes = [going.get(fieldset.element(field, item)) for item in value]
        found = [item if node is None else _left(item, node, field.items)
                 for item, node in zip(value, nodes, strict=True) if node is None or not _whole(node)]
    return found or None if found.__class__ in (dict, list) else found


def _whole(node: Object) -> bool:
    return not node or '.' in node


# -- types --------------------------------------------------------------------------------------------------------


def check(config: Object, resource: Resource, kind: Field | None) -> None:
    """What an apply says of unknown fields and wrong types; raises StatusError."""
    if kind is None:
        return
    found: list[str] = []
    _check(config, kind, '', found)
    if found:
        meta = config.get('metadata') or {}
        where = f'{meta.get("namespace", "")}/{meta.get("name", "")}'
        text = found[0] if len(found) == 1 else 'errors:\n' + '\n'.join(f'  {item}' for item in found)
        raise errors.new(500, '', f'failed to create typed patch object ({where}; '
                                  f'{resource.group}/{resource.version}, Kind={resource.kind}): {text}', {})


_WANTED = {schema.STRING: (str, 'string'), schema.BOOLEAN: (bool, 'boolean'), schema.INT32: (int, 'numeric'),
           schema.INT64: (int, 'numeric')}


def _check(value: Any, field: Field, path: str, found: list[str]) -> None:
    if value is None or field.type in (schema.ANY, schema.OBJECT):
        return
    if field.type == schema.STRUCT or field.type == schema.MAP:
        if not isinstance(value, dict):
            found.append(f'{path}: expected map, got {_shown(value)}')
            return
        for name in sorted(value):
            inner = fieldset.child(field, name)
            if inner is not None:
                _check(value[name], inner, f'{path}.{name}', found)
            elif field.definition is None or not field.definition.open:
                found.append(f'{path}.{name}: field not declared in schema')
    elif field.type == schema.LIST:
        if not isinstance(value, list):
            found.append(f'{path}: expected list, got {_shown(value)}')
            return
        assert field.items is not None
        _check_items(value, field, path, found)
    elif field.type in _WANTED:
        kind, name = _WANTED[field.type]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            found.append(f'{path}: expected {name}, got {_shown(value)}')


def _check_items(value: list[Any], field: Field, path: str, found: list[str]) -> None:
    assert field.items is not None
    if field.items.type == schema.STRING and field.list_type != 'set' and all(type(item) is str for item in value):
        return
    seen: list[Any] = []
    for index, item in enumerate(value):
        here = f'{path}[{index}]'
        if field.list_type == 'map' and (problem := fieldset.key_problem(field, item)):
            found.append(f'{path}: element {index}: {problem}')
            return
        if field.list_type in ('map', 'set') and (field.list_type == 'set' or isinstance(item, dict)):
            here = path + fieldset.show((fieldset.element(field, item),))
            if any(same(here, other) for other in seen):
                found.append(f'{path}: duplicate entries for key {here.removeprefix(path)}')
            seen.append(here)
        _check(item, field.items, here, found)


def _shown(value: Any) -> str:
    return f'&value.valueUnstructured{{Value:{_go(value, go_text)}}}'


def _go(value: Any, plain: Any) -> str:
    return go_quote(value) if isinstance(value, str) else plain(value)
