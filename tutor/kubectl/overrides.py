"""--overrides: a patch on an object that a command makes (cmdutil.OverrideOptions)."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.decode import json_problem
from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches import merge
from tutor.apimachinery.printing.go_structs import with_zero_values
from tutor.apimachinery.resources import Resource, by_kind, split_api_version
from tutor.kubectl.changes import patched_locally
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.json_patching import json_patched
from tutor.kubectl.scheme import typed, unregistered
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
    resource = by_kind(*split_api_version(obj['apiVersion']), obj['kind'])
    assert resource is not None, obj['kind']
    return _decoded({'json': _json, 'merge': _merge, 'strategic': _strategic}[kind](obj, text, resource), resource)


def _json(obj: Object, text: str, _: Resource) -> Object:
    try:
        return json_patched(obj, json.loads(text))
    except ValueError as error:
        raise KubectlError(json_problem(text, error)) from None


def _merge(obj: Object, text: str, _: Resource) -> Object:
    patch = _json_object(text, 'Invalid JSON Patch')
    return merge.apply(obj, patch)


def _strategic(obj: Object, text: str, resource: Resource) -> Object:
    patch = _json_object(text, 'invalid JSON document')
    return patched_locally(obj, patch, schema.for_resource(resource))


def _json_object(text: str, otherwise: str) -> Object:
    try:
        patch: Any = json.loads(text)
    except ValueError:
        patch = None
    if not isinstance(patch, dict):
        raise KubectlError(otherwise)
    return patch


def _decoded(obj: Object, resource: Resource) -> Object:
    """As the typed object that kubectl makes of it."""
    version, kind = obj.get('apiVersion', ''), obj.get('kind', '')
    if (version, kind) != (resource.group_version, resource.kind):
        raise unregistered(version, kind)
    return with_zero_values(typed(obj))
