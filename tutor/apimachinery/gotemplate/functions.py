"""The functions of templates: Go's own, and kubectl's `exists` and `base64decode`."""

from __future__ import annotations

import base64
import binascii
import html as html_escapes
import operator
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from tutor.apimachinery.gotemplate.formatting import sprint, sprintf, sprintln
from tutor.apimachinery.gotemplate.nodes import TemplateError


class FunctionError(TemplateError):
    """What a function complains of; the template says where."""


def truth(value: Any) -> bool:
    """template.IsTrue: nil, false, zero and whatever is empty are false."""
    return bool(value)


def length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, (dict, list)):
        return len(value)
    if value is None:
        raise FunctionError('reflect: call of reflect.Value.Type on zero Value')
    raise FunctionError(f'len of type {go_type(value)}')


def go_type(value: Any) -> str:
    names = {dict: 'map[string]interface {}', list: '[]interface {}', str: 'string', bool: 'bool', int: 'int',
             float: 'float64'}
    return names.get(type(value), '<nil>')


def index(value: Any, *keys: Any) -> Any:
    if value is None:
        raise FunctionError('index of untyped nil')
    for key in keys:
        if value is None:
            raise FunctionError('index of nil pointer')
        if isinstance(value, dict):
            if not isinstance(key, str):
                raise FunctionError(f'value has type {go_type(key)}; should be string')
            value = value.get(key)
        elif isinstance(value, (list, str)):
            if isinstance(key, bool) or not isinstance(key, int):
                raise FunctionError(f'cannot index slice/array with type {go_type(key)}')
            if not 0 <= key < len(value):
                raise FunctionError(f'index out of range: {key}' if key >= 0 else 'reflect: slice index out of range')
            value = value.encode()[key] if isinstance(value, str) else value[key]
        else:
            raise FunctionError(f"can't index item of type {go_type(value)}")
    return value


def cut(value: Any, *bounds: int) -> Any:
    """slice."""
    if not isinstance(value, (list, str)):
        raise FunctionError(f"can't slice item of type {go_type(value)}")
    if len(bounds) > 3:
        raise FunctionError(f'too many slice indexes: {len(bounds)}')
    low, high = (list(bounds[:2]) + [0, len(value)][len(bounds):])[:2] if bounds else (0, len(value))
    for bound in (low, high):
        if not 0 <= bound <= len(value):
            raise FunctionError(f'index out of range: {bound}')
    if low > high:
        raise FunctionError(f'invalid slice index: {low} > {high}')
    return value[low:high]


def _basic(value: Any) -> str:
    if isinstance(value, bool):
        return 'bool'
    kind = {int: 'int', float: 'float', str: 'string'}.get(type(value))
    if kind is None:
        raise FunctionError('invalid type for comparison')
    return kind


def equal(first: Any, *others: Any) -> bool:
    if not others:
        raise FunctionError('missing argument for comparison')
    for other in others:
        if first is None or other is None:
            if first is other:
                return True
            continue
        if _basic(first) != _basic(other):
            raise FunctionError('incompatible types for comparison')
        if first == other:
            return True
    return False


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def function(left: Any, right: Any) -> bool:
        if _basic(left) != _basic(right):
            raise FunctionError('incompatible types for comparison')
        if isinstance(left, bool):
            raise FunctionError('invalid type for comparison')
        return compare(left, right)
    return function


def exists(value: Any, *keys: Any) -> bool:
    """Whether an index expression leads anywhere."""
    try:
        return index(value, *keys) is not None
    except FunctionError:
        return False


def base64_decode(value: Any) -> str:
    try:
        return base64.b64decode(value, validate=True).decode('utf-8', 'replace')
    except (binascii.Error, ValueError, TypeError):
        raise FunctionError(f'base64 decode failed: illegal base64 data at input byte {_corrupt(value)}') from None


def _corrupt(value: str) -> int:
    """base64.CorruptInputError: the first odd character, or where the last group begins that is not whole."""
    return next((at for at, char in enumerate(value) if char not in _BASE64), len(value) // 4 * 4)


_BASE64 = frozenset('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=')
_JS = {'\\': r'\\', "'": r"\'", '"': r'\"', '<': r'\u003C', '>': r'\u003E', '&': r'\u0026', '=': r'\u003D'}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    'and': lambda *values: next((value for value in values if not truth(value)), values[-1]),
    'or': lambda *values: next((value for value in values if truth(value)), values[-1]),
    'not': lambda value: not truth(value),
    'len': length, 'index': index, 'slice': cut,
    'print': sprint, 'printf': sprintf, 'println': sprintln,
    'html': lambda *values: html_escapes.escape(sprint(*values)).replace('&quot;', '&#34;').replace('&#x27;', '&#39;'),
    'js': lambda *values: ''.join(_JS.get(char, char) for char in sprint(*values)),
    'urlquery': lambda *values: quote_plus(sprint(*values)),
    'eq': equal, 'ne': lambda left, right: not equal(left, right),
    'lt': _ordered(operator.lt), 'le': _ordered(operator.le),
    'gt': _ordered(operator.gt), 'ge': _ordered(operator.ge),
    'call': lambda function, *arguments: None, 'exists': exists, 'base64decode': base64_decode,
}
