"""CEL expressions that choose devices."""

from __future__ import annotations

from tutor.apimachinery import expressions, field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

MOST = 32
VARIABLES = ('device',)


def validate_selectors(selectors: list[Object], path: str) -> list[FieldError]:
    """validateSlice of validateSelector."""
    found: list[FieldError] = []
    if len(selectors) > MOST:
        return [field.too_many(path, len(selectors), MOST)]
    for index, selector in enumerate(selectors):
        here = f'{path}[{index}].cel'
        if 'cel' not in selector:
            found.append(field.required(here))
            continue
        text = selector['cel'].get('expression', '')
        if not text:
            found.append(field.required(f'{here}.expression'))
        elif problem := expressions.problem(text, VARIABLES, 'bool'):
            found.append(field.invalid(f'{here}.expression', text, problem))
    return found
