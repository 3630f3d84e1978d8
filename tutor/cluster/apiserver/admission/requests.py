"""What policies and webhooks get to know of a request (CreateAdmissionRequest)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.authentication import user_info
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

CONNECT = 'CONNECT'
_OPTIONS = {'CREATE': 'CreateOptions', 'UPDATE': 'UpdateOptions', 'DELETE': 'DeleteOptions'}


def operation(scope: Scope, obj: Object | None, old: Object | None) -> str:
    """CREATE, UPDATE, DELETE or CONNECT."""
    if scope.info.verb == 'connect':
        return CONNECT
    return 'DELETE' if obj is None else 'CREATE' if old is None else 'UPDATE'


def admission_request(scope: Scope, kind: str, context: Context, obj: Object | None) -> Object:
    """The AdmissionRequest but for its uid and its objects; `kind` is the operation."""
    resource = scope.resource
    group_kind = _kind(scope, kind, obj)
    names = {'group': resource.group, 'version': resource.version, 'resource': resource.plural}
    found: dict[str, Any] = {'kind': group_kind, 'resource': names}
    if scope.info.subresource:
        found['subResource'] = scope.info.subresource
    found |= {'requestKind': group_kind, 'requestResource': names}
    if scope.info.subresource:
        found['requestSubResource'] = scope.info.subresource
    name = scope.info.name or (obj or {}).get('metadata', {}).get('name', '')
    found |= {key: value for key, value in (('name', name), ('namespace', context.namespace)) if value}
    return {**found, 'operation': kind, 'userInfo': user_info(scope.user), 'dryRun': context.dry_run,
            'options': _options(scope, kind)}


def _kind(scope: Scope, kind: str, obj: Object | None) -> Object:
    """A connection is about its options, everything else about the object."""
    known = scope.resource.subresource(scope.info.subresource) if kind == CONNECT else None
    name = known.kind if known is not None else (obj or {}).get('kind') or scope.resource.kind
    return {'group': scope.resource.group, 'version': scope.resource.version, 'kind': name}


def _options(scope: Scope, kind: str) -> Object:
    """The options of the verb, as its query has them."""
    name = 'PatchOptions' if scope.info.verb == 'patch' else _OPTIONS.get(kind)
    if name is None:
        return {}
    given = {key: scope.request.query[key] for key in ('fieldManager', 'fieldValidation')
             if scope.request.query.get(key)}
    if scope.dry_run:
        given['dryRun'] = ['All']
    return {'kind': name, 'apiVersion': 'meta.k8s.io/v1', **given}
