"""Whether numbers that may be percentages make sense."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.intstr import amount, is_percent

BAD_PERCENT = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', " \
              "regex used for validation is '[0-9]+%')"


def validate(value: Any, path: str) -> list[FieldError]:
    """ValidatePositiveIntOrPercent."""
    if isinstance(value, str):
        return [] if is_percent(value) else [field.invalid(path, value, BAD_PERCENT)]
    if value is not None and value < 0:
        return [field.invalid(path, value, 'must be greater than or equal to 0')]
    return []


def not_above_hundred(value: Any, path: str) -> list[FieldError]:
    """IsNotMoreThan100Percent."""
    if isinstance(value, str) and is_percent(value) and amount(value) > 100:
        return [field.invalid(path, value, 'must not be greater than 100%')]
    return []
