"""Conditions as metav1.Condition has them (apimachinery/pkg/apis/meta/v1/validation)."""

from __future__ import annotations

import re

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

_STATES = ('False', 'True', 'Unknown')
_REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?'
_BAD_REASON = names.regex_error(
    "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric "
    "characters or '_,:', and must end with an alphanumeric character or '_'", _REASON, 'my_name', 'MY_NAME', 'MyName',
    'ReasonA,ReasonB', 'ReasonA:ReasonB')
_LONGEST_REASON, _LONGEST_MESSAGE = 1024, 32 * 1024


def validate(conditions: list[Object], path: str) -> list[FieldError]:
    """ValidateConditions."""
    kinds = [condition.get('type', '') for condition in conditions]
    found: list[FieldError] = []
    for index, condition in enumerate(conditions):
        here = f'{path}[{index}]'
        if kinds[index] in kinds[:index]:
            found.append(field.duplicate(f'{here}.type', kinds[index]))
        found += _condition(condition, here)
    return found


def _condition(condition: Object, path: str) -> list[FieldError]:
    """ValidateCondition."""
    kind, state, generation = (condition.get(name) for name in ('type', 'status', 'observedGeneration'))
    found = field.invalid_each(f'{path}.type', kind or '', names.is_qualified_name(kind or ''))
    if state not in _STATES:
        found.append(field.not_supported(f'{path}.status', state or '', _STATES))
    if generation is not None and generation < 0:
        found.append(field.invalid(f'{path}.observedGeneration', generation, 'must be greater than or equal to zero'))
    if not condition.get('lastTransitionTime'):
        found.append(field.required(f'{path}.lastTransitionTime', 'must be set'))
    found += _reason(condition.get('reason', ''), f'{path}.reason')
    if len(condition.get('message', '')) > _LONGEST_MESSAGE:
        found.append(field.too_long(f'{path}.message', _LONGEST_MESSAGE))
    return found


def _reason(reason: str, path: str) -> list[FieldError]:
    if not reason:
        return [field.required(path, 'must be set')]
    found: list[FieldError] = []
    if len(reason) > _LONGEST_REASON:
        found.append(field.invalid(path, reason, names.max_length_error(_LONGEST_REASON)))
    if not re.fullmatch(_REASON, reason):
        found.append(field.invalid(path, reason, _BAD_REASON))
    return found + ([field.too_long(path, _LONGEST_REASON)] if len(reason) > _LONGEST_REASON else [])
