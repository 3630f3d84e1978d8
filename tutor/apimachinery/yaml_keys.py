"""Keys of YAML mappings on their way to JSON: what they become, and what go-yaml and sigs.k8s.io/yaml say of others."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.field import go_quote

_MOST = 2 ** 63


def as_text(key: Any) -> str | None:
    """convertToJSONableObject: keys of other plain types become strings; None for one that cannot."""
    if isinstance(key, bool):
        return 'true' if key else 'false'
    if isinstance(key, (int, float)) and not (isinstance(key, int) and key >= _MOST):
        return str(key)
    return key if isinstance(key, str) else None


def problem(key: Any, value: Any) -> str:
    """What is said of a key that has no text. go-yaml refuses maps and lists, before it has read what belongs to it."""
    if isinstance(key, (dict, list)):
        return f'yaml: invalid map key: {_go_syntax(key)}'
    kind, shown = ('%!s(<nil>)', '<nil>') if key is None else ('uint64', hex(key))
    text = '<nil>' if value is None else _go_syntax(value)
    return f'unsupported map key of type: {kind}, key: {shown}, value: {text}'


def _go_syntax(value: Any) -> str:
    """%#v of what go-yaml reads."""
    if value is None:
        return 'interface {}(nil)'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, list):
        return f'[]interface {{}}{{{", ".join(map(_go_syntax, value))}}}'
    if isinstance(value, dict):
        items = ', '.join(f'{_go_syntax(key)}:{_go_syntax(item)}' for key, item in sorted(value.items()))
        return f'map[interface {{}}]interface {{}}{{{items}}}'
    return go_quote(value) if isinstance(value, str) else repr(value)
