"""Namespaces."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

NAME_LABEL = 'kubernetes.io/metadata.name'


class NamespaceStrategy(Kind):
    columns = columns('Name, Status, Age')
    name_rule = staticmethod(names.is_dns1123_label)
    selectable = ('status.phase',)
    returns_deleted = True

    def default(self, obj: Object) -> None:
        """SetDefaults_Namespace: every namespace is labelled with its name."""
        meta = obj['metadata']
        if meta.get('name'):
            labels = meta.get('labels') or {}
            if labels.get(NAME_LABEL) != meta['name']:
                meta['labels'] = {**labels, NAME_LABEL: meta['name']}
        obj.setdefault('spec', {})

    def prepare_create(self, obj: Object, context: Context) -> None:
        finalizers = obj['spec'].get('finalizers') or []
        obj['spec']['finalizers'] = finalizers if 'kubernetes' in finalizers else [*finalizers, 'kubernetes']
        obj['status'] = {'phase': 'Active'}

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        super().prepare_update(new, old, context)
        new['spec'] = old['spec']

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateNamespace. As upstream, a finalizer is not told by its place."""
        return [error for name in obj['spec'].get('finalizers') or () for error in finalizer(name, 'spec.finalizers')]

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return []

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateNamespaceStatusUpdate."""
        phase, deleted = (new.get('status') or {}).get('phase', ''), 'deletionTimestamp' in new['metadata']
        wanted = 'Terminating' if deleted else 'Active'
        return [] if phase == wanted else [field.invalid('status.Phase', phase, (
            f"may only be '{wanted}' if `deletionTimestamp` is {'not ' if deleted else ''}empty"))]

    def finalizing(self, obj: Object) -> bool:
        return bool((obj.get('spec') or {}).get('finalizers'))

    def mark_deleted(self, obj: Object) -> None:
        obj['status'] = {**(obj.get('status') or {}), 'phase': 'Terminating'}

    def fields(self, obj: Object) -> dict[str, str]:
        return {'status.phase': (obj.get('status') or {}).get('phase', '')}

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], (obj.get('status') or {}).get('phase', ''), age(obj, simulation)]


def finalizer(name: str, path: str) -> list[FieldError]:
    """ValidateFinalizerName: one of the known ones, or one with a domain."""
    found = field.invalid_each(path, name, names.is_qualified_name(name))
    if '/' not in name and name not in metadata.STANDARD_FINALIZERS:
        found.append(field.invalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified'))
    return found
