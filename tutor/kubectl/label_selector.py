"""Label selectors of arguments as objects have them (metav1.ParseToLabelSelector)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import SelectorError, parse

_OPERATORS = {'in': 'In', 'notin': 'NotIn', 'exists': 'Exists', '!': 'DoesNotExist'}


def parse_label_selector(text: str) -> Object:
    """'app=web,tier in (a,b)' as matchLabels and matchExpressions; raises SelectorError."""
    labels: dict[str, str] = {}
    expressions: list[Object] = []
    try:
        requirements = parse(text).requirements
    except SelectorError as error:
        raise SelectorError(f'couldn\'t parse the selector string "{text}": {error}') from None
    for requirement in requirements:
        if requirement.operator in ('=', '=='):
            labels[requirement.key] = next(iter(requirement.values), '')
        elif requirement.operator in _OPERATORS:
            entry: Object = {'key': requirement.key, 'operator': _OPERATORS[requirement.operator]}
            if requirement.values:
                entry['values'] = sorted(requirement.values)
            expressions.append(entry)
        elif requirement.operator in ('gt', 'lt'):
            raise SelectorError(f'"{requirement.operator}" isn\'t supported in label selectors')
        else:
            raise SelectorError(f'"{requirement.operator}" is not a valid label selector operator')
    found: Object = {}
    if labels:
        found['matchLabels'] = labels
    if expressions:
        found['matchExpressions'] = expressions
    return found
