"""JSON patches as evanphx/json-patch works on a document, which is laxer than RFC 6902: what is not there may be
replaced, and copied as null."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.patches.merge import same

_MISSING, _BAD_INDEX = 'missing value', 'invalid index referenced'


def apply(obj: Any, operations: list[Any]) -> Any:
    """The patched object; the argument stays as it is. Raises JsonPatchError."""
    found = deep_copy(obj)
    for operation in operations:
        kind = operation.get('op', 'unknown')
        if not isinstance(kind, str) or kind not in _KINDS:
            raise JsonPatchError(f'Unexpected kind: {kind}')
        if not isinstance(operation.get('path'), str):
            raise JsonPatchError(f'{kind} operation failed to decode path: {_MISSING}')
        _KINDS[kind](found, operation, operation['path'])
    return found


class JsonPatchError(ValueError):
    """An operation cannot be done, in the words of evanphx/json-patch."""


class _Problem(ValueError):
    """What a container says of a key."""


def _container(obj: Any, path: str) -> tuple[Any, str]:
    """findObject: the dict or list that has the last part of a path, None when it is not there."""
    parts = path.split('/')
    if len(parts) < 2:
        return None, ''
    for part in parts[1:-1]:
        try:
            obj = _get(obj, _name(part))
        except _Problem:
            return None, ''
        if not isinstance(obj, (dict, list)):
            return None, ''
    return obj, _name(parts[-1])


def _place(obj: Object, path: str, missing: str) -> tuple[Any, str]:
    """The dict or list that has the last part of a path, and that part; JsonPatchError says what is `missing`."""
    container, key = _container(obj, path)
    if container is None:
        raise JsonPatchError(f'{missing}: {_MISSING}')
    return container, key


def _name(part: str) -> str:
    return part.replace('~1', '/').replace('~0', '~')


def _index(container: list[Any], key: str, more: int = 0) -> int:
    try:
        index = int(key)
    except ValueError:
        raise _Problem(f"value was not a proper array index: '{key}': strconv.Atoi: parsing \"{key}\": invalid "
                       'syntax') from None
    if not 0 <= index < len(container) + more:
        raise _Problem(f'Unable to access invalid index: {index}: {_BAD_INDEX}')
    return index


def _get(container: Any, key: str) -> Any:
    return container.get(key) if isinstance(container, dict) else container[_index(container, key)]


def _set(container: Any, key: str, value: Any) -> None:
    if isinstance(container, dict):
        container[key] = value
    else:
        container[_index(container, key)] = value


def _insert(container: Any, key: str, value: Any) -> None:
    if isinstance(container, dict):
        container[key] = value
    elif key == '-':
        container.append(value)
    else:
        container.insert(_index(container, key, 1), value)


def _delete(container: Any, key: str) -> None:
    if isinstance(container, dict) and key not in container:
        raise _Problem(f'Unable to remove nonexistent key: {key}: {_MISSING}')
    del container[key if isinstance(container, dict) else _index(container, key)]


def _add(obj: Object, operation: Object, path: str) -> None:
    container, key = _place(obj, path, f'add operation does not apply: doc is missing path: "{path}"')
    try:
        _insert(container, key, deep_copy(operation.get('value')))
    except _Problem as problem:
        raise JsonPatchError(f"error in add for path: '{path}': {problem}") from None


def _remove(obj: Object, operation: Object, path: str) -> None:
    container, key = _place(obj, path, f'remove operation does not apply: doc is missing path: "{path}"')
    try:
        _delete(container, key)
    except _Problem as problem:
        raise JsonPatchError(f"error in remove for path: '{path}': {problem}") from None


def _replace(obj: Object, operation: Object, path: str) -> None:
    container, key = _place(obj, path, f'replace operation does not apply: doc is missing path: {path}')
    try:
        _set(container, key, deep_copy(operation.get('value')))
    except _Problem:
        raise JsonPatchError(f'replace operation does not apply: doc is missing key: {path}: {_MISSING}') from None


def _test(obj: Object, operation: Object, path: str) -> None:
    container, key = _place(obj, path, f'test operation does not apply: is missing path: {path}')
    try:
        found = _get(container, key)
    except _Problem as problem:
        raise JsonPatchError(f"error in test for path: '{path}': {problem}") from None
    if not same(found, operation.get('value')):
        raise JsonPatchError(f'testing value {path} failed: test failed')


def _move(obj: Object, operation: Object, path: str) -> None:
    container, key, value = _from(obj, operation, 'move')
    try:
        _delete(container, key)
    except _Problem as problem:
        raise JsonPatchError(f"error in move for path: '{key}': {problem}") from None
    _put(obj, path, value, 'move', f"error in move for path: '{path}'")


def _copy(obj: Object, operation: Object, path: str) -> None:
    _, _, value = _from(obj, operation, 'copy')
    _put(obj, path, deep_copy(value), 'copy', 'error while adding value during copy')


def _from(obj: Object, operation: Object, kind: str) -> tuple[Any, str, Any]:
    source = operation.get('from')
    if not isinstance(source, str):
        raise JsonPatchError(f'{kind} operation failed to decode from: {_MISSING}')
    container, key = _place(obj, source, f'{kind} operation does not apply: doc is missing from path: {source}')
    try:
        return container, key, _get(container, key)
    except _Problem as problem:
        where = f"path: '{key}'" if kind == 'move' else f"from: '{source}'"
        raise JsonPatchError(f'error in {kind} for {where}: {problem}') from None


def _put(obj: Object, path: str, value: Any, kind: str, prefix: str) -> None:
    container, key = _place(obj, path, f'{kind} operation does not apply: doc is missing destination path: {path}')
    try:
        _insert(container, key, value)
    except _Problem as problem:
        raise JsonPatchError(f'{prefix}: {problem}') from None


_KINDS = {'add': _add, 'remove': _remove, 'replace': _replace, 'test': _test, 'move': _move, 'copy': _copy}
