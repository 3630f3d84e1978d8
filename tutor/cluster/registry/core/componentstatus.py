"""ComponentStatuses: deprecated, made up when asked for."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.simulation import Simulation


class ComponentStatusStrategy(Kind):
    columns = columns('Name, Status, Message, Error')
    deprecation = 'v1 ComponentStatus is deprecated in v1.19+'

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        healthy = next((item for item in obj.get('conditions') or () if item.get('type') == 'Healthy'), {})
        status = {'True': 'Healthy', 'False': 'Unhealthy'}.get(healthy.get('status', ''), 'Unknown')
        return [obj['metadata']['name'], status, healthy.get('message', ''), healthy.get('error', '')]
