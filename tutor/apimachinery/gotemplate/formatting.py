"""fmt: %v and its relatives, on JSON values."""

from __future__ import annotations

import re
from typing import Any

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.printing.yaml import format_float

_VERB = re.compile(r'%([-+# 0]*)(\*|\d+)?(?:\.(\d+)?)?([a-zA-Z%])')
MAX_WIDTH = 10_000


def text(value: Any) -> str:
    """%v."""
    if isinstance(value, str):
        return value
    if value is None:
        return '<nil>'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, float):
        return format_float(value)
    if isinstance(value, dict):
        return f'map[{" ".join(f"{key}:{text(value[key])}" for key in sorted(value))}]'
    if isinstance(value, list):
        return f'[{" ".join(map(text, value))}]'
    return str(value)


def sprint(*values: Any) -> str:
    """fmt.Sprint: spaces between operands when neither is a string."""
    out: list[str] = []
    for number, value in enumerate(values):
        if number and not isinstance(value, str) and not isinstance(values[number - 1], str):
            out.append(' ')
        out.append(text(value))
    return ''.join(out)


def sprintln(*values: Any) -> str:
    return ' '.join(map(text, values)) + '\n'


def sprintf(form: str, *values: Any) -> str:
    """fmt.Sprintf for the verbs that make sense of JSON values."""
    arguments = list(values)
    used = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal used
        flags, width, precision, verb = match.groups()
        if verb == '%':
            return '%'
        if width == '*':
            width = str(arguments[used]) if used < len(arguments) else None
            used += 1
        if used >= len(arguments):
            return f'%!{verb}(MISSING)'
        value = arguments[used]
        used += 1
        shown = _verb(verb, value, flags, None if precision is None else int(precision))
        return _pad(shown, flags, min(int(width or 0), MAX_WIDTH))
    shown = _VERB.sub(replace, form)
    if used < len(arguments):
        extra = ', '.join(f'{_type(value)}={text(value)}' for value in arguments[used:])
        shown += f'%!(EXTRA {extra})'
    return shown


def _type(value: Any) -> str:
    return {str: 'string', bool: 'bool', int: 'int', float: 'float64', dict: 'map[string]interface {}',
            list: '[]interface {}'}.get(type(value), '<nil>')


def _verb(verb: str, value: Any, flags: str, precision: int | None) -> str:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if verb == 'v':
        return text(value)
    if verb == 'T':
        return _type(value)
    if verb == 's' and not number and not isinstance(value, bool):
        return text(value)[:precision] if precision is not None else text(value)
    if verb == 'q' and isinstance(value, str):
        return go_quote(value)
    if verb == 't' and isinstance(value, bool):
        return text(value)
    if verb == 'd' and number and isinstance(value, int):
        return f'{value:+d}' if '+' in flags else str(value)
    if verb in 'xXob' and number and isinstance(value, int):
        return format(value, verb)
    if verb in 'xX' and isinstance(value, str):
        return value.encode().hex() if verb == 'x' else value.encode().hex().upper()
    if verb in 'feEgG' and isinstance(value, float):
        return f'{value:.{6 if precision is None else precision}{verb}}' if verb != 'g' or precision is not None \
            else format_float(value)
    if verb == 'c' and number:
        return chr(int(value))
    return f'%!{verb}({_type(value)}={text(value)})'


def _pad(shown: str, flags: str, width: int) -> str:
    if '-' in flags:
        return shown.ljust(width)
    return shown.rjust(width, '0' if '0' in flags else ' ')
