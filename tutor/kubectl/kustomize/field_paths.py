"""Paths with dots, as replacements and variables have them (kyaml's PathMatcher)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tutor.apimachinery.objects import deep_copy
from tutor.apimachinery.printing.yaml import to_yaml
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.fields import Place


def split_path(path: str) -> list[str]:
    """SmarterPathSplitter: dots in brackets and after a backslash belong to a part."""
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


def places_at(value: Any, path: list[str], create: Any) -> Iterator[Place]:
    """PathMatcher: '*' is all items, '[name=x]' an item by a field, a number an index. With `create`,
    what is not there is made, `create` at the end."""
    part, rest = path[0], path[1:]
    for container, key in _steps(value, part, create, rest):
        if rest:
            yield from places_at(container[key], rest, create)
        else:
            yield container, key


def _steps(value: Any, part: str, create: Any, rest: list[str]) -> Iterator[Place]:
    of_list = part == '*' or _is_of_list(part)
    if isinstance(value, list):
        if not of_list:
            raise _wrong_node('MappingNode', value)
        yield from _of_list(value, part, create)
    elif isinstance(value, dict):
        if of_list and not part.isdigit():
            raise _wrong_node('SequenceNode', value)
        name = part[1:-1] if part.startswith('[') and part.endswith(']') else part
        if value.get(name) is None and create is not None:
            value[name] = deep_copy(create) if not rest else [] if _is_of_list(rest[0]) else {}
        if name in value:
            yield value, name
    elif value is not None:
        raise _wrong_node('SequenceNode' if of_list else 'MappingNode', value)


def _wrong_node(wanted: str, value: Any) -> KubectlError:
    found = {dict: 'MappingNode', list: 'SequenceNode'}.get(type(value), 'ScalarNode')
    return KubectlError(f'wrong node kind: expected {wanted} but got {found}: node contents:\n{to_yaml(value)}')


def _is_of_list(part: str) -> bool:
    return (part.startswith('[') and '=' in part) or part.isdigit()


def _of_list(value: list[Any], part: str, create: Any) -> Iterator[Place]:
    if part == '*':
        yield from ((value, index) for index in range(len(value)))
    elif part.isdigit():
        if int(part) == len(value) and create is not None:
            value.append(deep_copy(create))
        if int(part) >= len(value):
            raise KubectlError(f'index {part} specified but only {len(value)} elements found')
        yield value, int(part)
    else:
        field, _, wanted = part[1:-1].partition('=')
        found = [index for index, element in enumerate(value) if _is_wanted(element, field, wanted, create is None)]
        if not found and create is not None:
            value.append({field: wanted} if field else wanted)
            found = [len(value) - 1]
        yield from ((value, index) for index in found)


def _is_wanted(element: Any, field: str, wanted: str, pattern: bool) -> bool:
    """Whether a list's element is the one of '[field=wanted]', which is a regular expression where nothing is made."""
    if field:
        if not isinstance(element, dict) or field not in element:
            return False
        element = element[field]
    return scalar_text(element) == wanted or (pattern and re.search(f'^{wanted}$', scalar_text(element)) is not None)


def scalar_text(value: Any) -> str:
    """A scalar as it stands in YAML."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return '' if value is None else str(value)
