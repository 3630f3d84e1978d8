"""A file that kubectl reads into a Go struct: JSON, or YAML by way of JSON (sigs.k8s.io/yaml)."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery import conversion, schema
from tutor.apimachinery.decode import DecodeError, parse_yaml
from tutor.apimachinery.objects import Object
from tutor.apimachinery.schema import Definition, Field

_WORDS = ((bool, 'bool'), ((int, float), 'number'), (str, 'string'), (list, 'array'))


def read_struct(text: str, definition: Definition) -> Object | None:
    """What the struct keeps of it, None where nothing is there. Raises DecodeError."""
    try:
        return _struct(json.loads(text), definition)
    except (ValueError, DecodeError):
        pass
    found = parse_yaml(text)
    try:
        return _struct(_as_wanted(found, definition), definition)
    except conversion.DecodeError as error:
        raise DecodeError(f'error unmarshaling JSON: while decoding JSON: {error}') from None


def _struct(value: Any, definition: Definition) -> Object | None:
    if value is None:
        return None
    for types, word in _WORDS:
        if isinstance(value, types):
            raise conversion.DecodeError(f'json: cannot unmarshal {word} into Go value of type '
                                         f'v1.{definition.short_name}')
    conversion.decode(value, definition)
    return value


def _as_wanted(value: Any, definition: Definition | None) -> Any:
    """convertToJSONableObject: where a text is wanted, numbers and truth values of YAML are texts."""
    if definition is None or not isinstance(value, dict):
        return value
    return {key: _field(item, definition.fields.get(key)) for key, item in value.items()}


def _field(value: Any, field: Field | None) -> Any:
    if field is None:
        return value
    if field.type == schema.STRING and isinstance(value, (bool, int, float)):
        return str(value).lower() if isinstance(value, bool) else repr(value)
    if field.type == schema.LIST and isinstance(value, list):
        return [_field(item, field.items) for item in value]
    if field.type == schema.MAP and isinstance(value, dict):
        return {key: _field(item, field.items) for key, item in value.items()}
    return _as_wanted(value, field.definition) if field.type == schema.STRUCT else value
