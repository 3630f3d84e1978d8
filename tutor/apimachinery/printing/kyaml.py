"""KYAML: the strict, bracketed dialect of YAML that kubectl prints with `-o kyaml`."""

from __future__ import annotations

import re
from typing import Any

from tutor.apimachinery import yaml_types
from tutor.apimachinery.printing import yaml
from tutor.apimachinery.printing.json import format_float

_BARE_KEY = re.compile(r'[A-Za-z_][A-Za-z0-9_./-]*').fullmatch


def to_kyaml(value: Any) -> str:
    """One document with its header, keys sorted; strings are always quoted."""
    return f'---\n{_value(value, "")}\n'


def _value(value: Any, indent: str) -> str:
    if isinstance(value, dict):
        return _mapping(value, indent)
    if isinstance(value, (list, tuple)):
        return _list(value, indent)
    if isinstance(value, str):
        return yaml.quote(value)
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return format_float(value) if isinstance(value, float) else str(value)


def _key(key: str) -> str:
    return key if _BARE_KEY(key) and yaml_types.is_string(key) else yaml.quote(key)


def _mapping(value: dict[str, Any], indent: str) -> str:
    if not value:
        return '{}'
    inner = f'{indent}  '
    lines = ''.join(f'{inner}{_key(key)}: {_value(value[key], inner)},\n' for key in sorted(value))
    return f'{{\n{lines}{indent}}}'


def _list(value: Any, indent: str) -> str:
    """Brackets of a list of mappings or lists are cuddled."""
    if not value:
        return '[]'
    if all(isinstance(item, (dict, list, tuple)) and item for item in value):
        return f'[{", ".join(_value(item, indent) for item in value)}]'
    inner = f'{indent}  '
    return '[\n' + ''.join(f'{inner}{_value(item, inner)},\n' for item in value) + f'{indent}]'
