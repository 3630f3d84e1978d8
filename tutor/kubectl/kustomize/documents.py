"""From bytes to objects, lists taken apart (resource.Factory)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import yaml_types
from tutor.apimachinery.decode import DecodeError, documents
from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.resources import Item, ResMap


class Malformed(KubectlError):
    """A file that is no YAML (MalformedYAMLError)."""


def from_file(folder: Folder, path: str) -> ResMap:
    """The objects of a file. Raises KubectlError."""
    data, found = folder.read(path), ResMap()
    try:
        found.add(from_bytes(data))
        return found
    except DecodeError as error:
        text = str(error).removeprefix('error converting YAML to JSON: ')
        raise Malformed(f'MalformedYAMLError: {text} in File: {path}') from None


def from_bytes(data: str | bytes) -> list[Item]:
    """The objects of a text. Raises DecodeError and KubectlError."""
    left: list[Any] = [document for document in documents(data, yaml_types.resolve_v3) if document not in ({}, [])]
    for document in left:
        _check(document)
    found: list[Item] = []
    while left:
        document = left.pop(0)
        if not document['kind'].endswith('List'):
            found.append(Item(document))
            continue
        items = document.get('items')
        items = items if isinstance(items, list) else []
        for item in items:
            _check(item)
        left += items
    return found


def _check(document: Any) -> None:
    """GetValidatedMetadata."""
    if not isinstance(document, dict) or not any(document.get(name) for name in ('apiVersion', 'kind', 'metadata')):
        raise KubectlError('missing Resource metadata')
    if not document.get('kind'):
        raise KubectlError(f'missing kind in object {_meta(document)}')
    if not document['kind'].endswith('List') and not (document.get('metadata') or {}).get('name'):
        raise KubectlError(f'missing metadata.name in object {_meta(document)}')


def _meta(document: Object) -> str:
    """fmt's %v of a ResourceMeta."""
    meta = document.get('metadata') or {}

    def pairs(name: str) -> str:
        return ' '.join(f'{key}:{value}' for key, value in sorted((meta.get(name) or {}).items()))
    return (f'{{{{{document.get("apiVersion") or ""} {document.get("kind") or ""}}} {{{{{meta.get("name") or ""} '
            f'{meta.get("namespace") or ""}}} map[{pairs("labels")}] map[{pairs("annotations")}]}}}}')
