"""Objects in the form the client asked for: as they are, as a Table, or their metadata only."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.client.transport import Request
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Column

META = 'meta.k8s.io/v1'


def wanted(request: Request) -> bool:
    return 'as=Table' in request.accept


def metadata_wanted(request: Request) -> bool:
    return 'as=PartialObjectMetadata' in request.accept


def shape(scope: Scope, obj: Object) -> Object:
    """One object as the request's Accept header wants it."""
    if wanted(scope.request):
        return table(scope, [obj], {'resourceVersion': obj['metadata'].get('resourceVersion', '')})
    if scope.store.strategy.converts:
        obj = scope.store.strategy.to_version(obj, scope.resource)
    if metadata_wanted(scope.request):
        return partial(obj)
    return obj


def partial(obj: Object) -> Object:
    return {'kind': 'PartialObjectMetadata', 'apiVersion': META, 'metadata': obj['metadata']}


def table(scope: Scope, items: list[Object], meta: Object) -> Object:
    """A Table of objects; its rows carry what `includeObject` says (their metadata, by default)."""
    strategy, simulation, resource = scope.store.strategy, scope.server.simulation, scope.resource
    return {
        'kind': 'Table', 'apiVersion': META, 'metadata': meta,
        'columnDefinitions': columns(scope),
        'rows': [row(scope, strategy.row_of(obj, resource, simulation), obj) for obj in items],
    }


def columns(scope: Scope) -> list[Object]:
    return [column(item) for item in scope.store.strategy.columns_of(scope.resource)]


def column(item: Column) -> Object:
    """One TableColumnDefinition."""
    return {'name': item.name, 'type': item.type, 'format': item.format, 'description': item.description,
            'priority': item.priority}


def row(scope: Scope, cells: list[Any], obj: Object) -> Object:
    include = scope.request.query.get('includeObject') or 'Metadata'
    if include == 'None':
        return {'cells': cells}
    if scope.store.strategy.converts:
        obj = scope.store.strategy.to_version(obj, scope.resource)
    return {'cells': cells, 'object': obj if include == 'Object' else partial(obj)}


def event_table(scope: Scope, event: Object) -> Object:
    """A watch event whose object is a Table of one row; the columns come with the first event only upstream."""
    obj = event['object']
    if event['type'] in ('BOOKMARK', 'ERROR'):
        return event
    meta = {'resourceVersion': obj['metadata'].get('resourceVersion', '')}
    return {'type': event['type'], 'object': table(scope, [obj], meta)}
