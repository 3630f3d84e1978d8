"""What a request is about, read off its method, path and query (apiserver/pkg/endpoints/request/requestinfo.go)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERBS = {'POST': 'create', 'GET': 'get', 'HEAD': 'get', 'PUT': 'update', 'PATCH': 'patch', 'DELETE': 'delete'}
NAMESPACE_SUBRESOURCES = ('status', 'finalize')


@dataclass(slots=True)
class RequestInfo:
    """`verb` is an API verb for resources, the HTTP method in lower case for other paths."""

    path: str
    verb: str
    is_resource: bool = False
    prefix: str = ''
    group: str = ''
    version: str = ''
    namespace: str = ''
    resource: str = ''
    subresource: str = ''
    name: str = ''
    rest: tuple[str, ...] = ()


def parse(method: str, path: str, query: Mapping[str, Any]) -> RequestInfo:
    """The RequestInfo of a request; a path that is no resource's has is_resource False."""
    parts = [part for part in path.split('/') if part]
    base = {'api': 2, 'apis': 3}.get(parts[0] if parts else '', 0)
    if not base or len(parts) <= base:
        return RequestInfo(path, method.lower())
    group, version = ('', parts[1]) if base == 2 else (parts[1], parts[2])
    info = RequestInfo(path, VERBS.get(method, ''), True, parts[0], group, version)
    rest = parts[base:]
    if rest[0] == 'watch':
        rest = rest[1:]
        query = {**query, 'watch': 'true'}
    _read_object(info, rest)
    if method in ('GET', 'HEAD') and (not info.name or is_true(query.get('watch'))):
        info.verb = 'watch' if is_true(query.get('watch')) else 'list'
    elif info.verb == 'delete' and not info.name:
        info.verb = 'deletecollection'
    return info


def _read_object(info: RequestInfo, rest: list[str]) -> None:
    if rest and rest[0] == 'namespaces' and len(rest) > 1:
        info.namespace = rest[1]
        if len(rest) > 2 and rest[2] not in NAMESPACE_SUBRESOURCES:
            rest = rest[2:]
    if rest:
        info.resource = rest[0]
        info.name = rest[1] if len(rest) > 1 else ''
        info.subresource = rest[2] if len(rest) > 2 else ''
        info.rest = tuple(rest[3:])


def is_true(value: Any) -> bool:
    return value in (True, 'true', '1')
