"""Formats in the schemas of CustomResourceDefinitions that nobody checks (apiserver/validation/formats.go)."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.apimachinery.objects import Object

_TEXT = frozenset({
    'bsonobjectid', 'uri', 'email', 'hostname', 'ipv4', 'ipv6', 'cidr', 'mac', 'uuid', 'uuid3', 'uuid4', 'uuid5',
    'isbn', 'isbn10', 'isbn13', 'creditcard', 'ssn', 'hexcolor', 'rgbcolor', 'byte', 'password', 'date', 'duration',
    'datetime', 'quantity', 'k8sshortname', 'k8slongname'})
_NUMBERS = {'integer': ('int32', 'int64'), 'number': ('float', 'double')}
_ONE, _SEVERAL, _NAMED = ('not',), ('allOf', 'anyOf', 'oneOf'), ('properties', 'patternProperties', 'definitions')
_MAYBE = ('items', 'additionalProperties', 'additionalItems')
"""Parts of a schema that are a schema, several, several by name, or one if they are no boolean."""


def unrecognized(spec: Object) -> list[str]:
    """getUnrecognizedFormatsInCRD, each once."""
    schemas = ((version.get('schema') or {}).get('openAPIV3Schema') for version in spec.get('versions') or ())
    return list(dict.fromkeys(name for schema in schemas if isinstance(schema, dict) for name in _within(schema)))


def _within(schema: Object) -> Iterator[str]:
    """SchemaHas."""
    name = schema.get('format')
    if name and not _is_known(name, schema.get('type') or ''):
        yield name
    parts = [schema.get(key) for key in (*_MAYBE, *_ONE)]
    parts += [item for key in _SEVERAL for item in schema.get(key) or ()]
    parts += [item for key in _NAMED for item in (schema.get(key) or {}).values()]
    for part in parts:
        if isinstance(part, dict):
            yield from _within(part)


def _is_known(name: str, kind: str) -> bool:
    """GetUnrecognizedFormats."""
    if kind in ('', 'string'):
        return name.replace('-', '') in _TEXT
    return name in _NUMBERS.get(kind, ())
