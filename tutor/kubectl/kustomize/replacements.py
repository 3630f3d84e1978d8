"""replacements: values copied from one field to others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.apimachinery.decode import documents
from tutor.apimachinery.objects import Object, deep_copy
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.resources import Item, Selector


def replace_values(folder: Folder, entries: list[Object], items: list[Item]) -> None:
    for entry in entries:
        specs: list[Object] = [entry]
        if entry.get('path'):
            found = next(documents(folder.read(entry['path'])), None)
            specs = found if isinstance(found, list) else [found or {}]
        for spec in specs:
            _replace(spec, items)


def _replace(spec: Object, items: list[Item]) -> None:
    if not spec.get('source') or not spec.get('targets'):
        raise KubectlError('replacements must specify a source and at least one target')
    value = _source(spec['source'], items)
    for target in spec['targets']:
        if not target.get('select'):
            raise KubectlError('target must specify resources to select')
        wanted = Selector(_whole(target['select']))
        rejected = [Selector(_whole(fields)) for fields in target.get('reject') or []]
        for item in items:
            if wanted.matches(item) and not any(selector.matches(item) for selector in rejected):
                for path in target.get('fieldPaths') or ['metadata.name']:
                    _set(item, path, value, target.get('options') or {})


def _whole(fields: Object) -> Object:
    return {name: f'^{value}$' if isinstance(value, str) and not name.endswith('Selector') else value
            for name, value in fields.items()}


def _source(source: Object, items: list[Item]) -> Any:
    fields = {name: value for name, value in source.items() if name not in ('fieldPath', 'options')}
    selector = Selector(_whole(fields))
    found = [item for item in items if selector.matches(item)]
    if not found:
        raise KubectlError(f'nothing selected by {_shown(source)}')
    if len(found) > 1:
        raise KubectlError(f'multiple matches for selector {_shown(source)}')
    path = source.get('fieldPath') or 'metadata.name'
    places = list(_places(found[0].obj, split_path(path), False))
    if not places:
        raise KubectlError(f'fieldPath `{path}` is missing for replacement source {_shown(source)}')
    container, key = places[0]
    value = container[key]
    options = source.get('options') or {}
    if options.get('delimiter'):
        parts = str(value).split(options['delimiter'])
        index = options.get('index', 0)
        if not 0 <= index < len(parts):
            raise KubectlError(f'options.index {index} is out of bounds for value {value}')
        return parts[index]
    return value


def _shown(source: Object) -> str:
    kind = f'{source.get("kind") or "[noKind]"}.{source.get("version") or "[noVer]"}.{source.get("group") or "[noGrp]"}'
    name = f'{source.get("name") or "[noName]"}.{source.get("namespace") or "[noNs]"}'
    return f'{kind}/{name}:{source.get("fieldPath") or "metadata.name"}'


def _set(item: Item, path: str, value: Any, options: Object) -> None:
    places = list(_places(item.obj, split_path(path), bool(options.get('create'))))
    if not places:
        raise KubectlError(f'unable to find field "{path}" in replacement target')
    for container, key in places:
        container[key] = _spliced(container.get(key) if isinstance(container, dict) else container[key], value, options)
    item.rename(item.name)


def _spliced(old: Any, value: Any, options: Object) -> Any:
    if not options.get('delimiter'):
        if isinstance(old, str) and isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        return deep_copy(value)
    parts = str(old).split(options['delimiter'])
    index = options.get('index', 0)
    if index < 0:
        parts.insert(0, str(value))
    elif index >= len(parts):
        parts.append(str(value))
    else:
        parts[index] = str(value)
    return options['delimiter'].join(parts)


def split_path(path: str) -> list[str]:
    """Parts between dots; dots in brackets and after a backslash belong to a part."""
    parts, current, depth, escaped = [], '', 0, False
    for char in path:
        if escaped:
            current, escaped = current + char, False
        elif char == '\\':
            escaped = True
        elif char == '.' and not depth:
            parts.append(current)
            current = ''
        else:
            depth += (char == '[') - (char == ']')
            current += char
    return [*parts, current]


def _places(value: Any, path: list[str], create: bool) -> Iterator[tuple[Any, Any]]:
    """(container, key) for each place; '*' is all items, '[name=x]' an item by a field, a number an index."""
    part, rest = path[0], path[1:]
    for container, key in _steps(value, part, create, bool(rest)):
        if not rest:
            yield container, key
        else:
            yield from _places(container[key], rest, create)


def _steps(value: Any, part: str, create: bool, inner: bool) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, list):
        if part == '*':
            yield from ((value, index) for index in range(len(value)))
        elif part.isdigit() and int(part) < len(value):
            yield value, int(part)
        elif part.startswith('[') and '=' in part:
            field, _, wanted = part[1:-1].partition('=')
            yield from ((value, index) for index, element in enumerate(value)
                        if isinstance(element, dict) and str(element.get(field)) == wanted)
    elif isinstance(value, dict):
        name = part[1:-1] if part.startswith('[') and part.endswith(']') else part
        if name not in value and create:
            value[name] = {} if inner else None
        if name in value:
            yield value, name
