"""Numbers that may be percentages (apimachinery/pkg/util/intstr): maxSurge, maxUnavailable, minAvailable."""

from __future__ import annotations

import math
import re
from typing import Any

is_percent = re.compile(r'[0-9]+%').fullmatch


def amount(value: Any) -> int:
    """getIntOrPercentValue: the bare number."""
    if isinstance(value, str):
        return int(value[:-1]) if is_percent(value) else 0
    return value or 0


def scaled(value: Any, total: int, round_up: bool) -> int:
    """GetScaledValueFromIntOrPercent."""
    if isinstance(value, str):
        share = amount(value) * total / 100
        return math.ceil(share) if round_up else math.floor(share)
    return value or 0
