"""Who manages which fields: noted at every write, worked out for those that ask (metadata.managedFields)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.client.transport import APPLY_PATCH
from tutor.cluster.apiserver.scope import Scope

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

COMPONENTS = frozenset({'', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'})
"""The cluster's own clients: they never look at managedFields, which cost time."""


def take(scope: Scope, obj: Object) -> list[Object] | None:
    """Take managedFields off an object on its way to the store: those that an apply has worked out, or that the client
    wants there to be (decodeLiveOrNew); None without any."""
    entries = obj['metadata'].pop('managedFields', None)
    return entries if scope.request.content_type == APPLY_PATCH or not scope.info.subresource else None


def note(scope: Scope, stored: Object, old: Object | None, entries: list[Object] | None) -> None:
    """Note a write that was stored."""
    if scope.dry_run:
        return
    ledger = scope.server.ledger
    if scope.request.content_type == APPLY_PATCH and entries is not None:
        ledger.applied(stored, entries)
        return
    if entries and old is not None:
        ledger.restate(old, entries)
    if stored is not old:
        ledger.record(old, stored, scope.resource, scope.field_manager, scope.server.simulation.timestamp(),
                      scope.info.subresource)


def of(scope: Scope, obj: Object) -> Object:
    """An object with its managedFields."""
    return with_managers(scope.server, scope.resource, obj)


def with_managers(server: ApiServer, resource: Resource, obj: Object) -> Object:
    """A stored object with its managedFields; anything else as it is."""
    entries = server.ledger.entries(obj, resource) if 'metadata' in obj else None
    return {**obj, 'metadata': {**obj['metadata'], 'managedFields': entries}} if entries else obj


def shown(scope: Scope, obj: Object) -> Any:
    """An object as this client gets it."""
    return obj if scope.client in COMPONENTS else of(scope, obj)
