"""FlowSchemas and PriorityLevelConfigurations."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object, condition
from tutor.cluster.registry.cells import NONE, age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.simulation import Simulation


class FlowSchemaStrategy(Kind):
    generation = True
    columns = columns('Name, PriorityLevel, MatchingPrecedence, DistinguisherMethod, Age, MissingPL')

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {}).setdefault('matchingPrecedence', 1000)

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        dangling = condition(obj, 'Dangling') or {}
        return [obj['metadata']['name'], (spec.get('priorityLevelConfiguration') or {}).get('name', ''),
                spec.get('matchingPrecedence', 0), (spec.get('distinguisherMethod') or {}).get('type') or NONE,
                age(obj, simulation), dangling.get('status') or '?']


class PriorityLevelStrategy(Kind):
    generation = True
    columns = columns('Name, Type, NominalConcurrencyShares, Queues, HandSize, QueueLengthLimit, Age')

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        limited = spec.get('limited') or {}
        shares = (spec.get('limited') or spec.get('exempt') or {}).get('nominalConcurrencyShares', NONE)
        queuing = (limited.get('limitResponse') or {}).get('queuing') or {}
        return [obj['metadata']['name'], spec.get('type', ''), shares, queuing.get('queues', NONE),
                queuing.get('handSize', NONE), queuing.get('queueLengthLimit', NONE), age(obj, simulation)]
