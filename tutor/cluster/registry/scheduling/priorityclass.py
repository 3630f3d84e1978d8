"""PriorityClasses."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec.validation import PREEMPTION_POLICIES
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

HIGHEST = 1_000_000_000
SYSTEM = {'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000}


class PriorityClassStrategy(Kind):
    columns = columns('Name, Value:integer, Global-Default:boolean, Age, PreemptionPolicy')

    def default(self, obj: Object) -> None:
        obj.setdefault('preemptionPolicy', 'PreemptLowerPriority')

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['metadata']['generation'] = 1
        obj.setdefault('value', 0)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidatePriorityClass."""
        name, value = obj['metadata'].get('name', ''), obj.get('value', 0)
        found: list[FieldError] = []
        if name.startswith('system-'):
            if problem := _system_problem(obj, name, value):
                found.append(field.forbidden(
                    'metadata.name', "priority class names with 'system-' prefix are reserved for system use only. "
                                     f'error: {problem}'))
        elif value > HIGHEST:
            found.append(field.forbidden('value', f'maximum allowed value of a user defined priority is {HIGHEST}'))
        policy = obj.get('preemptionPolicy')
        if not policy:
            found.append(field.required('preemptionPolicy'))
        elif policy not in PREEMPTION_POLICIES:
            found.append(field.not_supported('preemptionPolicy', policy, PREEMPTION_POLICIES))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        found: list[FieldError] = []
        if new.get('value', 0) != old.get('value', 0):
            found.append(field.forbidden('value', 'may not be changed in an update.'))
        if new.get('preemptionPolicy') != old.get('preemptionPolicy'):
            found.append(field.invalid('preemptionPolicy', new.get('preemptionPolicy'), 'field is immutable'))
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], obj.get('value', 0), bool(obj.get('globalDefault')), age(obj, simulation),
                obj.get('preemptionPolicy', '')]


def _system_problem(obj: Object, name: str, value: int) -> str:
    """IsKnownSystemPriorityClass."""
    if name not in SYSTEM:
        return f'{name} is not a known system priority class'
    if value != SYSTEM[name]:
        return f'value of {name} PriorityClass must be {SYSTEM[name]}'
    return f'globalDefault of {name} PriorityClass must be false' if obj.get('globalDefault') else ''
