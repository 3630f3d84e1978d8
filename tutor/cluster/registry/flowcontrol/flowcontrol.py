"""FlowSchemas and PriorityLevelConfigurations."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, condition
from tutor.cluster.registry.cells import NONE, age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

MAX_PRECEDENCE = 10_000
_METHODS = ('ByNamespace', 'ByUser')
_SUBJECTS = {'Group': 'group', 'ServiceAccount': 'serviceAccount', 'User': 'user'}


class FlowSchemaStrategy(Kind):
    generation = True
    columns = columns('Name, PriorityLevel, MatchingPrecedence, DistinguisherMethod, Age, MissingPL')

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {}).setdefault('matchingPrecedence', 1000)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateFlowSchemaSpec."""
        spec = obj['spec']
        precedence, path = spec['matchingPrecedence'], 'spec.matchingPrecedence'
        found: list[FieldError] = []
        if precedence <= 0:
            found.append(field.invalid(path, precedence, 'must be a positive value'))
        if precedence > MAX_PRECEDENCE:
            found.append(field.invalid(path, precedence, f'must not be greater than {MAX_PRECEDENCE}'))
        if precedence == 1 and obj['metadata'].get('name') != 'exempt':
            found.append(field.invalid(path, precedence,
                                       "only the schema named 'exempt' may have matchingPrecedence 1"))
        method = spec.get('distinguisherMethod')
        if method is not None and method.get('type') not in _METHODS:
            found.append(field.not_supported('spec.distinguisherMethod', method.get('type', ''), _METHODS))
        here = 'spec.priorityLevelConfiguration.name'
        level = (spec.get('priorityLevelConfiguration') or {}).get('name', '')
        if not level:
            found.append(field.required(here, 'must reference a priority level'))
        else:
            found += field.invalid_each(here, level, names.is_dns1123_subdomain(level))
        for index, rule in enumerate(spec.get('rules') or ()):
            found += _rule(rule, f'spec.rules[{index}]')
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        dangling = condition(obj, 'Dangling') or {}
        return [obj['metadata']['name'], (spec.get('priorityLevelConfiguration') or {}).get('name', ''),
                spec.get('matchingPrecedence', 0), (spec.get('distinguisherMethod') or {}).get('type') or NONE,
                age(obj, simulation), dangling.get('status') or '?']


def _rule(rule: Object, path: str) -> list[FieldError]:
    """ValidateFlowSchemaPolicyRulesWithSubjects."""
    found: list[FieldError] = []
    subjects = rule.get('subjects') or ()
    if not subjects:
        found.append(field.required(f'{path}.subjects', 'subjects must contain at least one value'))
    for index, subject in enumerate(subjects):
        here, kind = f'{path}.subjects[{index}]', subject.get('kind', '')
        if kind not in _SUBJECTS:
            found.append(field.not_supported(f'{here}.kind', kind, tuple(_SUBJECTS)))
        elif _SUBJECTS[kind] not in subject:
            found.append(field.required(f'{here}.{_SUBJECTS[kind]}',
                                        f"{_SUBJECTS[kind]} is required when subject kind is '{kind}'"))
    if not rule.get('resourceRules') and not rule.get('nonResourceRules'):
        found.append(field.required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'))
    return found


class PriorityLevelStrategy(Kind):
    generation = True
    columns = columns('Name, Type, NominalConcurrencyShares, Queues, HandSize, QueueLengthLimit, Age')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidatePriorityLevelConfigurationSpec."""
        spec = obj.get('spec') or {}
        kind = spec.get('type', '')
        if kind not in ('Exempt', 'Limited'):
            return [field.not_supported('spec.type', kind, ('Exempt', 'Limited'))]
        if kind == 'Exempt' and 'limited' in spec:
            return [field.forbidden('spec.limited', 'must be nil if the type is not Limited')]
        if kind == 'Limited' and 'limited' not in spec:
            return [field.required('spec.limited', 'must not be empty when type is Limited')]
        if kind == 'Limited' and 'exempt' in spec:
            return [field.forbidden('spec.exempt', 'must be nil if the type is Limited')]
        return []

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        limited = spec.get('limited') or {}
        shares = (spec.get('limited') or spec.get('exempt') or {}).get('nominalConcurrencyShares', NONE)
        queuing = (limited.get('limitResponse') or {}).get('queuing') or {}
        return [obj['metadata']['name'], spec.get('type', ''), shares, queuing.get('queues', NONE),
                queuing.get('handSize', NONE), queuing.get('queueLengthLimit', NONE), age(obj, simulation)]
