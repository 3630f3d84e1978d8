"""ServiceAccounts."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.simulation import Simulation

MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets'


class ServiceAccountStrategy(Kind):
    columns = columns('Name, Age')

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """serviceAccountStrategy.WarningsOnCreate, and on an update that adds the annotation."""
        told = [MOUNTABLE in ((item or obj)['metadata'].get('annotations') or {}) for item in (obj, old)]
        return [f'metadata.annotations[{MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to isolate '
                'access to mounted secrets'] if told[0] and (old is None or not told[1]) else []

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], age(obj, simulation)]
