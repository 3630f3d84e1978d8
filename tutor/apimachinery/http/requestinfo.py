"""What a request is about, read off its method, path and query (apiserver/pkg/endpoints/request/requestinfo.go)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

VERBS = {'POST': 'create', 'GET': 'get', 'HEAD': 'get', 'PUT': 'update', 'PATCH': 'patch', 'DELETE': 'delete'}
NAMESPACE_SUBRESOURCES = ('status', 'finalize')

_What = tuple[str, str, str, str, str, str, str, tuple[str, ...]]
"""The fields of a RequestInfo from `prefix` on."""


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
    fields: str = ''
    """The field selector of a list or watch."""

    @property
    def selected(self) -> str:
        """The one object that it is about: by its path, or because the field selector allows no other name."""
        return self.name or (self.value_of('metadata.name') if self.fields else '')

    def selects(self, field: str, value: str) -> bool:
        """Whether the field selector demands that a field has a value."""
        return self.value_of(field) == value

    def value_of(self, field: str) -> str:
        """What the field selector demands of a field, '' if nothing."""
        for part in self.fields.split(','):
            name, _, value = part.replace('==', '=').partition('=')
            if name == field:
                return value
        return ''


def parse(method: str, path: str, query: Mapping[str, Any]) -> RequestInfo:
    """The RequestInfo of a request; a path that is no resource's has is_resource False."""
    known = _read_path(path)
    if known is None:
        return RequestInfo(path, method.lower())
    watched, what = known
    info = RequestInfo(path, VERBS.get(method, ''), True, *what)
    if method in ('GET', 'HEAD') and (not info.name or watched or is_true(query.get('watch'))):
        info.verb = 'watch' if watched or is_true(query.get('watch')) else 'list'
        info.fields = query.get('fieldSelector') or ''
    elif info.verb == 'delete' and not info.name:
        info.verb = 'deletecollection'
        info.fields = query.get('fieldSelector') or ''
    return info


@lru_cache(maxsize=1024)
def _read_path(path: str) -> tuple[bool, _What] | None:
    """Whether a resource's path is below the old /watch/, and what it names; None for any other path."""
    parts = [part for part in path.split('/') if part]
    base = {'api': 2, 'apis': 3}.get(parts[0] if parts else '', 0)
    if not base or len(parts) <= base:
        return None
    group, version = ('', parts[1]) if base == 2 else (parts[1], parts[2])
    rest = parts[base:]
    watched = rest[0] == 'watch'
    return watched, (parts[0], group, version, *_read_object(rest[1:] if watched else rest))


def _read_object(rest: list[str]) -> tuple[str, str, str, str, tuple[str, ...]]:
    namespace = ''
    if rest and rest[0] == 'namespaces' and len(rest) > 1:
        namespace = rest[1]
        if len(rest) > 2 and rest[2] not in NAMESPACE_SUBRESOURCES:
            rest = rest[2:]
    resource, name, subresource = (*rest[:3], '', '', '')[:3]
    return namespace, resource, subresource, name, tuple(rest[3:])


def is_true(value: Any) -> bool:
    """What a parameter means that says yes or no: nothing, '0' and 'false' are no, anything else (also '') is yes.

    Ported from Convert_Slice_string_To_bool.
    """
    return value not in (None, False) and str(value).lower() not in ('0', 'false')
