"""ControllerRevisions: the histories of StatefulSets and DaemonSets."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, controller_of
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import NONE, age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation


class ControllerRevisionStrategy(Kind):
    columns = columns('Name, Controller, Revision, Age')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        found = [] if obj.get('data') is not None else [field.required('data', 'data is mandatory')]
        return found + metadata.non_negative(obj.get('revision', 0), 'revision')

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        found = self.check(new, context)
        if new.get('data') != old.get('data'):
            found.append(field.invalid('data', new.get('data'), 'field is immutable'))
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        owner = controller_of(obj)
        return [obj['metadata']['name'], _owner(owner) if owner else NONE, obj.get('revision', 0),
                age(obj, simulation)]


def _owner(owner: Object) -> str:
    """formatResourceName: 'statefulset.apps/web'."""
    group = owner['apiVersion'].rpartition('/')[0]
    kind = owner['kind'].lower()
    return f'{kind}.{group}/{owner["name"]}' if group else f'{kind}/{owner["name"]}'
