"""The short forms of a path that kubectl takes in columns, --sort-by and wait."""

from __future__ import annotations

import re

from tutor.apimachinery.jsonpath.nodes import JSONPathError

_RELAXED = re.compile(r'\{\.?([^{}]+)\}|\.?([^{}]+)').fullmatch


def relaxed(path: str) -> str:
    """get.RelaxedJSONPathExpression: 'x.y', '.x.y', '{x.y}' and '{.x.y}' all mean '{.x.y}'."""
    if not path:
        return path
    match = _RELAXED(path)
    if match is None:
        raise JSONPathError("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' "
                            "or '{.name1.name2}'")
    return '{.' + (match[1] or match[2]) + '}'
