"""Which taints of devices a request bears."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

_OPERATORS = ('Equal', 'Exists')
_EFFECTS = ('NoExecute', 'NoSchedule', 'None')


def default(request: Object) -> None:
    """SetDefaults_DeviceToleration."""
    for toleration in request.get('tolerations') or ():
        toleration.setdefault('operator', 'Equal')


def validate(request: Object, path: str) -> list[FieldError]:
    """validateDeviceToleration, for those of a request."""
    found: list[FieldError] = []
    for index, toleration in enumerate(request.get('tolerations') or ()):
        here = f'{path}.tolerations[{index}]'
        key, value, operator = (toleration.get(name, '') for name in ('key', 'value', 'operator'))
        if key:
            found += field.invalid_each(f'{here}.key', key, names.is_qualified_name(key))
        if operator == 'Exists' and value:
            found.append(field.invalid(f'{here}.value', value, 'must be empty for operator `Exists`'))
        elif operator == 'Equal':
            found += field.invalid_each(f'{here}.value', value, names.is_label_value(value))
        elif not operator:
            found.append(field.required(f'{here}.operator'))
        elif operator not in _OPERATORS:
            found.append(field.not_supported(f'{here}.operator', operator, _OPERATORS))
        if (effect := toleration.get('effect', '')) and effect not in _EFFECTS:
            found.append(field.not_supported(f'{here}.effect', effect, _EFFECTS))
    return found
