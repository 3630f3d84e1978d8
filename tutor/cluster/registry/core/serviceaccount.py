"""ServiceAccounts."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.simulation import Simulation


class ServiceAccountStrategy(Kind):
    columns = columns('Name, Age')

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], age(obj, simulation)]
