"""DaemonSets."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.intstr import amount
from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import format_label_selector
from tutor.cluster.registry import int_or_percent, metadata, workload
from tutor.cluster.registry.apps import replica_status
from tutor.cluster.registry.cells import age, columns, format_labels, template_cells
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import warnings
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'
_NO_STATUS = {'currentNumberScheduled': 0, 'desiredNumberScheduled': 0, 'numberMisscheduled': 0, 'numberReady': 0}
_COUNTS = ('currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady',
           'observedGeneration', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable', 'collisionCount')


class DaemonSetStrategy(Kind):
    generation = True
    columns = columns('Name, Desired:integer, Current:integer, Ready:integer, Up-to-date:integer, Available:integer, '
                      'Node Selector, Age, Containers*, Images*, Selector*')

    def default(self, obj: Object) -> None:
        """SetDefaults_DaemonSet."""
        spec = workload.default_spec(obj)
        update = spec.setdefault('updateStrategy', {})
        update.setdefault('type', 'RollingUpdate')
        if update['type'] == 'RollingUpdate':
            rolling = update.setdefault('rollingUpdate', {})
            rolling.setdefault('maxUnavailable', 1)
            rolling.setdefault('maxSurge', 0)
        spec.setdefault('revisionHistoryLimit', 10)
        obj.setdefault('status', dict(_NO_STATUS))

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = dict(_NO_STATUS)
        _set_template_generation(obj, 1)

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        """PrepareForUpdate: the deprecated generation counts the templates."""
        super().prepare_update(new, old, context)
        changed = new['spec'].get('template') != old['spec'].get('template')
        _set_template_generation(new, _template_generation(old) + changed)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateDaemonSetSpec."""
        spec = obj['spec']
        found = workload.validate_selector(spec, 'daemonset')
        if spec.get('selector') is not None:
            found += workload.validate_match(spec)
        found += workload.validate_template(spec, 'DaemonSet')
        found += metadata.non_negative(spec.get('minReadySeconds'), 'spec.minReadySeconds')
        found += _update_strategy(spec['updateStrategy'])
        return found + metadata.non_negative(spec.get('revisionHistoryLimit'), 'spec.revisionHistoryLimit')

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        if new['spec'] == old['spec']:
            return []
        found = metadata.immutable(new['spec'].get('selector'), old['spec'].get('selector'), 'spec.selector')
        return found + self.check(new, context)

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return replica_status.check(new, old, _COUNTS)

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        return warnings.of_workload(obj, old)

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec, status = obj['spec'], obj.get('status') or {}
        names = ('desiredNumberScheduled', 'currentNumberScheduled', 'numberReady', 'updatedNumberScheduled',
                 'numberAvailable')
        pod = (spec.get('template') or {}).get('spec') or {}
        return [obj['metadata']['name'], *(status.get(name, 0) for name in names),
                format_labels(pod.get('nodeSelector')), age(obj, simulation), *template_cells(spec),
                format_label_selector(spec.get('selector'))]


def _template_generation(obj: Object) -> int:
    text = (obj['metadata'].get('annotations') or {}).get(_TEMPLATE_GENERATION, '1')
    return int(text) if text.isdigit() else 1


def _set_template_generation(obj: Object, number: int) -> None:
    meta = obj['metadata']
    meta['annotations'] = {**(meta.get('annotations') or {}), _TEMPLATE_GENERATION: str(number)}


def _update_strategy(strategy: Object) -> list[FieldError]:
    """ValidateDaemonSetUpdateStrategy."""
    kind, path = strategy.get('type'), 'spec.updateStrategy'
    if kind == 'OnDelete':
        return []
    if kind != 'RollingUpdate':
        return [field.not_supported(f'{path}.type', kind, ('RollingUpdate', 'OnDelete'))]
    rolling = strategy.get('rollingUpdate')
    if rolling is None:
        return [field.required(f'{path}.rollingUpdate')]
    path += '.rollingUpdate'
    unavailable, surge = rolling.get('maxUnavailable'), rolling.get('maxSurge')
    found = int_or_percent.validate(unavailable, f'{path}.maxUnavailable')
    found += int_or_percent.not_above_hundred(unavailable, f'{path}.maxUnavailable')
    found += int_or_percent.validate(surge, f'{path}.maxSurge')
    found += int_or_percent.not_above_hundred(surge, f'{path}.maxSurge')
    both = amount(unavailable), amount(surge)
    if all(both):
        found.append(field.invalid(f'{path}.maxSurge', surge, 'may not be set when maxUnavailable is non-zero'))
    elif not any(both):
        found.append(field.required(f'{path}.maxUnavailable', 'cannot be 0 when maxSurge is 0'))
    return found
