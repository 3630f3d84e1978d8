"""Numbers that may be percentages: maxSurge, maxUnavailable, minAvailable."""

from __future__ import annotations

import math
import re
from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError

_PERCENT = re.compile(r'[0-9]+%').fullmatch
BAD_PERCENT = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', " \
              "regex used for validation is '[0-9]+%')"


def validate(value: Any, path: str) -> list[FieldError]:
    """ValidatePositiveIntOrPercent."""
    if isinstance(value, str):
        return [] if _PERCENT(value) else [field.invalid(path, value, BAD_PERCENT)]
    if value is not None and value < 0:
        return [field.invalid(path, value, 'must be greater than or equal to 0')]
    return []


def not_above_hundred(value: Any, path: str) -> list[FieldError]:
    """IsNotMoreThan100Percent."""
    if isinstance(value, str) and _PERCENT(value) and int(value[:-1]) > 100:
        return [field.invalid(path, value, 'must not be greater than 100%')]
    return []


def amount(value: Any) -> int:
    """getIntOrPercentValue: the bare number."""
    if isinstance(value, str):
        return int(value[:-1]) if _PERCENT(value) else 0
    return value or 0


def scaled(value: Any, total: int, round_up: bool) -> int:
    """intstr.GetScaledValueFromIntOrPercent."""
    if isinstance(value, str):
        share = amount(value) * total / 100
        return math.ceil(share) if round_up else math.floor(share)
    return value or 0
