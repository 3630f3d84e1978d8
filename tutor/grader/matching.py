"""Whether an object has what a check expects of it: a partial comparison that names the first difference."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tutor.apimachinery.quantity import QuantityError
from tutor.apimachinery.quantity import parse as parse_quantity
from tutor.course.words import Text
from tutor.grader.results import NOTHING, show

MERGE_KEYS = ('name', 'containerPort', 'port', 'key', 'mountPath', 'devicePath', 'type', 'topologyKey', 'ip', 'host',
              'path', 'uid')
"""What tells the items of a list apart, as the patch merge keys of the Kubernetes API do."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first place where what was found is not what was expected."""

    path: str
    expected: Text
    found: Text


def mismatch(expected: Any, found: Any, path: str = '') -> Mismatch | None:
    """The first difference, or None when `found` has everything that is expected."""
    if isinstance(expected, dict):
        if len(expected) == 1 and next(iter(expected)) in OPERATORS:
            return _operator(expected, found, path)
        return _mapping(expected, found, path)
    if isinstance(expected, list):
        return _list(expected, found, path)
    return None if _same(expected, found) else Mismatch(path, show(expected), show(found))


def _mapping(expected: dict[str, Any], found: Any, path: str) -> Mismatch | None:
    if found is None:
        found = {}
    if not isinstance(found, dict):
        return Mismatch(path, show(expected), show(found))
    for key, value in expected.items():
        step = f'{path}.{key}' if path else key
        if difference := mismatch(value, found.get(key), step):
            return difference
    return None


def _list(expected: list[Any], found: Any, path: str) -> Mismatch | None:
    items = found if isinstance(found, list) else []
    for wanted in expected:
        if difference := _item(wanted, items, path):
            return difference
    return None


def _item(wanted: Any, items: list[Any], path: str) -> Mismatch | None:
    """The difference to the item that is meant: the one with the same merge key, else any that matches."""
    key = _merge_key(wanted)
    if key:
        place = f'{path}[{key}={wanted[key]}]'
        same = [item for item in items if isinstance(item, dict) and _same(wanted[key], item.get(key))]
        if same:
            differences = [mismatch(wanted, item, place) for item in same]
            return None if None in differences else differences[0]
        there = [item.get(key) for item in items if isinstance(item, dict)]
        return Mismatch(path, show(f'{key}={wanted[key]}'), _enumerate(key, there))
    if any(mismatch(wanted, item) is None for item in items):
        return None
    return Mismatch(path, show(wanted), show(items) if items else NOTHING)


def _merge_key(wanted: Any) -> str:
    if not isinstance(wanted, dict):
        return ''
    return next((key for key in MERGE_KEYS if isinstance(wanted.get(key), str | int)), '')


def _enumerate(key: str, values: list[Any]) -> Text:
    return show(', '.join(f'{key}={value}' for value in values)) if values else NOTHING


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    return expected == found


# -- operators ---------------------------------------------------------------------------------------------------


def _operator(expected: dict[str, Any], found: Any, path: str) -> Mismatch | None:
    name, operand = next(iter(expected.items()))
    passes, words = OPERATORS[name]
    return None if passes(operand, found) else Mismatch(path, words(operand), show(found))


def _matches(pattern: str, found: Any) -> bool:
    return isinstance(found, str) and re.search(pattern, found) is not None


def _compare(bound: Any, found: Any) -> int | None:
    """-1, 0 or 1 as found is below, at or above the bound; None when one of them is no number."""
    try:
        left, right = parse_quantity(str(found)), parse_quantity(str(bound))
    except QuantityError:
        return None
    return (left > right) - (left < right)


def _any(options: list[Any], found: Any) -> bool:
    return any(mismatch(option, found) is None for option in options)


Operator = tuple[Callable[[Any, Any], bool], Callable[[Any], Text]]

OPERATORS: dict[str, Operator] = {
    '$matches': (_matches, lambda pattern: Text(zh=f'与 {pattern} 匹配', en=f'a match of {pattern}')
                 if pattern else Text(zh='有值', en='any value')),
    '$min': (lambda bound, found: _compare(bound, found) in (0, 1),
             lambda bound: Text(zh=f'至少 {bound}', en=f'at least {bound}')),
    '$max': (lambda bound, found: _compare(bound, found) in (-1, 0),
             lambda bound: Text(zh=f'至多 {bound}', en=f'at most {bound}')),
    '$any': (_any, lambda options: Text(zh=' 或 '.join(show(one).zh for one in options),
                                        en=' or '.join(show(one).en for one in options))),
    '$absent': (lambda wanted, found: (found is None) is bool(wanted), lambda wanted: NOTHING if wanted else Text(
        zh='有值', en='some value')),
    '$is': (lambda wanted, found: wanted == found, show),
}
