"""--overrides: a patch on an object that a command makes (cmdutil.OverrideOptions)."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.resources import Resource, by_kind, split_api_version
from tutor.apimachinery.schema import for_resource
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag

OVERRIDE_FLAGS = (
    Flag('override-type', default='merge', help='The method used to override the generated object: json, merge, or '
         'strategic.'),
    Flag('overrides', help='An inline JSON override for the generated object. If this is non-empty, it is used to '
         'override the generated object. Requires that the object supply a valid apiVersion field.'),
)


def overridden(obj: Object, text: str, kind: str) -> Object:
    """The object with the override applied; raises KubectlError."""
    if not text:
        return obj
    if kind not in ('json', 'merge', 'strategic'):
        raise KubectlError(f'invalid override type: {kind}')
    try:
        patch: Any = json.loads(text)
    except ValueError:
        raise KubectlError('Invalid JSON Patch') from None
    if kind == 'json':
        from tutor.apimachinery.patches import json_patch
        return json_patch.apply(obj, patch)
    if not isinstance(patch, dict):
        raise KubectlError('Invalid JSON Patch')
    resource = by_kind(*split_api_version(obj['apiVersion']), obj['kind'])
    if kind == 'strategic' and resource is not None:
        from tutor.apimachinery.patches import strategic
        return strategic.apply(obj, patch, resource)
    from tutor.apimachinery.patches import merge
    return _decoded(merge.apply(obj, patch), resource)


def _decoded(obj: Object, resource: Resource | None) -> Object:
    """As the typed object that kubectl makes of it: fields that the kind does not have are lost."""
    definition = for_resource(resource) if resource is not None else None
    if definition is None:
        return obj
    from tutor.apimachinery.conversion import DecodeError, decode
    typed = deep_copy(obj)
    try:
        decode(typed, definition)
    except DecodeError as error:
        raise KubectlError(str(error)) from None
    return typed
