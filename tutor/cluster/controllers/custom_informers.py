"""Informers of what CustomResourceDefinitions define, begun and ended with those."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tutor.apimachinery.objects import Object, deleting
from tutor.apimachinery.resources import Resource
from tutor.client.client import Client
from tutor.client.informer import Informer
from tutor.cluster.controllers.discovery import custom_resources
from tutor.cluster.simulation import Simulation

Changed = Callable[[Resource, Object | None, Object | None], None]


class CustomInformers:
    """`changed` is told of each object; `known` of each definition that begins and ends."""

    def __init__(self, simulation: Simulation, client: Client, definitions: Informer, changed: Changed,
                 known: Callable[[Resource], None] = lambda resource: None) -> None:
        self._simulation = simulation
        self._client = client
        self._changed = changed
        self._known = known
        self._found: dict[str, tuple[Resource, Informer]] = {}
        definitions.on_change(self._definition_changed)

    @property
    def resources(self) -> list[Resource]:
        return [resource for resource, _ in self._found.values()]

    def of(self, group_resource: str) -> Informer | None:
        """The informer of a custom resource, None when there is no such."""
        found = self._found.get(group_resource)
        return found[1] if found is not None else None

    def stop(self) -> None:
        for _, informer in self._found.values():
            informer.stop()

    def _definition_changed(self, old: Object | None, new: Object | None) -> None:
        name = (new or old or {})['metadata']['name']
        found = custom_resources([new]) if new is not None and not deleting(new) else []
        if found and name not in self._found:
            informer = Informer(self._simulation, self._client, found[0])
            self._found[name] = found[0], informer
            informer.on_change(partial(self._changed, found[0]))
            informer.start()
            self._known(found[0])
        elif new is None and name in self._found:
            resource, informer = self._found.pop(name)
            informer.stop()
            self._known(resource)
