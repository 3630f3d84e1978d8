"""Comparisons in filters: text/template's eq and lt, which refuse values of different kinds."""

from __future__ import annotations

import operator
from typing import Any

from tutor.apimachinery.jsonpath.nodes import JSONPathError

_OPERATORS = {'==': operator.eq, '!=': operator.ne, '<': operator.lt, '<=': operator.le, '>': operator.gt,
              '>=': operator.ge}


def compare(left: Any, name: str, right: Any) -> bool:
    function = _OPERATORS.get(name)
    if function is None:
        raise JSONPathError(f'unrecognized filter operator {name}')
    for value in (left, right):
        if not isinstance(value, (str, bool, int, float)):
            raise JSONPathError('invalid type for comparison')
    if type(left) is not type(right):
        raise JSONPathError('incompatible types for comparison')
    if isinstance(left, bool) and name not in ('==', '!='):
        raise JSONPathError('invalid type for comparison')
    return function(left, right)
