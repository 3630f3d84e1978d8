"""JSON as Go's encoding/json writes it: keys sorted, <, > and & escaped, its own form of floats."""

from __future__ import annotations

import json
import re
from typing import Any

_HTML = str.maketrans({'<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029'})
_PLAIN = re.compile(r'[ !#-%\'-;=?-\[\]-~]*').fullmatch


def to_json(value: Any, indent: int | None = 4, sort_keys: bool = True, escape_html: bool = True) -> str:
    """`indent` None gives one line without spaces (json.Marshal); the other form is MarshalIndent's, without the
    newline at the end."""
    out: list[str] = []
    _Writer(out.append, indent, sort_keys, escape_html).write(value, '\n')
    return ''.join(out)


def quote(text: str, escape_html: bool = True) -> str:
    """A string as JSON."""
    if _PLAIN(text):
        return f'"{text}"'
    quoted = json.dumps(text, ensure_ascii=False).replace('\x7f', '\\u007f')
    return quoted.translate(_HTML) if escape_html else quoted


def format_float(value: float) -> str:
    """encoding/json's floatEncoder: no exponent unless it is very large or very small."""
    if value == 0:
        return '-0' if str(value)[0] == '-' else '0'
    if 1e-6 <= abs(value) < 1e21:
        if value.is_integer():
            return str(int(value))
        text = repr(value)
        return text if 'e' not in text else f'{value:.20f}'.rstrip('0')
    mantissa, _, exponent = repr(value).partition('e')
    mantissa = mantissa.removesuffix('.0')
    if not exponent:
        return mantissa
    sign = '-' if exponent[0] == '-' else '+'
    return f'{mantissa}e{sign}{exponent.lstrip("+-").lstrip("0").rjust(1, "0")}'


class _Writer:
    def __init__(self, add: Any, indent: int | None, sort_keys: bool, escape_html: bool) -> None:
        self.add = add
        self.indent = None if indent is None else ' ' * indent
        self.sort_keys = sort_keys
        self.escape_html = escape_html
        self.colon = ':' if indent is None else ': '

    def write(self, value: Any, newline: str) -> None:
        if isinstance(value, str):
            self.add(quote(value, self.escape_html))
        elif value is None:
            self.add('null')
        elif isinstance(value, bool):
            self.add('true' if value else 'false')
        elif isinstance(value, float):
            self.add(format_float(value))
        elif isinstance(value, dict):
            self.members(value, newline)
        elif isinstance(value, (list, tuple)):
            self.items(value, newline)
        else:
            self.add(str(value))

    def members(self, value: dict[str, Any], newline: str) -> None:
        if not value:
            self.add('{}')
            return
        inner = '' if self.indent is None else newline + self.indent
        separator = '{'
        for key in sorted(value) if self.sort_keys else value:
            self.add(f'{separator}{inner}{quote(key, self.escape_html)}{self.colon}')
            self.write(value[key], inner)
            separator = ','
        self.add('}' if self.indent is None else f'{newline}}}')

    def items(self, value: Any, newline: str) -> None:
        if not value:
            self.add('[]')
            return
        inner = '' if self.indent is None else newline + self.indent
        separator = '['
        for item in value:
            self.add(separator + inner)
            self.write(item, inner)
            separator = ','
        self.add(']' if self.indent is None else f'{newline}]')
