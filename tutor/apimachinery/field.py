"""Field errors of validation, worded as apimachinery/pkg/util/validation/field words them.

A path is a plain string ('spec.containers[0].name'): building one costs nothing until an error needs it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

_LABELS = {
    'NotFound': 'Not found', 'Required': 'Required value', 'Duplicate': 'Duplicate value', 'Invalid': 'Invalid value',
    'NotSupported': 'Unsupported value', 'Forbidden': 'Forbidden', 'TooLong': 'Too long', 'TooMany': 'Too many',
    'TypeInvalid': 'Invalid value',
}
_WITHOUT_VALUE = frozenset({'Required', 'Forbidden', 'TooLong'})


OMITTED = object()
"""A bad value that the message does not show (field.OmitValueType)."""


class Bare(str):
    """A bad value that knows how to show itself (fmt.Stringer): without quotes."""


class FieldError:
    """One complaint about one field. `type` is a key of the table above; the text is made when it is asked for."""

    __slots__ = ('detail', 'field', 'type', 'value')

    def __init__(self, type: str, field: str, value: Any = None, detail: str = '') -> None:
        self.type = type
        self.field = field
        self.value = value
        self.detail = detail

    def body(self) -> str:
        """Error.ErrorBody: the text without the field."""
        text = _LABELS[self.type]
        if self.type not in _WITHOUT_VALUE and self.value is not OMITTED:
            value = self.value
            if isinstance(value, dict):
                value = _in_go_order(value, is_map=self.field.rpartition('.')[2] in MAPS)
            text += f': {render(value)}'
        return f'{text}: {self.detail}' if self.detail else text

    @property
    def reason(self) -> str:
        return f'FieldValue{self.type}'

    def cause(self) -> dict[str, str]:
        return {'reason': self.reason, 'message': self.body(), 'field': self.field}

    def __str__(self) -> str:
        return f'{self.field}: {self.body()}'

    def __repr__(self) -> str:
        return f'FieldError({self!s})'


def aggregate(errors: Iterable[object]) -> str:
    """ErrorList.ToAggregate().Error(): each message once, in brackets when there are several."""
    texts = list(dict.fromkeys(str(error) for error in errors))
    return texts[0] if len(texts) == 1 else f'[{", ".join(texts)}]'


def required(field: str, detail: str = '') -> FieldError:
    return FieldError('Required', field, '', detail)


def invalid(field: str, value: Any, detail: str) -> FieldError:
    return FieldError('Invalid', field, value, detail)


def invalid_each(field: str, value: Any, details: Iterable[str]) -> list[FieldError]:
    """One complaint for each thing that a rule (of `names`) has to say."""
    return [FieldError('Invalid', field, value, detail) for detail in details]


def type_invalid(field: str, value: Any, detail: str) -> FieldError:
    return FieldError('TypeInvalid', field, value, detail)


def not_found(field: str, value: Any) -> FieldError:
    return FieldError('NotFound', field, value)


def duplicate(field: str, value: Any) -> FieldError:
    return FieldError('Duplicate', field, value)


def not_supported(field: str, value: Any, supported: Iterable[str]) -> FieldError:
    """The values that are supported, in the order given (upstream mostly sorts them)."""
    values = ', '.join(go_quote(item) for item in supported)
    return FieldError('NotSupported', field, value, f'supported values: {values}' if values else '')


def forbidden(field: str, detail: str) -> FieldError:
    return FieldError('Forbidden', field, '', detail)


def too_long(field: str, limit: int) -> FieldError:
    if limit < 0:
        return FieldError('TooLong', field, '', 'value is too long')
    return FieldError('TooLong', field, '', f'may not be more than {limit} byte{"" if limit == 1 else "s"}')


def too_many(field: str, actual: int, limit: int) -> FieldError:
    if limit < 0:
        return FieldError('TooMany', field, actual, 'has too many items')
    return FieldError('TooMany', field, actual, f'must have at most {limit} item{"" if limit == 1 else "s"}')


def key(path: str, name: str) -> str:
    """Path.Key: an entry of a map."""
    return f'{path}[{name}]'


MAPS = frozenset(('matchLabels', 'labels', 'annotations', 'nodeSelector', 'parameters', 'requests', 'limits', 'hard',
                  'capacity', 'overhead'))
"""Fields that are maps of text, in API objects."""


def render(value: Any) -> str:
    """A bad value as the message shows it: quoted text, bare numbers and booleans, anything else as JSON."""
    if isinstance(value, str):
        return str(value) if isinstance(value, Bare) else go_quote(value)
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, (int, float)):
        return repr(value)
    return json.dumps(_in_go_order(value), ensure_ascii=False, separators=(',', ':'), default=str)


def _in_go_order(value: Any, is_map: bool = False) -> Any:
    """encoding/json writes the fields of a struct in their order, and the keys of a map sorted."""
    if isinstance(value, list):
        return [_in_go_order(item) for item in value]
    if not isinstance(value, dict):
        return value
    entries = sorted(value.items()) if is_map else value.items()
    return {name: _in_go_order(item, name in MAPS and not is_map) for name, item in entries}


_ESCAPES = {'"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\a': '\\a', '\b': '\\b', '\f': '\\f',
            '\v': '\\v'}


def go_quote(text: str) -> str:
    """strconv.Quote."""
    if text.isascii() and text.isprintable() and '"' not in text and '\\' not in text:
        return f'"{text}"'
    return '"' + ''.join(_quote_char(char) for char in text) + '"'


def _quote_char(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f'\\x{code:02x}'
    return f'\\u{code:04x}' if code < 0x10000 else f'\\U{code:08x}'
