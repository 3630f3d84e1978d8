"""get and list."""

from __future__ import annotations

import base64
import json
from typing import Any

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object
from tutor.client.transport import Response
from tutor.cluster.apiserver import listoptions, ownership, selection, tables
from tutor.cluster.apiserver.scope import Scope


def get(scope: Scope) -> Response:
    return Response(200, tables.shape(scope, ownership.shown(scope, scope.store.get(scope.info.namespace,
                                                                                    scope.info.name))))


def list_objects(scope: Scope) -> Response:
    """All objects that the selectors let through, in pieces when a limit is given."""
    query = scope.request.query
    if query:
        listoptions.check(scope)
    items = scope.store.list(scope.info.namespace)
    token = query.get('continue')
    revision = scope.server.store.revision
    if token:
        revision, start = _read_token(token)
        items = [item for item in items if _position(item) > start]
    matches = selection.matcher(scope)
    limit = max(listoptions.number(scope, 'limit'), 0)
    if matches is not None:
        items = [item for item in items if matches(item)]
    rest = 0
    if limit and len(items) > limit:
        rest = len(items) - limit
        items = items[:limit]
    meta: dict[str, Any] = {'resourceVersion': str(revision)}
    if rest:
        meta['continue'] = _token(revision, _position(items[-1]))
        if matches is None:
            meta['remainingItemCount'] = rest
    return Response(200, as_list(scope, items, meta), tuple(scope.warnings))


def as_list(scope: Scope, items: list[Object], meta: Object | None = None) -> Object:
    """A List object (or the Table of it)."""
    meta = meta or {'resourceVersion': str(scope.server.store.revision)}
    if tables.wanted(scope.request):
        return tables.table(scope, items, meta)
    if 'as=PartialObjectMetadata' in scope.request.accept:
        return {'kind': 'PartialObjectMetadataList', 'apiVersion': tables.META, 'metadata': meta,
                'items': [tables.partial(item) for item in _shown(scope, items)]}
    return {'kind': f'{scope.resource.kind}List', 'apiVersion': scope.resource.group_version, 'metadata': meta,
            'items': _shown(scope, items)}


def _shown(scope: Scope, items: list[Object]) -> list[Object]:
    found = [ownership.shown(scope, item) for item in items]
    strategy = scope.store.strategy
    return [strategy.to_version(item, scope.resource) for item in found] if strategy.converts else found


def _position(obj: Object) -> str:
    meta = obj['metadata']
    return f'{meta.get("namespace", "")}/{meta["name"]}'


def _token(revision: int, start: str) -> str:
    text = json.dumps({'v': 'meta.k8s.io/v1', 'rv': revision, 'start': start}, separators=(',', ':'))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip('=')


def _read_token(token: str) -> tuple[int, str]:
    try:
        found = json.loads(base64.urlsafe_b64decode(token + '=' * (-len(token) % 4)))
        return int(found['rv']), str(found['start'])
    except (ValueError, KeyError, TypeError):
        raise errors.bad_request('continue key is not valid: unrecognized encoded version ""') from None
