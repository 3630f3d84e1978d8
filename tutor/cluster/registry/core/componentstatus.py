"""ComponentStatuses: deprecated, made up when asked for (pkg/registry/core/componentstatus)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.store import ResourceStore
from tutor.cluster.simulation import Simulation

Check = Callable[[], str]
"""What is wrong with a component, nothing when it is well."""


class ComponentStatusStore(ResourceStore):
    """Holds nothing: each component is asked how it is."""

    checks: Mapping[str, Check] = {}

    def find(self, namespace: str, name: str) -> Object | None:
        check = self.checks.get(name)
        return _status(name, check()) if check is not None else None

    def list(self, namespace: str = '') -> list[Object]:
        return [_status(name, check()) for name, check in self.checks.items()]


def _status(name: str, problem: str) -> Object:
    """REST.getComponentStatus."""
    return {'apiVersion': 'v1', 'kind': 'ComponentStatus', 'metadata': {'name': name}, 'conditions': [
        {'type': 'Healthy', 'status': 'False' if problem else 'True', 'message': problem or 'ok'}]}


def unhealthy(port: int) -> str:
    """What is said of a component on the API server's machine that does not listen."""
    return f'Get "https://127.0.0.1:{port}/healthz": dial tcp 127.0.0.1:{port}: connect: connection refused'


class ComponentStatusStrategy(Kind):
    columns = columns('Name, Status, Message, Error')
    store = ComponentStatusStore
    deprecation = 'v1 ComponentStatus is deprecated in v1.19+'

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        healthy = next((item for item in obj.get('conditions') or () if item.get('type') == 'Healthy'), {})
        status = {'True': 'Healthy', 'False': 'Unhealthy'}.get(healthy.get('status', ''), 'Unknown')
        return [obj['metadata']['name'], status, healthy.get('message', ''), healthy.get('error', '')]
