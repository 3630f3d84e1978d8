"""PATCH in its four kinds: JSON, merge, strategic merge, apply."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery import decode, errors
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.conversion import DecodeError
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.patches import apply as server_side
from tutor.apimachinery.patches import json_patch, merge, strategic
from tutor.apimachinery.printing.json import to_json
from tutor.client.transport import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from tutor.cluster.apiserver import decoding, ownership
from tutor.cluster.apiserver.scope import Scope

ACCEPTED = (JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH, 'application/apply-patch+cbor')


def creates(scope: Scope) -> bool:
    """Whether this patch makes the object when there is none: apply does."""
    return scope.request.content_type == APPLY_PATCH


def apply(scope: Scope, old: Object | None) -> Object:
    """The patched object, private to the request; raises StatusError."""
    kind = scope.request.content_type
    if kind not in ACCEPTED:
        raise errors.unsupported_media_type(ACCEPTED)
    body = _body(scope)
    if kind == APPLY_PATCH:
        return _server_side_apply(scope, old, body)
    assert old is not None
    if scope.request.query.get('force') is not None:
        raise errors.invalid('meta.k8s.io', 'PatchOptions', '', [
            field_errors.forbidden('force', 'may not be specified for non-apply patch')])
    strategy = scope.store.strategy
    if _is_of_managers(body):
        old = ownership.of(scope, old)
    if strategy.converts:
        old = strategy.to_version(old, scope.resource)
    patched = _patched(scope, kind, old, body)
    clean = decoding.is_clean(scope, patched, old)
    new = decoding.private(scope, patched, old)
    try:
        _check_kind(scope, new, old)
        if not clean:
            decoding.decode_strictly(scope, new, old)
    except DecodeError as problem:
        shown = strategic.go_text(body) if kind == STRATEGIC_PATCH else to_json(patched, indent=None)
        raise undecodable(shown, problem) from None
    decoding.check_namespace(scope, new)
    decoding.check_name(scope, new)
    if strategy.converts:
        strategy.from_version(new)
    return new


def _is_of_managers(body: Any) -> bool:
    """Whether a patch is about managedFields, which are worked out only for those that ask."""
    if isinstance(body, list):
        return any(str(operation.get('path', '')).startswith('/metadata/managedFields')
                   for operation in body if isinstance(operation, dict))
    meta = body.get('metadata') if isinstance(body, dict) else None
    return isinstance(meta, dict) and 'managedFields' in meta


def must_be_object(body: Any) -> Object:
    """The body of a merge patch; raises BadRequest."""
    if isinstance(body, dict):
        return body
    found = {list: 'array', str: 'string', bool: 'bool'}.get(body.__class__, 'number')
    raise errors.bad_request(
        f'error decoding patch: json: cannot unmarshal {found} into Go value of type map[string]interface {{}}')


def undecodable(patch: str, problem: DecodeError) -> StatusError:
    """What is said of a patch whose outcome cannot be decoded."""
    return errors.invalid('', '', '', [field_errors.invalid('patch', patch, str(problem))])


def _patched(scope: Scope, kind: str, old: Object, body: Any) -> Object:
    if kind == JSON_PATCH:
        return json_patch.apply(deep_copy(old), body)
    must_be_object(body)
    if kind == MERGE_PATCH:
        return merge.apply(old, body)
    if not scope.server.builtin(scope.resource):
        raise errors.unsupported_media_type((JSON_PATCH, MERGE_PATCH, APPLY_PATCH))
    patched = strategic.apply(old, body, scope.resource)
    # smpPatcher converts by the type that it has decoded into, whatever the object says that it is.
    for name in ('apiVersion', 'kind'):
        if patched.get(name) != old[name] and isinstance(patched.get(name, ''), str):
            patched = {**patched, name: old[name]}
    return patched


def _check_kind(scope: Scope, new: Object, old: Object) -> None:
    """A patched object stays of its kind; raises DecodeError, or Invalid for custom resources."""
    version, kind = new.get('apiVersion'), new.get('kind')
    if (version, kind) != (old['apiVersion'], old['kind']):
        for name, value in (('Kind', kind), ('apiVersion', version)):
            if not value or not isinstance(value, str):
                raise DecodeError(f"Object '{name}' is missing in '{to_json(new, indent=None)}'")
        if not scope.server.builtin(scope.resource):
            decoding.check_kind(scope, new)
        raise DecodeError(decoding.kind_problem(scope.resource, str(version), str(kind)))
    if not isinstance(new.get('metadata'), dict):
        new['metadata'] = {}


def _server_side_apply(scope: Scope, old: Object | None, body: Any) -> Object:
    if not scope.request.query.get('fieldManager'):
        raise errors.invalid('meta.k8s.io', 'PatchOptions', '', [
            field_errors.required('fieldManager', 'is required for apply patch')])
    if not isinstance(body, dict):
        raise errors.bad_request('the body of an apply patch must be an object')
    body = deep_copy(body)
    decoding.check_kind(scope, body)
    decoding.check_namespace(scope, body)
    if body['metadata'].get('managedFields') is not None:
        raise errors.bad_request('metadata.managedFields must be nil')
    kind = scope.store.strategy.merge_type(scope.resource)
    server_side.check(body, scope.resource, kind)
    decoding.check_fields(scope, body)
    body['metadata'].setdefault('name', scope.info.name)
    decoding.check_name(scope, body)
    strategy = scope.store.strategy
    live = ownership.of(scope, old) if old is not None else None
    if live is not None and strategy.converts:
        live = strategy.to_version(live, scope.resource)
    new = server_side.apply(live, body, scope.resource, kind, scope.field_manager, scope.server.simulation.timestamp(),
                             force=scope.flag('force'), subresource=scope.info.subresource)
    if strategy.converts:
        strategy.from_version(new)
    return new


def _body(scope: Scope) -> Any:
    body = scope.request.body
    if not isinstance(body, (bytes, str)):
        return body
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        if scope.request.content_type != APPLY_PATCH:
            raise errors.bad_request(decode.json_problem(body, error)) from None
        try:
            return decode.one(body)
        except decode.DecodeError as problem:
            raise errors.bad_request(str(problem)) from None
