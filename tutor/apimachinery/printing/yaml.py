"""YAML as sigs.k8s.io/yaml (go-yaml v2) writes it, byte for byte."""

from __future__ import annotations

import re
from functools import cmp_to_key, lru_cache
from typing import Any

from tutor.apimachinery import yaml_types

_SIMPLE = re.compile(r'[A-Za-z0-9_./][A-Za-z0-9_./-]*').fullmatch
_LONGEST_SIMPLE_KEY = 128


def to_yaml(value: Any) -> str:
    """One document, with a newline at its end. Keys are sorted, nothing is folded."""
    out: list[str] = []
    _node(value, '', out.append, '')
    text = ''.join(out)
    return text.removeprefix('\n') + '\n'


def _node(value: Any, indent: str, add: Any, lead: str) -> None:
    """Write a value after what stands before it on its line (a key's colon, or a dash); `lead` is '' at the root.

    `indent` is the indentation that nested lines get.
    """
    if isinstance(value, dict) and value:
        _mapping(value, indent, add, lead)
    elif isinstance(value, (list, tuple)) and value:
        _sequence(value, indent, add, lead)
    else:
        add(f'{lead and " "}{_leaf(value, indent)}')


def _leaf(value: Any, indent: str) -> str:
    if isinstance(value, str):
        return _multiline(value, indent) if '\n' in value else scalar(value)
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, float):
        return format_float(value)
    if isinstance(value, dict):
        return '{}'
    if isinstance(value, (list, tuple)):
        return '[]'
    return str(value)


def _mapping(value: dict[str, Any], indent: str, add: Any, lead: str) -> None:
    # The first key of a mapping in a list stands on the line of its dash.
    separator = ' ' if lead == '-' else f'\n{indent}'
    for key in _sorted_keys(value):
        item = value[key]
        shown = scalar(key) if '\n' not in key else quote(key)
        if len(key.encode()) > _LONGEST_SIMPLE_KEY or '\n' in key:
            add(f'{separator}? {shown}\n{indent}:')
        else:
            add(f'{separator}{shown}:')
        separator = f'\n{indent}'
        if isinstance(item, (list, tuple)):
            # A list under a key is not indented any further.
            _node(item, indent, add, ':')
        else:
            _node(item, f'{indent}  ', add, ':')


def _sequence(value: Any, indent: str, add: Any, lead: str) -> None:
    separator = ' ' if lead == '-' else f'\n{indent}'
    for item in value:
        add(f'{separator}-')
        separator = f'\n{indent}'
        _node(item, f'{indent}  ', add, '-')


# -- scalars ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def scalar(text: str) -> str:
    """A string on one line: plain where it would be read back as a string, quoted otherwise."""
    if not text or not yaml_types.is_string(text):
        return quote(text)
    if _SIMPLE(text):
        return text
    if _special(text):
        return quote(text)
    if _plain_allowed(text):
        return text
    return "'" + text.replace("'", "''") + "'"


_FIRST = frozenset('#,[]{}&*!|>\'"%@`')


def _plain_allowed(text: str) -> bool:
    """yaml_emitter_analyze_scalar: block context."""
    if text.startswith(('---', '...')) or text[0] == ' ' or text[-1] == ' ':
        return False
    first = text[0]
    if first in _FIRST:
        return False
    if first in '?:-' and (len(text) == 1 or text[1] == ' '):
        return False
    return not (': ' in text or text[-1] == ':' or ' #' in text)


def _printable(char: str) -> bool:
    code = ord(char)
    return code == 0x0A or 0x20 <= code <= 0x7E or (0xA0 <= code <= 0xFFFD and code != 0xFEFF
                                                     and not 0xD800 <= code <= 0xDFFF)


_ASCII = re.compile(r'[\n -~]*').fullmatch


@lru_cache(maxsize=4096)
def _special(text: str) -> bool:
    return not _ASCII(text) and not all(map(_printable, text))


def _multiline(text: str, indent: str) -> str:
    """A literal block where it can be one."""
    if _special(text) or ' \n' in text or text.endswith(' '):
        return quote(text)
    hint = '2' if text[0] in ' \n' else ''
    if not text.endswith('\n'):
        hint += '-'
    elif text == '\n' or text.endswith('\n\n'):
        hint += '+'
    body = text.removesuffix('\n')
    lines = [f'{indent or "  "}{line}' if line else '' for line in body.split('\n')]
    return f'|{hint}\n' + '\n'.join(lines)


_ESCAPES = {
    '\0': '\\0', '\a': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r',
    '\x1b': '\\e', '"': '\\"', '\\': '\\\\', '\x85': '\\N', '\ufeff': '\\uFEFF', '\u2028': '\\L', '\u2029': '\\P',
}


def quote(text: str) -> str:
    """A double-quoted scalar."""
    return '"' + ''.join(_escape(char) for char in text) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if _printable(char):
        return char
    code = ord(char)
    if code <= 0xFF:
        return f'\\x{code:02X}'
    return f'\\u{code:04X}' if code <= 0xFFFF else f'\\U{code:08X}'


def format_float(value: float) -> str:
    """strconv.FormatFloat(value, 'g', -1, 64)."""
    if value != value:
        return '.nan'
    if value in (float('inf'), -float('inf')):
        return '.inf' if value > 0 else '-.inf'
    if value == 0:
        return '0'
    digits, exponent = _shortest(value)
    if -4 <= exponent < 6:
        return repr(value).removesuffix('.0')
    mantissa = digits[0] + ('.' + digits[1:] if len(digits) > 1 else '')
    sign = '-' if value < 0 else ''
    return f'{sign}{mantissa}e{"-" if exponent < 0 else "+"}{abs(exponent):02d}'


def _shortest(value: float) -> tuple[str, int]:
    """The fewest digits that name a float, and its decimal exponent."""
    mantissa, _, exponent = f'{abs(value)!r}'.partition('e')
    whole, _, fraction = mantissa.partition('.')
    digits = (whole + fraction).lstrip('0')
    power = int(exponent or 0) + (len(whole) - 1 if whole != '0' else -(len(fraction) - len(fraction.lstrip('0'))) - 1)
    return digits.rstrip('0') or '0', power


# -- the order of keys --------------------------------------------------------------------------------------------


def _sorted_keys(value: dict[str, Any]) -> list[str]:
    keys = sorted(value)
    if all(map(str.isalpha, keys)):
        return keys
    return sorted(keys, key=_key_order)


def _compare(left: str, right: str) -> int:
    """keyList.Less: letters after everything else, numbers inside names by their value."""
    if left == right:
        return 0
    index = next((number for number, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    if index is None:
        return -1 if len(left) < len(right) else 1
    a, b = left[index], right[index]
    if a.isalpha() and b.isalpha():
        return -1 if a < b else 1
    if a.isalpha() or b.isalpha():
        return -1 if b.isalpha() else 1
    return _compare_numbers(left, right, index)


def _compare_numbers(left: str, right: str, index: int) -> int:
    start = 0
    if left[index] == '0' or right[index] == '0':
        back = index - 1
        while back >= 0 and left[back].isdigit():
            if left[back] != '0':
                start = 1
                break
            back -= 1
    a_text, b_text = _digits(left, index), _digits(right, index)
    a, b = int(f'{start}{a_text}'), int(f'{start}{b_text}')
    if a != b:
        return -1 if a < b else 1
    if len(a_text) != len(b_text):
        return -1 if len(a_text) < len(b_text) else 1
    return -1 if left[index] < right[index] else 1


def _digits(text: str, index: int) -> str:
    match = re.compile(r'[0-9]*').match(text, index)
    assert match is not None
    return match[0]


_key_order = cmp_to_key(_compare)
