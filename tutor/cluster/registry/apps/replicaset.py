"""ReplicaSets, and ReplicationControllers, which differ in their selector only."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import format_label_selector
from tutor.cluster.registry import metadata, workload
from tutor.cluster.registry.apps import replica_status
from tutor.cluster.registry.cells import age, columns, format_labels, template_cells
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import warnings
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_COUNTS = ('replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'terminatingReplicas',
           'observedGeneration')
_PARTS = ('fullyLabeledReplicas', 'readyReplicas', 'availableReplicas')


class ReplicaSetStrategy(Kind):
    generation = True
    columns = columns('Name, Desired:integer, Current:integer, Ready:integer, Age, Containers*, Images*, Selector*')
    selectable = ('status.replicas',)

    def default(self, obj: Object) -> None:
        workload.default_spec(obj).setdefault('replicas', 1)
        obj.setdefault('status', {'replicas': 0})

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {'replicas': 0}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateReplicaSetSpec."""
        spec = obj['spec']
        found = metadata.non_negative(spec.get('replicas'), 'spec.replicas')
        found += metadata.non_negative(spec.get('minReadySeconds'), 'spec.minReadySeconds')
        found += workload.validate_selector(spec, 'deployment')
        found += workload.validate_match(spec)
        return found + workload.validate_template(spec, 'ReplicaSet')

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        if new['spec'] == old['spec']:
            return []
        found = self.check(new, context)
        return found + metadata.immutable(new['spec'].get('selector'), old['spec'].get('selector'), 'spec.selector')

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return replica_status.check(new, old, _COUNTS, _PARTS)

    def fields(self, obj: Object) -> dict[str, str]:
        return {'status.replicas': str((obj.get('status') or {}).get('replicas', 0))}

    def selector_text(self, spec: Object) -> str:
        return format_label_selector(spec.get('selector'))

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        return warnings.of_named_workload(obj, old)

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec, status = obj['spec'], obj.get('status') or {}
        return [obj['metadata']['name'], spec.get('replicas', 0), status.get('replicas', 0),
                status.get('readyReplicas', 0), age(obj, simulation), *template_cells(spec),
                self.selector_text(spec)]


class ReplicationControllerStrategy(ReplicaSetStrategy):
    orphans_by_default = True
    prefix = 'controllers'

    def default(self, obj: Object) -> None:
        """SetDefaults_ReplicationController: selector and labels are the template's."""
        super().default(obj)
        labels = workload.template_labels(obj['spec'])
        if labels:
            if not obj['spec'].get('selector'):
                obj['spec']['selector'] = dict(labels)
            if not obj['metadata'].get('labels'):
                obj['metadata']['labels'] = dict(labels)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        spec = obj['spec']
        selector = spec.get('selector') or {}
        found = metadata.non_negative(spec.get('minReadySeconds'), 'spec.minReadySeconds')
        if not selector:
            found.append(field.required('spec.selector'))
        found += metadata.non_negative(spec.get('replicas'), 'spec.replicas')
        labels = workload.template_labels(spec) or {}
        if selector and not selector.items() <= labels.items():
            found.append(field.invalid('spec.template.metadata.labels', labels, workload.MISMATCH))
        return found + workload.validate_template(spec, 'ReplicationController')

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return self.check(new, context)

    def selector_text(self, spec: Object) -> str:
        return format_labels(spec.get('selector'))
