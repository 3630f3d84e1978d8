"""awk's values: numbers, strings, and strings from the input that look like numbers."""

from __future__ import annotations

import re

NUMERIC = re.compile(r'\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*\Z')
PREFIX = re.compile(r'\s*([-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)')


class Input(str):
    """Text that came from outside: it compares as a number if it looks like one."""

    __slots__ = ()


Value = float | str | None  # Input is a str
"""None is an uninitialized variable: 0 and '' at once."""


def number(value: Value) -> float:
    """The number a value stands for: the longest numeric beginning of a string."""
    if value is None:
        return 0.0
    if isinstance(value, (int, float)):
        return float(value)
    match = PREFIX.match(value)
    return float(match[1]) if match else 0.0


def text(value: Value, form: str = '%.6g') -> str:
    """The string a value stands for."""
    if value is None:
        return ''
    if isinstance(value, (int, float)):
        if abs(value) < 1e16 and value == int(value):
            return str(int(value))
        if value != value:
            return 'nan' if str(value) != '-nan' else '-nan'
        if value in (float('inf'), float('-inf')):
            return 'inf' if value > 0 else '-inf'
        if value == int(value) and abs(value) < 1e18:
            return str(int(value))
        return form % value
    return value


def truth(value: Value) -> bool:
    if value is None:
        return False
    if isinstance(value, float):
        return value != 0
    if isinstance(value, Input) and NUMERIC.match(value):
        return float(value) != 0
    return value != ''


def numeric(value: Value) -> float | None:
    """The number for a comparison, None for what is compared as a string."""
    if value is None:
        return 0.0
    if isinstance(value, float):
        return value
    if isinstance(value, Input) and NUMERIC.match(value):
        return float(value)
    return None


def compare(left: Value, right: Value) -> int:
    """Below, at or above zero; as numbers if both are, else as strings."""
    first, second = numeric(left), numeric(right)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    one, other = text(left), text(right)
    return (one > other) - (one < other)


DIRECTIVE = re.compile(r'%(%|([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlLqjzt]*([a-zA-Z]))')
WIDEST = 10_000


def formatted(form: str, args: list[Value]) -> str:
    """printf. What has no argument is '' or 0."""
    rest = list(args)

    def take() -> Value:
        return rest.pop(0) if rest else None

    def one(match: re.Match[str]) -> str:
        if match[1] == '%':
            return '%'
        flags, width, precision, kind = match[2], match[3], match[4], match[5]
        if width == '*':
            size = int(number(take()))
            flags, width = (flags + '-', str(-size)) if size < 0 else (flags, str(size))
        if precision == '*':
            precision = str(int(number(take())))
        has_dot = '.' in match[0]
        wide = min(int(width or 0), WIDEST)
        exact = min(int(precision or 0), WIDEST) if has_dot else None
        return _one(flags, wide, exact, kind, take)
    return DIRECTIVE.sub(one, form)


def _one(flags: str, width: int, precision: int | None, kind: str, take) -> str:
    if kind in 'di':
        value = number(take())
        if value != value or value in (float('inf'), float('-inf')):
            return f'%{flags.replace("0", "")}{width or ""}s' % text(value)
        exact = f'.{precision}' if precision is not None else ''
        return f'%{flags}{width or ""}{exact}d' % int(value)
    if kind in 'ouxX':
        return f'%{flags}{width or ""}{kind.replace("u", "d")}' % int(number(take()))
    if kind in 'eEfFgG':
        exact = f'.{precision}' if precision is not None else ''
        return f'%{flags}{width or ""}{exact}{kind}' % number(take())
    if kind == 'c':
        value = take()
        shown = chr(int(value) % 0x110000) if isinstance(value, float) else text(value)[:1]
        return f'%{flags.replace("0", "")}{width or ""}s' % shown
    if kind == 's':
        shown = text(take())
        shown = shown if precision is None else shown[:precision]
        return f'%{"-" if "-" in flags else ""}{width or ""}s' % shown
    return f'%{flags}{width or ""}{kind}'
