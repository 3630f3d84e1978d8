"""JSON patches that kubectl itself applies, in the words of evanphx/json-patch."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deep_copy
from tutor.kubectl.errors import KubectlError


def json_patched(obj: Object, patch: Any) -> Object:
    """jsonpatch.Patch.Apply; the object itself is shared and stays as it is."""
    from tutor.apimachinery.patches import json_patch
    if not isinstance(patch, list):
        kind = 'object' if isinstance(patch, dict) else _kind(patch)
        raise KubectlError(f'json: cannot unmarshal {kind} into Go value of type jsonpatch.Patch')
    patched = deep_copy(obj)
    for operation in patch:
        try:
            patched = json_patch.apply(patched, [operation])
        except StatusError:
            raise KubectlError(_problem(operation)) from None
    return patched


def _kind(text: str) -> str:
    """What encoding/json calls a JSON text that is neither object nor list."""
    return 'string' if text[:1] == '"' else 'bool' if text in ('true', 'false') else 'number'


def _problem(operation: Any) -> str:
    found = operation if isinstance(operation, dict) else {}
    kind, path = found.get('op'), str(found.get('path', ''))
    source = str(found.get('from', ''))
    last = path.rpartition('/')[2]
    match kind:
        case 'test':
            return f'testing value {path} failed: test failed'
        case 'remove':
            why = (f'access invalid index: {last}: invalid index referenced' if last.isdigit()
                   else f'remove nonexistent key: {last}: missing value')
            return f"error in remove for path: '{path}': Unable to {why}"
        case 'move':
            key = source.rpartition('/')[2]
            return f"error in move for path: '{key}': Unable to remove nonexistent key: {key}: missing value"
        case 'add' | 'replace' | 'copy':
            return f'{kind} operation does not apply: doc is missing path: "{path}": missing value'
    return f'Unexpected kind: {kind or "unknown"}'
