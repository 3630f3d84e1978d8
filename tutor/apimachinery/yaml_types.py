"""How go-yaml v2 reads an unquoted scalar: YAML 1.1 with its own opinions about numbers and timestamps."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

_WORDS: dict[str, Any] = {'': None, '~': None, '<<': '<<'}
for _value, _names in (
    (True, 'y yes true on'), (False, 'n no false off'), (None, 'null'),
):
    for _name in _names.split():
        _WORDS |= {_name: _value, _name.capitalize(): _value, _name.upper(): _value}
_INFINITY = float('inf')
for _name, _value in (('.nan', float('nan')), ('.inf', _INFINITY), ('+.inf', _INFINITY), ('-.inf', -_INFINITY)):
    _WORDS |= {_name: _value, _name.upper(): _value, _name.replace('i', 'I').replace('nan', 'NaN'): _value}

_INT = re.compile(r'[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)').fullmatch
_FLOAT = re.compile(r'[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?').fullmatch
_TIMESTAMP = re.compile(
    r'\d{4}-\d{1,2}-\d{1,2}([Tt]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d\d:\d\d)| \d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?)?'
).fullmatch
_BASE60 = re.compile(r'[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?').fullmatch

MERGE = '<<'


@lru_cache(maxsize=8192)
def resolve(text: str) -> Any:
    """The value of an unquoted scalar. Timestamps stay text, as go-yaml keeps them for untyped targets."""
    if text in _WORDS:
        return text if text == MERGE else _WORDS[text]
    if text[0] not in '+-.0123456789':
        return text
    plain = text.replace('_', '')
    if _INT(plain):
        number = _integer(plain)
        if -2**63 <= number < 2**64:
            return number
    if _FLOAT(plain):
        return _whole(float(plain))
    return text


@lru_cache(maxsize=8192)
def resolve_v3(text: str) -> Any:
    """The same by go-yaml v3 for untyped targets: of the words for a truth value only true and false are one, and
    timestamps are times, which JSON shows in full."""
    found = resolve(text)
    if isinstance(found, bool) and text.lower() not in ('true', 'false'):
        return text
    return _in_full(text) if found is text and _TIMESTAMP(text) else found


def _in_full(text: str) -> str:
    """A timestamp as Go writes it in JSON (RFC 3339); the text itself when there is no such day."""
    try:
        date, _, clock = text.replace('t', 'T').replace(' ', 'T').partition('T')
        year, month, day = (int(part) for part in date.split('-'))
        parsed = datetime(year, month, day)
    except ValueError:
        return text
    return f'{parsed:%Y-%m-%d}T{clock or "00:00:00"}{"" if clock[-1:] == "Z" or "+" in clock or "-" in clock else "Z"}'


def _integer(plain: str) -> int:
    digits = plain.lstrip('+-')
    sign = -1 if plain[0] == '-' else 1
    if len(digits) > 1 and digits[0] == '0' and digits[1].isdigit():
        return sign * int(digits, 8)
    return sign * int(digits, 0)


def _whole(value: float) -> float | int:
    """As JSON, a float without a fraction is written, and read back, as a whole number."""
    return int(value) if abs(value) < 1e21 and value.is_integer() else value


@lru_cache(maxsize=8192)
def is_string(text: str) -> bool:
    """Whether a text, written without quotes, would be read as a string again."""
    if text in _WORDS or _TIMESTAMP(text) or _BASE60(text):
        return False
    return text[0] not in '+-.0123456789' or isinstance(resolve(text), str)
