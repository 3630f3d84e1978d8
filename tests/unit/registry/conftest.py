"""Kinds are tried as the API server uses them: decode, default, prepare, validate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tutor.apimachinery import conversion, decode, resources
from tutor.apimachinery.objects import deep_copy
from tutor.client.transport import ADMIN
from tutor.cluster.registry.catalog import strategy_for
from tutor.cluster.registry.store import ResourceStores
from tutor.cluster.registry.strategy import Context, Strategy
from tutor.cluster.simulation import Simulation
from tutor.cluster.storage import Store


class Kinds:
    """All strategies over an empty store."""

    def __init__(self) -> None:
        self.simulation = Simulation()
        self.stores = ResourceStores(Store(), self.simulation)
        for resource in resources.RESOURCES:
            if self.stores.find(resource.group, resource.plural) is None:
                self.stores.add(strategy_for(resource))
        self.context = Context(self.simulation, self.stores, ADMIN, namespace='default')

    def strategy(self, obj: dict[str, Any]) -> Strategy:
        group, version = resources.split_api_version(obj['apiVersion'])
        resource = resources.by_kind(group, version, obj['kind'])
        assert resource is not None
        return self.stores.of(resource.group, resource.plural).strategy

    def defaulted(self, text: str) -> dict[str, Any]:
        obj = decode.one(text)
        strategy = self.strategy(obj)
        conversion.check(obj, strategy.resource)
        strategy.default(obj)
        return obj

    def create(self, text: str) -> dict[str, Any]:
        """Store an object; raises StatusError."""
        obj = self.defaulted(text)
        resource = self.strategy(obj).resource
        return self.stores.of(resource.group, resource.plural).create(obj, self.context)

    def update(self, old: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Store a changed copy; raises StatusError."""
        new = deep_copy(old)
        change(new)
        strategy = self.strategy(old)
        strategy.default(new)
        return self.stores.of(strategy.resource.group, strategy.resource.plural).update(new, old, self.context)


@pytest.fixture
def kinds() -> Kinds:
    return Kinds()
