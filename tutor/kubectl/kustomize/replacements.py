"""replacements: values copied from one field to others (api/filters/replacement)."""

from __future__ import annotations

import re
from typing import Any

from tutor.apimachinery.decode import DecodeError, documents, parse_yaml
from tutor.apimachinery.objects import Object, annotations, deep_copy, labels
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.field_paths import places_at, scalar_text, split_path
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.patches import configuring
from tutor.kubectl.kustomize.resources import Id, Item, Kind, ResMap, label_selector

WHOLE = 'metadata.name'
_CREATED = '\0'
"""A scalar that was not there: unlike an empty one it has no type yet."""


def replacement_transformer(folder: Folder, config: Object, items: ResMap) -> None:
    """ReplacementTransformer. Raises KubectlError."""
    entries, specs = config.get('replacements') or [], []
    with configuring('ReplacementTransformer', {'Replacements': entries}):
        for entry in entries:
            specs += _specs(folder, entry)
    for spec in specs:
        value = spec.get('sourceValue')
        if (spec.get('source') is None and value is None) or not spec.get('targets'):
            raise KubectlError('replacements must specify a source and at least one target')
        value = _source(spec['source'], items) if value is None else value
        for target in spec['targets']:
            _apply(target, value, items)


def _specs(folder: Folder, entry: Object) -> list[Object]:
    if not entry.get('path'):
        return [entry]
    if entry.get('source') or entry.get('targets'):
        raise KubectlError('cannot specify both path and inline replacement')
    try:
        found = next(documents(folder.read(entry['path'])), None)
    except DecodeError as error:
        raise KubectlError(str(error)) from None
    if not isinstance(found, (dict, list)):
        kind = {type(None): 'invalid', str: 'string', bool: 'bool'}.get(type(found), 'float64')
        raise KubectlError(f'unsupported replacement type encountered within replacement path: {kind}')
    return found if isinstance(found, list) else [found]


def _is_source(fields: Object, found: Id) -> bool:
    """ResId.IsSelectedBy: what is given is the same."""
    space = Id(found.gvk, '', fields.get('namespace') or '').space
    return Kind.of(fields).selects(found.gvk) and (fields.get('name') or found.name) == found.name and (
        not fields.get('namespace') or space == found.space)


class _Ids:
    """What a target selects or rejects by: each field is a regular expression for a whole word."""

    def __init__(self, fields: Object) -> None:
        self._fields = {name: re.compile(str(fields[name])) for name in ('group', 'version', 'kind', 'name',
                                                                         'namespace') if fields.get(name)}

    @property
    def empty(self) -> bool:
        return not self._fields

    def matches(self, found: Id) -> bool:
        gvk = found.gvk
        values = {'group': gvk.group, 'version': gvk.version, 'kind': gvk.kind, 'name': found.name,
                  'namespace': found.space}
        return all(pattern.fullmatch(values[name]) for name, pattern in self._fields.items())


def _source(source: Object, items: ResMap) -> Any:
    """getReplacement."""
    found = [item for item in items if any(_is_source(source, each) for each in item.ids)]
    if len(found) != 1:
        raise KubectlError(f'{"multiple matches for selector" if found else "nothing selected by"} {_shown(source)}')
    path = source.get('fieldPath') or WHOLE
    parts = split_path(path)
    try:
        if '*' in parts:
            raise KubectlError('wildcard is not supported in PathGetter')
        places = [] if _beyond(found[0].obj, parts) else list(places_at(found[0].obj, parts, None))
    except KubectlError as error:
        raise KubectlError(f'error looking up replacement source: {error}') from None
    value = places[0][0][places[0][1]] if places else None
    if value is None or value in ({}, []):
        raise KubectlError(f'fieldPath `{path}` is missing for replacement source {_shown(source, "")}')
    options = source.get('options') or {}
    if not options.get('delimiter'):
        return value
    if isinstance(value, (dict, list)):
        raise KubectlError('delimiter option can only be used with scalar nodes')
    parts, index = scalar_text(value).split(options['delimiter']), options.get('index') or 0
    if not 0 <= index < len(parts):
        raise KubectlError(f'options.index {index} is out of bounds for value {scalar_text(value)}')
    return parts[index]


def _beyond(value: Any, path: list[str]) -> bool:
    """Whether a source's path goes on past the end of a list, which is as if nothing was there."""
    for part in path:
        if isinstance(value, list) and part.isdigit():
            if int(part) >= len(value):
                return True
            value = value[int(part)]
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return False
    return False


def _shown(source: Object, path: str | None = None) -> str:
    text = str(Id(Kind.of(source), source.get('name') or '', source.get('namespace') or ''))
    path = source.get('fieldPath') if path is None else path
    return f'{text}:{path}' if path else text


def _apply(target: Object, value: Any, items: ResMap) -> None:
    """applyReplacement."""
    if target.get('select') is None:
        raise KubectlError('target must specify resources to select')
    wanted, rejects = _Ids(target['select']), target.get('reject') or []
    for item in items:
        if not _labelled(item, target['select']) or any(
                (each.get('labelSelector') or each.get('annotationSelector')) and _labelled(item, each)
                for each in rejects):
            continue
        ids = item.ids
        refused = [_Ids(each) for each in rejects]
        if any(not each.empty and each.matches(found) for each in refused for found in ids):
            continue
        if any(wanted.matches(found) for found in ids):
            for path in target.get('fieldPaths') or [WHOLE]:
                _copy(item, path, value, target.get('options') or {})


def _labelled(item: Item, fields: Object) -> bool:
    by_label, by_annotation = label_selector(fields.get('labelSelector')), label_selector(
        fields.get('annotationSelector'))
    return (by_label is None or by_label.matches(labels(item.obj))) and (
        by_annotation is None or by_annotation.matches(annotations(item.obj)))


def _copy(item: Item, path: str, value: Any, options: Object) -> None:
    """copyValueToTarget."""
    create: Any = None
    if options.get('create'):
        create = {} if isinstance(value, dict) else [] if isinstance(value, list) else _CREATED
    word = 'find or create' if create is not None else 'find'
    problem = f'unable to {word} field "{path}" in replacement target'
    try:
        found = list(places_at(item.obj, split_path(path), create))
    except KubectlError as error:
        raise KubectlError(f'{problem}: {error}') from None
    if not found:
        raise KubectlError(problem)
    for container, key in found:
        container[key] = _spliced(container[key], value, options)


def _spliced(old: Any, value: Any, options: Object) -> Any:
    """setFieldValue: a scalar keeps its type."""
    created, old = old == _CREATED, '' if old == _CREATED else old
    if options.get('delimiter'):
        if isinstance(old, (dict, list)):
            raise KubectlError('delimiter option can only be used with scalar nodes')
        parts, index = scalar_text(old).split(options['delimiter']), options.get('index') or 0
        if index < 0:
            parts.insert(0, scalar_text(value))
        elif index >= len(parts):
            parts.append(scalar_text(value))
        else:
            parts[index] = scalar_text(value)
        value = options['delimiter'].join(parts)
    if isinstance(old, (dict, list)) or old is None or (created and isinstance(value, (dict, list))):
        return deep_copy(value)
    if isinstance(value, (dict, list)):
        return ''
    if created:
        return parse_yaml(scalar_text(value))
    if isinstance(old, str):
        return scalar_text(value)
    return _of_type(old, scalar_text(value))


def _of_type(old: Any, text: str) -> Any:
    found = parse_yaml(text)
    tags = {bool: 'bool', int: 'int', float: 'float'}
    if type(found) is type(old) or (isinstance(old, float) and type(found) is int):
        return found
    tag = tags.get(type(found), 'str')
    raise KubectlError(f'map[string]interface {{}}(nil): yaml: cannot decode !!{tag} `{text}` as a '
                       f'!!{tags[type(old)]}')
