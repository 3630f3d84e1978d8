"""The body of a write: decoded, checked against the schema, and private to the request from here on."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import conversion, errors, resources, schema
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.conversion import DecodeError
from tutor.apimachinery.http import bodies
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.resources import Resource
from tutor.cluster.apiserver.scope import Scope

_SCHEME = 'pkg/api/legacyscheme/scheme.go:30'


def read_object(scope: Scope, old: Object | None = None) -> Object:
    """The object of a create or update, with its kind, version and namespace checked against the URL. Of an update
    (`old` is what is stored) only that is looked at which is not the stored object's own."""
    clean = old is not None and is_clean(scope, scope.request.body, old)
    obj = read_body(scope) if old is None else private(scope, scope.request.body, old)
    check_kind(scope, obj)
    if not clean:
        check_fields(scope, obj, old)
    check_namespace(scope, obj)
    if scope.store.strategy.converts:
        scope.store.strategy.from_version(obj)
    return obj


def read_body(scope: Scope) -> Object:
    """The body as a private dict; raises BadRequest."""
    body: Any = scope.request.body
    if isinstance(body, (bytes, str)):
        body = _decode(scope, body)
    else:
        body = deep_copy(body)
    if not isinstance(body, dict):
        raise errors.bad_request('the body of the request is not an object')
    return body


def _decode(scope: Scope, body: bytes | str) -> Any:
    """Bytes that a client has sent as they are."""
    sent = body.encode() if isinstance(body, str) else body
    found, _ = bodies.content(scope.request.method, scope.request.content_type, sent, scope.resource.kind)
    return found


def private(scope: Scope, body: Any, old: Object) -> Object:
    """A private copy of an object's new state. What is the stored object's own stays shared where nobody changes it in
    place: the fields of metadata and status, and all the rest where nothing of it is new, and so nothing is to be
    defaulted."""
    if not isinstance(body, dict):
        return read_body(scope)
    if scope.store.strategy.custom:
        return deep_copy(body)  # its schema may have changed since: all of it is pruned and defaulted again
    written = _BY_FIELD if scope.info.subresource == 'status' else ('metadata',)
    fresh = 'status' not in written and any(
        old.get(name) is not value for name, value in body.items()
        if name not in _BY_FIELD and isinstance(value, dict | list))
    new: Object = {}
    for name, value in body.items():
        before = old.get(name)
        if before is value and not fresh and name not in written:
            new[name] = value
        elif name in _BY_FIELD and isinstance(value, dict) and isinstance(before, dict):
            new[name] = {key: item if before.get(key) is item else deep_copy(item) for key, item in value.items()}
        else:
            new[name] = deep_copy(value)
    return new


def is_clean(scope: Scope, body: Any, old: Object) -> bool:
    """Whether there is nothing to decode in a new state of a stored object: what is the stored object's own was
    decoded when it came."""
    if not isinstance(body, dict) or scope.store.strategy.custom:
        return False
    changed: Object = {}
    for name, value in body.items():
        before = old.get(name)
        if before is value:
            continue
        if name in _BY_FIELD and isinstance(value, dict) and isinstance(before, dict):
            value = {key: item for key, item in value.items() if before.get(key) is not item}
        changed[name] = value
    return conversion.is_clean(changed, scope.resource)


_BY_FIELD = ('metadata', 'status')
"""What is looked at field by field: writes leave most of it as it was."""


def check_types(body: Object, group: str, version: str, kind: str) -> Object:
    """A body of a kind of its own, as subresources take one, with its types checked; raises BadRequest."""
    try:
        decode_kind(body, group, version, kind)
    except DecodeError as error:
        raise errors.bad_request(f'{kind} in version "{version}" cannot be handled as a {kind}: {error}') from None
    return body


def decode_kind(body: Object, group: str, version: str, kind: str) -> None:
    """The same with the plain words of the decoder. Raises DecodeError."""
    definition = schema.lookup(group, version, kind)
    assert definition is not None
    conversion.decode(body, definition)


def check_kind(scope: Scope, obj: Object) -> None:
    """What the body says it is must be what the URL is about; raises BadRequest, Invalid for custom resources."""
    expected = scope.resource.group_version, scope.resource.kind
    found = obj.get('apiVersion') or expected[0], obj.get('kind') or expected[1]
    if found != expected:
        _refuse_kind(scope, str(found[0]), str(found[1]))
    obj['apiVersion'], obj['kind'] = expected
    meta = obj.get('metadata')
    if meta is None:
        obj['metadata'] = {}
    elif not isinstance(meta, dict):
        raise errors.bad_request('metadata must be an object')


def _refuse_kind(scope: Scope, version: str, kind: str) -> None:
    """transformDecodeError: what the decoder, or the conversion to what is stored, says of another kind."""
    resource, custom = scope.resource, scope.store.strategy.custom
    group, short = resources.split_api_version(version)
    known = resources.by_kind(group, short, kind)
    if version != resource.group_version and (custom or (known and (group, kind) == (resource.group, resource.kind))):
        raise errors.bad_request(f'the API version in the data ({version}) does not match the expected API version '
                                 f'({resource.group_version})')
    if custom:
        raise errors.invalid(resource.group, resource.kind, scope.info.name, [
            field_errors.invalid('kind', kind, f'must be {resource.kind}')])
    raise errors.bad_request(f'{kind} in version "{short}" cannot be handled as a {resource.kind}: '
                             f'{kind_problem(resource, version, kind)}')


def kind_problem(resource: Resource, version: str, kind: str) -> str:
    """What the decoder says of an object of another kind than the built-in one that is expected."""
    group, short = resources.split_api_version(version)
    if resources.by_kind(group, short, kind) is None:
        return f'no kind "{kind}" is registered for version "{version}" in scheme "{_SCHEME}"'
    return f'converting ({short}.{kind}) to ({_package(resource.group)}.{resource.kind}): unknown conversion'


def _package(group: str) -> str:
    """The Go package of a group's internal types."""
    return group.partition('.')[0] or 'core'


def check_fields(scope: Scope, obj: Object, old: Object | None = None) -> None:
    """Types and unknown fields, as strict as the request asked for (fieldValidation)."""
    try:
        decode_strictly(scope, obj, old)
    except DecodeError as error:
        kind = scope.resource.kind
        raise errors.bad_request(
            f'{kind} in version "{scope.resource.version}" cannot be handled as a {kind}: {error}') from None


def decode_strictly(scope: Scope, obj: Object, old: Object | None = None) -> None:
    """The same with the plain words of the decoder. Raises DecodeError."""
    unknown = decode(scope, obj, old)
    if unknown and scope.field_validation == 'Strict':
        raise DecodeError(f'strict decoding error: {", ".join(unknown)}')
    if scope.field_validation == 'Warn':
        scope.warnings.extend(unknown)


def decode(scope: Scope, obj: Object, old: Object | None = None) -> list[str]:
    """Decode an object in place, but for what is the stored object's own; what was unknown. Raises DecodeError."""
    strategy = scope.store.strategy
    if strategy.custom:
        return strategy.decode(obj, scope.resource)
    if old is None:
        return conversion.check(obj, scope.resource)
    given = {name: value for name, value in obj.items() if old.get(name) is not value}
    decoded = dict(given)
    unknown = conversion.check(decoded, scope.resource)
    obj.update(decoded)
    for name in given.keys() - decoded.keys():
        del obj[name]
    return unknown


def check_name(scope: Scope, obj: Object) -> None:
    """handlers.checkName: the object of an update is the one of the URL."""
    name = obj['metadata'].get('name') or ''
    if not name:
        raise errors.bad_request('the name of the object (based on URL) was undeterminable: name must be provided')
    if name != scope.info.name:
        raise errors.bad_request(
            f'the name of the object ({name}) does not match the name on the URL ({scope.info.name})')


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
