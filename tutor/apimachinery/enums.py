"""The values of fields that are enums, for OpenAPI and `kubectl explain`; the data stands in enums.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def _table() -> dict[str, dict[str, str]]:
    import yaml
    loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    entries = yaml.load(Path(__file__).with_suffix('.yaml').read_text(encoding='utf-8'), Loader=loader)
    return {field: {str(name): text for name, text in entry['values'].items()}
            for entry in entries for field in entry['fields']}


def values(definition: str, field: str) -> dict[str, str]:
    """The values of a field with what each means, in order; empty for a field that is no enum."""
    return _table().get(f'{definition}.{field}', {})


def described(text: str, found: dict[str, str]) -> str:
    """A field's text with its values, as the OpenAPI generator appends them."""
    lines = [f' - `"{name}"` {meaning}'.rstrip() for name, meaning in found.items()]
    return '\n'.join([text, '', 'Possible enum values:', *lines])
