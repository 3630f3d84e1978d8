"""How durations and percentages are typed after `chaos`."""

from __future__ import annotations

import re

from tutor.client.control import BadFault

UNITS = {'ms': 0.001, 's': 1.0, 'm': 60.0, 'h': 3600.0}


def duration(word: str) -> float:
    """Seconds of '200ms', '30s', '5m'; raises BadFault."""
    found = re.fullmatch(r'(\d+(?:\.\d+)?)(ms|s|m|h)', word)
    if found is None:
        raise BadFault(f'"{word}" is no duration such as 200ms, 30s or 5m', f'“{word}”不是 200ms、30s、5m 这样的时长')
    return float(found[1]) * UNITS[found[2]]


def percentage(word: str) -> float:
    """A share of one, of '95%'; raises BadFault."""
    found = re.fullmatch(r'(\d+(?:\.\d+)?)%', word)
    if found is None or not 0 <= float(found[1]) <= 100:
        raise BadFault(f'"{word}" is no percentage such as 95%', f'“{word}”不是 95% 这样的百分比')
    return float(found[1]) / 100
