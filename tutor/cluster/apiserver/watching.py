"""watch: from now, from a revision, or with the state first (sendInitialEvents)."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery import errors
from tutor.apimachinery.http.requestinfo import is_true
from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver import listoptions, selection, tables
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.watch import Event, Watcher, to_event
from tutor.cluster.storage import Change, Compacted

BOOKMARK_ANNOTATION = 'k8s.io/initial-events-end'


def watch(scope: Scope) -> Watcher:
    """Start a watch; raises StatusError (410 Expired when the revision is no longer kept)."""
    query, store = scope.request.query, scope.store
    timeout = listoptions.number(scope, 'timeoutSeconds')
    requirements = selection.field_requirements(scope)
    trigger = next(((field, value) for field, value, equal in requirements
                    if equal and field in store.strategy.triggers), None)
    matches = selection.matcher(scope)
    prefix = store.range_prefix(scope.info.namespace)
    convert = _converter(scope)
    version = query.get('resourceVersion') or ''
    initial = is_true(query.get('sendInitialEvents'))
    revision = listoptions.check_version(scope)
    missed = [] if version in ('', '0') or initial else _missed(scope, prefix, revision)
    watcher = store.broadcaster.watch(prefix, matches, convert, trigger)
    if initial or version in ('', '0'):
        for obj in selection.filtered(scope, store.list(scope.info.namespace)):
            watcher.push({'type': 'ADDED', 'object': obj})
        if initial and is_true(query.get('allowWatchBookmarks')):
            watcher.push(_bookmark(scope, {BOOKMARK_ANNOTATION: 'true'}))
    for change in missed:
        watcher.offer(change, to_event(change))
    if timeout:
        scope.server.simulation.call_later(timeout, watcher.close)
    return watcher


def _missed(scope: Scope, prefix: str, revision: int) -> list[Change]:
    store = scope.server.store
    try:
        return store.changes_since(prefix, revision)
    except Compacted:
        raise errors.resource_expired(f'too old resource version: {revision} ({store.compacted})') from None


def _bookmark(scope: Scope, annotations: Object) -> Event:
    meta = {'resourceVersion': str(scope.server.store.revision), 'annotations': annotations}
    return {'type': 'BOOKMARK', 'object': {'kind': scope.resource.kind, 'apiVersion': scope.resource.group_version,
                                           'metadata': meta}}


def _converter(scope: Scope) -> Callable[[Event], Event] | None:
    """How this client gets events, None for as they are."""
    if tables.wanted(scope.request):
        return lambda event: tables.event_table(scope, event)
    if tables.metadata_wanted(scope.request):
        return lambda event: {'type': event['type'], 'object': tables.partial(event['object'])}
    strategy = scope.store.strategy
    if strategy.converts:
        return lambda event: {'type': event['type'], 'object': event['object'] if event['type'] == 'BOOKMARK' else
                              strategy.to_version(event['object'], scope.resource)}
    return None
