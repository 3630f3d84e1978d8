"""Deployments."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.intstr import amount
from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import format_label_selector
from tutor.cluster.registry import int_or_percent, metadata, workload
from tutor.cluster.registry.apps import replica_status
from tutor.cluster.registry.cells import age, columns, template_cells
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import warnings
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_ROLLING = 'MaxUnavailable MaxSurge'
_COUNTS = ('observedGeneration', 'replicas', 'updatedReplicas', 'terminatingReplicas', 'readyReplicas',
           'availableReplicas', 'unavailableReplicas', 'collisionCount')
_PARTS = ('updatedReplicas', 'readyReplicas', 'availableReplicas')


class DeploymentStrategy(Kind):
    generation = True
    columns = columns('Name, Ready, Up-to-date, Available, Age, Containers*, Images*, Selector*')

    def default(self, obj: Object) -> None:
        """SetDefaults_Deployment."""
        spec = workload.default_spec(obj)
        spec.setdefault('replicas', 1)
        strategy = spec.setdefault('strategy', {})
        strategy.setdefault('type', 'RollingUpdate')
        if strategy['type'] == 'RollingUpdate':
            rolling = strategy.setdefault('rollingUpdate', {})
            rolling.setdefault('maxUnavailable', '25%')
            rolling.setdefault('maxSurge', '25%')
        spec.setdefault('revisionHistoryLimit', 10)
        spec.setdefault('progressDeadlineSeconds', 600)
        obj.setdefault('status', {})

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {}

    def changed(self, new: Object, old: Object) -> bool:
        return new['spec'] != old['spec'] or new['metadata'].get('annotations') != old['metadata'].get('annotations')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateDeploymentSpec."""
        spec = obj['spec']
        found = metadata.non_negative(spec.get('replicas'), 'spec.replicas')
        found += workload.validate_selector(spec, 'deployment')
        found += workload.validate_match(spec)
        found += workload.validate_template(spec, 'ReplicaSet')
        found += _strategy(spec['strategy'])
        found += metadata.non_negative(spec.get('minReadySeconds'), 'spec.minReadySeconds')
        found += metadata.non_negative(spec.get('revisionHistoryLimit'), 'spec.revisionHistoryLimit')
        deadline = spec.get('progressDeadlineSeconds')
        if deadline is not None:
            found += metadata.non_negative(deadline, 'spec.progressDeadlineSeconds')
            if deadline <= spec.get('minReadySeconds', 0):
                found.append(field.invalid('spec.progressDeadlineSeconds', deadline,
                                           'must be greater than minReadySeconds'))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        if new['spec'] == old['spec']:
            return []
        found = self.check(new, context)
        return found + metadata.immutable(new['spec'].get('selector'), old['spec'].get('selector'), 'spec.selector')

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return replica_status.check(new, old, _COUNTS, _PARTS)

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        return warnings.of_named_workload(obj, old)

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec, status = obj['spec'], obj.get('status') or {}
        return [
            obj['metadata']['name'], f'{status.get("readyReplicas", 0)}/{spec.get("replicas", 0)}',
            status.get('updatedReplicas', 0), status.get('availableReplicas', 0), age(obj, simulation),
            *template_cells(spec), format_label_selector(spec.get('selector')),
        ]


def _strategy(strategy: Object) -> list[FieldError]:
    """ValidateDeploymentStrategy."""
    kind, path = strategy.get('type'), 'spec.strategy'
    rolling = strategy.get('rollingUpdate')
    if kind == 'Recreate':
        if rolling is not None:
            return [field.forbidden(f'{path}.rollingUpdate',
                                    "may not be specified when strategy `type` is 'Recreate'")]
        return []
    if kind != 'RollingUpdate':
        return [field.not_supported(path, internal(strategy, 'Type RollingUpdate', {'RollingUpdate': _ROLLING}),
                                    ('Recreate', 'RollingUpdate'))]
    if rolling is None:
        return [field.required(f'{path}.rollingUpdate', 'this should be defaulted and never be nil')]
    return _rolling_update(rolling, f'{path}.rollingUpdate')


def _rolling_update(rolling: Object, path: str) -> list[FieldError]:
    unavailable, surge = rolling.get('maxUnavailable'), rolling.get('maxSurge')
    found = int_or_percent.validate(unavailable, f'{path}.maxUnavailable')
    found += int_or_percent.validate(surge, f'{path}.maxSurge')
    if amount(unavailable) == 0 and amount(surge) == 0:
        found.append(field.invalid(f'{path}.maxUnavailable', unavailable, 'may not be 0 when `maxSurge` is 0'))
    return found + int_or_percent.not_above_hundred(unavailable, f'{path}.maxUnavailable')
