"""Informers: a local, indexed copy of a resource that a watch keeps fresh (client-go's SharedIndexInformer)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, key
from tutor.apimachinery.resources import Resource
from tutor.client.client import Client
from tutor.client.transport import WatchStream
from tutor.cluster.simulation import Simulation

Handler = Callable[[Object | None, Object | None], None]
"""`handler(old, new)`: old is None for an added object, new is None for a deleted one."""

Index = Callable[[Object], Sequence[str]]

RETRY = 1.0


class Informer:
    """Objects of one resource by 'namespace/name', with indexes by name.

    `start` lists and watches; handlers are called in the order they were added, with every object that is already
    there and then with each change. Objects are shared: they must not be changed.
    """

    def __init__(self, simulation: Simulation, client: Client, resource: str | Resource, namespace: str = '',
                 labels: str = '', fields: str = '') -> None:
        self.objects: dict[str, Object] = {}
        self.synced = False
        self._simulation = simulation
        self._client = client
        self._resource = resource
        self._scope: dict[str, Any] = {'namespace': namespace, 'labels': labels, 'fields': fields}
        self._handlers: list[Handler] = []
        self._index_functions: dict[str, Index] = {}
        self._indexes: dict[str, dict[str, dict[str, Object]]] = {}
        self._stream: WatchStream | None = None
        self._stopped = False

    # -- reading ------------------------------------------------------------------------------------------------

    def get(self, namespace: str, name: str) -> Object | None:
        return self.objects.get(f'{namespace}/{name}' if namespace else name)

    def list(self, namespace: str = '') -> list[Object]:
        """All objects, or those of a namespace (index 'namespace' is added by itself at the first use)."""
        if not namespace:
            return list(self.objects.values())
        if 'namespace' not in self._index_functions:
            self.add_index('namespace', lambda obj: (obj['metadata'].get('namespace', ''),))
        return self.by_index('namespace', namespace)

    def by_index(self, index: str, value: str) -> list[Object]:
        found = self._indexes[index].get(value)
        return list(found.values()) if found else []

    def add_index(self, name: str, values: Index) -> None:
        """Index objects by what `values` gives for each."""
        if name in self._index_functions:
            return
        self._index_functions[name] = values
        by_value: dict[str, dict[str, Object]] = {}
        self._indexes[name] = by_value
        for where, obj in self.objects.items():
            for value in values(obj):
                by_value.setdefault(value, {})[where] = obj

    # -- following ----------------------------------------------------------------------------------------------

    def on_change(self, handler: Handler) -> None:
        """Call for every change from now on, and at once for what is already there."""
        self._handlers.append(handler)
        for obj in list(self.objects.values()):
            handler(None, obj)

    def start(self) -> None:
        """List, then watch. A list that is refused is tried again every second of virtual time."""
        if self._stopped or self._stream is not None:
            return
        try:
            found = self._client.list(self._resource, **self._scope)
            version = found['metadata']['resourceVersion']
            self._replace(found.get('items') or [])
            self._stream = self._client.watch(self._resource, resource_version=version, **self._scope)
        except (StatusError, OSError):
            self._simulation.call_later(RETRY, self.start)
            return
        self.synced = True
        self._stream.subscribe(self._on_events)

    def stop(self) -> None:
        self._stopped = True
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _on_events(self, events: list[dict[str, Any]] | None) -> None:
        if self._stopped:
            return
        if events is None:
            self._stream = None
            self._simulation.call_later(RETRY, self.start)
            return
        for event in events:
            kind = event['type']
            if kind == 'DELETED':
                self._delete(key(event['object']))
            elif kind in ('ADDED', 'MODIFIED'):
                self._store(key(event['object']), event['object'])

    def _replace(self, items: list[Object]) -> None:
        fresh = {key(obj): obj for obj in items}
        for gone in [where for where in self.objects if where not in fresh]:
            self._delete(gone)
        for where, obj in fresh.items():
            if self.objects.get(where) is not obj:
                self._store(where, obj)

    def _store(self, where: str, obj: Object) -> None:
        old = self.objects.get(where)
        self.objects[where] = obj
        for name, values in self._index_functions.items():
            by_value, found = self._indexes[name], values(obj)
            before = values(old) if old is not None else ()
            if before != found:
                _drop(by_value, before, where)
            for value in found:
                by_value.setdefault(value, {})[where] = obj
        for handler in self._handlers:
            handler(old, obj)

    def _delete(self, where: str) -> None:
        old = self.objects.pop(where, None)
        if old is None:
            return
        for name, values in self._index_functions.items():
            _drop(self._indexes[name], values(old), where)
        for handler in self._handlers:
            handler(old, None)


def _drop(by_value: dict[str, dict[str, Object]], values: Sequence[str], where: str) -> None:
    for value in values:
        group = by_value.get(value)
        if group is not None:
            group.pop(where, None)
            if not group:
                del by_value[value]


class Informers:
    """The informers of one component, shared by resource (client-go's SharedInformerFactory)."""

    def __init__(self, simulation: Simulation, client: Client) -> None:
        self.simulation = simulation
        self.client = client
        self._by_resource: dict[str, Informer] = {}

    def of(self, resource: str) -> Informer:
        """The informer of a resource ('pods', 'deployments.apps'); it lists and watches once `start` ran."""
        found = self._by_resource.get(resource)
        if found is None:
            found = self._by_resource[resource] = Informer(self.simulation, self.client, resource)
        return found

    def start(self) -> None:
        for informer in list(self._by_resource.values()):
            informer.start()

    def stop(self) -> None:
        for informer in self._by_resource.values():
            informer.stop()
