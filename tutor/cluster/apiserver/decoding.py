"""The body of a write: decoded, checked against the schema, and private to the request from here on."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object, deep_copy
from tutor.cluster.apiserver.scope import Scope


def read_object(scope: Scope) -> Object:
    """The object of a create or update, with its kind, version and namespace checked against the URL."""
    obj = read_body(scope)
    check_kind(scope, obj)
    check_fields(scope, obj)
    check_namespace(scope, obj)
    if scope.store.strategy.converts:
        scope.store.strategy.from_version(obj)
    return obj


def read_body(scope: Scope) -> Object:
    """The body as a private dict; raises BadRequest."""
    body: Any = scope.request.body
    if isinstance(body, (bytes, str)):
        body = _decode(body)
    else:
        body = deep_copy(body)
    if not isinstance(body, dict):
        raise errors.bad_request('the body of the request is not an object')
    return body


def _decode(body: bytes | str) -> Any:
    try:
        return json.loads(body or '{}')
    except (ValueError, RecursionError):
        from tutor.apimachinery import decode
        try:
            return decode.one(body)
        except decode.DecodeError as error:
            raise errors.bad_request(f'the object provided is unrecognized (must be of type Object): {error}') from None


def check_types(body: Object, group: str, version: str, kind: str) -> Object:
    """A body of a kind of its own, as subresources take one, with its types checked; raises BadRequest."""
    from tutor.apimachinery import conversion, schema
    definition = schema.lookup(group, version, kind)
    assert definition is not None
    try:
        conversion.decode(body, definition)
    except conversion.DecodeError as error:
        raise errors.bad_request(f'{kind} in version "{version}" cannot be handled as a {kind}: {error}') from None
    return body


def check_kind(scope: Scope, obj: Object) -> None:
    resource = scope.resource
    version, kind = obj.get('apiVersion'), obj.get('kind')
    if kind and kind != resource.kind:
        raise errors.bad_request(
            f'{kind} in version "{version or resource.group_version}" cannot be handled as a {resource.kind}: '
            f'no kind "{kind}" is registered for the requested resource')
    if version and version != resource.group_version:
        raise errors.bad_request(
            f'the API version in the data ({version}) does not match the expected API version '
            f'({resource.group_version})')
    obj['apiVersion'], obj['kind'] = resource.group_version, resource.kind
    meta = obj.get('metadata')
    if meta is None:
        obj['metadata'] = {}
    elif not isinstance(meta, dict):
        raise errors.bad_request('metadata must be an object')


def check_fields(scope: Scope, obj: Object) -> None:
    """Types and unknown fields, as strict as the request asked for (fieldValidation)."""
    from tutor.apimachinery import schema
    strategy = scope.store.strategy
    unknown = strategy.decode(obj, scope.resource) if strategy.custom else schema.check(obj, scope.resource)
    if not unknown:
        return
    if scope.field_validation == 'Strict':
        raise errors.bad_request(
            f'{scope.resource.kind} in version "{scope.resource.version}" cannot be handled as a '
            f'{scope.resource.kind}: strict decoding error: {", ".join(unknown)}')
    if scope.field_validation == 'Warn':
        scope.warnings.extend(unknown)


def check_namespace(scope: Scope, obj: Object) -> None:
    """rest.EnsureObjectNamespaceMatchesRequestNamespace."""
    meta = obj['metadata']
    given = meta.get('namespace') or ''
    if not scope.resource.namespaced:
        meta.pop('namespace', None)
        return
    if not scope.info.namespace:
        scope.info.namespace = given or 'default'
    if given and given != scope.info.namespace:
        raise errors.bad_request(
            'the namespace of the provided object does not match the namespace sent on the request')
    meta['namespace'] = scope.info.namespace
