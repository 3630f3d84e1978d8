"""Validation of metav1.LabelSelector (apis/meta/v1/validation)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata


def validate(selector: Object | None, path: str) -> list[FieldError]:
    """ValidateLabelSelector."""
    if not selector:
        return []
    found = metadata.validate_labels(selector.get('matchLabels') or {}, f'{path}.matchLabels')
    for index, requirement in enumerate(selector.get('matchExpressions') or ()):
        found += _requirement(requirement, f'{path}.matchExpressions[{index}]')
    return found


def _requirement(requirement: Object, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    operator, values = requirement.get('operator', ''), requirement.get('values') or []
    if operator in ('In', 'NotIn'):
        if not values:
            found.append(field.required(f'{path}.values', "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ('Exists', 'DoesNotExist'):
        if values:
            found.append(field.forbidden(f'{path}.values',
                                         "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
    else:
        found.append(field.invalid(f'{path}.operator', operator, 'not a valid selector operator'))
    key = requirement.get('key', '')
    found += [field.invalid(f'{path}.key', key, text) for text in names.is_qualified_name(key)]
    for index, value in enumerate(values):
        found += [field.invalid(f'{path}.values[{index}]', value, text) for text in names.is_label_value(value)]
    return found


def is_empty(selector: Any) -> bool:
    return not selector or not (selector.get('matchLabels') or selector.get('matchExpressions'))
