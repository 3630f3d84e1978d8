"""What a job does when its pods fail in a certain way (validatePodFailurePolicy)."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

_MOST_RULES = 20
_MOST_CODES = 255
_ACTIONS = ('Count', 'FailIndex', 'FailJob', 'Ignore')
_OPERATORS = ('In', 'NotIn')
_STATUSES = ('False', 'True', 'Unknown')


def default(spec: Object) -> None:
    """SetDefaults_PodFailurePolicyOnPodConditionsPattern."""
    for rule in (spec.get('podFailurePolicy') or {}).get('rules') or ():
        for condition in rule.get('onPodConditions') or ():
            condition.setdefault('status', 'True')


def validate(spec: Object, path: str) -> list[FieldError]:
    """`spec` is the job's, `path` that of the policy."""
    given = spec['podFailurePolicy'].get('rules') or ()
    found: list[FieldError] = []
    if len(given) > _MOST_RULES:
        found.append(field.too_many(f'{path}.rules', len(given), _MOST_RULES))
    pod = (spec.get('template') or {}).get('spec') or {}
    known = {container.get('name') for kind in ('containers', 'initContainers') for container in pod.get(kind) or ()}
    for index, rule in enumerate(given):
        found += _rule(rule, 'backoffLimitPerIndex' in spec, known, f'{path}.rules[{index}]')
    return found


def _rule(rule: Object, per_index: bool, known: set[str | None], path: str) -> list[FieldError]:
    action, codes, conditions = rule.get('action', ''), rule.get('onExitCodes'), rule.get('onPodConditions') or ()
    found = _one_of(action, _ACTIONS, f'{path}.action')
    if action == 'FailIndex' and not per_index:
        found.append(field.invalid(f'{path}.action', action, 'requires the backoffLimitPerIndex to be set'))
    if codes is not None:
        found += _exit_codes(codes, known, f'{path}.onExitCodes')
    if len(conditions) > _MOST_RULES:
        found.append(field.too_many(f'{path}.onPodConditions', len(conditions), _MOST_RULES))
    for index, condition in enumerate(conditions):
        here, kind = f'{path}.onPodConditions[{index}]', condition.get('type', '')
        found += field.invalid_each(f'{here}.type', kind, names.is_qualified_name(kind))
        found += _one_of(condition.get('status', ''), _STATUSES, f'{here}.status')
    if codes is not None and conditions:
        found.append(field.invalid(path, field.OMITTED,
                                   'specifying both OnExitCodes and OnPodConditions is not supported'))
    elif codes is None and not conditions:
        found.append(field.invalid(path, field.OMITTED,
                                   'specifying one of OnExitCodes and OnPodConditions is required'))
    return found


def _one_of(value: str, allowed: tuple[str, ...], path: str) -> list[FieldError]:
    if not value:
        shown = ' '.join(f'"{item}"' for item in allowed)
        return [field.required(path, f'valid values: [{shown}]')]
    return [] if value in allowed else [field.not_supported(path, value, allowed)]


def _exit_codes(codes: Object, known: set[str | None], path: str) -> list[FieldError]:
    """validatePodFailurePolicyRuleOnExitCodes."""
    operator, values, container = codes.get('operator', ''), codes.get('values') or [], codes.get('containerName')
    found = _one_of(operator, _OPERATORS, f'{path}.operator')
    if container is not None and container not in known:
        found.append(field.invalid(f'{path}.containerName', container,
                                   'must be one of the container or initContainer names in the pod template'))
    here = f'{path}.values'
    if not values:
        found.append(field.invalid(here, values, 'at least one value is required'))
    elif len(values) > _MOST_CODES:
        found.append(field.too_many(here, len(values), _MOST_CODES))
    for index, value in enumerate(values):
        if operator == 'In' and value == 0:
            found.append(field.invalid(f'{here}[{index}]', value, 'must not be 0 for the In operator'))
        if value in values[:index]:
            found.append(field.duplicate(f'{here}[{index}]', value))
    if values != sorted(values):
        found.append(field.invalid(here, values, 'must be ordered'))
    return found
