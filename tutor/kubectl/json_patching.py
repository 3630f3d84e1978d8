"""JSON patches that kubectl itself applies."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError


def json_patched(obj: Object, patch: Any) -> Object:
    """jsonpatch.Patch.Apply; the object itself is shared and stays as it is."""
    from tutor.apimachinery.patches import operations
    if not isinstance(patch, list):
        kind = 'object' if isinstance(patch, dict) else _kind(patch)
        raise KubectlError(f'json: cannot unmarshal {kind} into Go value of type jsonpatch.Patch')
    for operation in patch:
        if not isinstance(operation, dict):
            raise KubectlError(f'json: cannot unmarshal {_kind_of(operation)} into Go value of type '
                               'jsonpatch.Operation')
    try:
        return operations.apply(obj, patch)
    except operations.JsonPatchError as error:
        raise KubectlError(str(error)) from None


def _kind(text: str) -> str:
    """What encoding/json calls a JSON text that is neither object nor list."""
    return 'string' if text[:1] == '"' else 'bool' if text in ('true', 'false') else 'number'


def _kind_of(value: Any) -> str:
    return {str: 'string', bool: 'bool', list: 'array'}.get(type(value), 'number')
