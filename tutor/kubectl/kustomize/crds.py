"""crds: which fields of custom resources name other objects, by the OpenAPI definitions of a file
(accumulator.LoadConfigFromCRDs)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.decode import DecodeError, documents
from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.configuration import Configuration
from tutor.kubectl.kustomize.fields import FieldSpec, merged
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.resources import Kind

_REFERENCE = 'x-kubernetes-object-ref'
_MARKS = (('x-kubernetes-annotation', 'commonAnnotations'), ('x-kubernetes-label-selector', 'commonLabels'),
          ('x-kubernetes-identity', 'namePrefix'))


def of_definitions(folder: Folder, path: str) -> Configuration:
    """The configuration that a file of definitions gives. Raises KubectlError."""
    try:
        content = next(documents(folder.read(path)), None)
    except DecodeError as error:
        raise KubectlError(f"unable to parse open API definition from '{path}': {error}") from None
    found = Configuration()
    definitions: dict[str, Any] = content if isinstance(content, dict) else {}
    for name, definition in definitions.items():
        if {'apiVersion', 'kind', 'metadata'} <= set(_properties(definition)):
            _add(found, Kind(kind=name.rpartition('.')[2]), definitions, name, [])
    return found


def _properties(definition: Any) -> Object:
    schema = definition.get('Schema') or definition.get('schema') if isinstance(definition, dict) else None
    return (schema or {}).get('properties') or {}


def _add(found: Configuration, gvk: Kind, definitions: dict[str, Any], name: str, path: list[str]) -> None:
    """loadCrdIntoConfig."""
    for field, schema in _properties(definitions.get(name)).items():
        here = [*path, field]
        for mark, listed in _MARKS:
            if mark in schema:
                found.specs[listed] = merged(found.specs[listed], [FieldSpec('/'.join(here), gvk)])
        version, kind = (schema.get(f'{_REFERENCE}-{part}') for part in ('api-version', 'kind'))
        if version and kind:
            key = schema.get(f'{_REFERENCE}-name-key') or 'name'
            found.references.setdefault(Kind('', version, kind), []).append(FieldSpec('/'.join([*here, key]), gvk))
        if schema.get('$ref'):
            _add(found, gvk, definitions, schema['$ref'], here)
