"""PodDisruptionBudgets."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import conditions, int_or_percent, label_selectors, metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_FIELDS = 'MinAvailable Selector MaxUnavailable UnhealthyPodEvictionPolicy'
_STATUS = {'currentHealthy': 0, 'desiredHealthy': 0, 'disruptionsAllowed': 0, 'expectedPods': 0}


class PodDisruptionBudgetStrategy(Kind):
    generation = True
    name_rule = staticmethod(names.is_path_segment)
    """As upstream, whose ValidatePodDisruptionBudget does not look at the metadata."""
    columns = columns('Name, Min Available, Max Unavailable, Allowed Disruptions:integer, Age')

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {})

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = dict(_STATUS)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidatePodDisruptionBudgetSpec."""
        spec = obj['spec']
        found: list[FieldError] = []
        if 'minAvailable' in spec and 'maxUnavailable' in spec:
            found.append(field.invalid('spec', internal(spec, _FIELDS),
                                       'minAvailable and maxUnavailable cannot be both set'))
        for name in ('minAvailable', 'maxUnavailable'):
            if name in spec:
                found += int_or_percent.validate(spec[name], f'spec.{name}')
                found += int_or_percent.not_above_hundred(spec[name], f'spec.{name}')
        found += label_selectors.validate(spec.get('selector'), 'spec.selector')
        policy = spec.get('unhealthyPodEvictionPolicy')
        if policy is not None and policy not in ('AlwaysAllow', 'IfHealthyBudget'):
            found.append(field.not_supported('spec.unhealthyPodEvictionPolicy', policy,
                                             ('AlwaysAllow', 'IfHealthyBudget')))
        return found

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidatePodDisruptionBudgetStatusUpdate."""
        status = new.get('status') or {}
        found = conditions.validate(status.get('conditions') or [], 'status.conditions')
        return found + [error for name in ('disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods')
                        for error in metadata.non_negative(status.get(name), f'status.{name}')]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        return [obj['metadata']['name'], _shown(spec.get('minAvailable')), _shown(spec.get('maxUnavailable')),
                (obj.get('status') or {}).get('disruptionsAllowed', 0), age(obj, simulation)]


def _shown(value: Any) -> str:
    return 'N/A' if value is None else str(value)
