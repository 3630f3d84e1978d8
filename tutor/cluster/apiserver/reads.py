"""get and list."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from tutor.apimachinery import base64url, decode, errors
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing.json import to_json
from tutor.client.transport import Response
from tutor.cluster.apiserver import listoptions, ownership, selection, tables
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.storage import Compacted


def get(scope: Scope) -> Response:
    if scope.request.query:
        listoptions.check_version(scope)
    return Response(200, tables.shape(scope, ownership.shown(scope, scope.store.get(scope.info.namespace,
                                                                                    scope.info.name))))


def list_objects(scope: Scope) -> Response:
    """All objects that the selectors let through, in pieces when a limit is given."""
    query = scope.request.query
    if query:
        listoptions.check(scope)
    limit = max(listoptions.number(scope, 'limit'), 0)
    revision, items = _items(scope, limit)
    matches = selection.matcher(scope)
    if matches is not None:
        items = [item for item in items if matches(item)]
    meta: dict[str, Any] = {'resourceVersion': str(revision)}
    if limit and len(items) > limit:
        meta['continue'] = _token(revision, _position(scope, items[limit - 1]) + '\0')
        if matches is None:
            meta['remainingItemCount'] = len(items) - limit
        items = items[:limit]
    return Response(200, as_list(scope, items, meta), tuple(scope.warnings))


def _items(scope: Scope, limit: int) -> tuple[int, list[Object]]:
    """What to list from, and of which revision: that of the first piece, one that is asked for, or now."""
    query, space = scope.request.query, scope.info.namespace
    now = scope.server.store.revision
    if token := query.get('continue'):
        revision, start = _read_token(token)
        try:
            items = scope.store.list_at(space, revision) if revision > 0 else scope.store.list(space)
        except Compacted:
            error = errors.resource_expired(TOO_OLD_TO_CONTINUE)
            error.status['metadata'] = {'continue': _token(-1, start)}
            raise error from None
        return revision if revision > 0 else now, [item for item in items if _position(scope, item) >= start]
    version = int(query.get('resourceVersion') or 0)
    if version and (query.get('resourceVersionMatch') == 'Exact' or (limit and not query.get('resourceVersionMatch'))):
        try:
            return version, scope.store.list_at(space, version)
        except Compacted:
            raise errors.resource_expired('The resourceVersion for the provided list is too old.') from None
    return now, scope.store.list(space)


def as_list(scope: Scope, items: list[Object], meta: Object | None = None) -> Object:
    """A List object (or the Table of it)."""
    meta = meta or {'resourceVersion': str(scope.server.store.revision)}
    if tables.wanted(scope.request):
        return tables.table(scope, items, meta)
    if tables.metadata_wanted(scope.request):
        return {'kind': 'PartialObjectMetadataList', 'apiVersion': tables.META, 'metadata': meta,
                'items': [tables.partial(item) for item in _shown(scope, items)]}
    return {'kind': f'{scope.resource.kind}List', 'apiVersion': scope.resource.group_version, 'metadata': meta,
            'items': _shown(scope, items)}


def _shown(scope: Scope, items: list[Object]) -> list[Object]:
    found = [ownership.shown(scope, item) for item in items]
    strategy = scope.store.strategy
    return [strategy.to_version(item, scope.resource) for item in found] if strategy.converts else found


# -- continue -----------------------------------------------------------------------------------------------------


TOO_OLD_TO_CONTINUE = (
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without '
    'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. '
    'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or '
    'deleted between the time the first chunk was returned and now may show up in the list.')


def _position(scope: Scope, obj: Object) -> str:
    """Where an object is in a list: its key below what is listed."""
    meta = obj['metadata']
    return f'{meta["namespace"]}/{meta["name"]}' if scope.resource.namespaced and not scope.info.namespace else (
        meta['name'])


def _token(revision: int, start: str) -> str:
    text = to_json({'v': 'meta.k8s.io/v1', 'rv': revision, 'start': start}, indent=None, sort_keys=False)
    return base64url.encode(text.encode())


def _read_token(token: str) -> tuple[int, str]:
    """DecodeContinue: the revision and where to go on."""
    text = ''
    try:
        text = base64.b64decode(token + '=' * (-len(token) % 4), altchars=b'-_', validate=True).decode('latin-1')
        found = json.loads(text)
        if found['v'] != 'meta.k8s.io/v1':
            problem = f'server does not recognize this encoded version {go_quote(str(found["v"]))}'
        elif not found['rv']:
            problem = 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'
        elif not found['start']:
            problem = 'encoded start key empty (version meta.k8s.io/v1)'
        else:
            return int(found['rv']), str(found['start'])
    except binascii.Error:
        wrong = re.search('[^-_A-Za-z0-9]', token)
        problem = f'illegal base64 data at input byte {wrong.start() if wrong else len(token) - 1}'
    except ValueError as error:
        problem = decode.json_problem(text, error)
    except (KeyError, TypeError):
        problem = 'server does not recognize this encoded version ""'
    raise errors.bad_request(f'invalid continue token: continue key is not valid: {problem}')
