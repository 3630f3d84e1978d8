"""Leases."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation


class LeaseStrategy(Kind):
    columns = columns('Name, Holder, Age')
    create_on_update = True

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {})

    def prepare_create(self, obj: Object, context: Context) -> None:
        """dropDisabledFields: what is for coordinated elections, which are off by default."""
        for name in ('strategy', 'preferredHolder'):
            obj['spec'].pop(name, None)

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        super().prepare_update(new, old, context)
        self.prepare_create(new, context)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateLeaseSpec."""
        spec = obj['spec']
        found: list[FieldError] = []
        seconds = spec.get('leaseDurationSeconds', 1)
        if seconds <= 0:
            found.append(field.invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'))
        return found + metadata.non_negative(spec.get('leaseTransitions'), 'spec.leaseTransitions')

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], (obj.get('spec') or {}).get('holderIdentity', ''), age(obj, simulation)]
