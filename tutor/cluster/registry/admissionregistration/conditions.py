"""The CEL expressions of policies and webhooks: whether they can be used."""

from __future__ import annotations

from tutor.apimachinery import expressions, field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

VARIABLES = ('object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables', 'authorizer')
"""What expressions of policies and webhooks may use."""
MOST = 64


def validate(conditions: list[Object], path: str) -> list[FieldError]:
    """validateMatchConditions."""
    found: list[FieldError] = []
    if len(conditions) > MOST:
        found.append(field.too_many(path, len(conditions), MOST))
    seen: set[str] = set()
    for index, condition in enumerate(conditions):
        here, name = f'{path}[{index}]', condition.get('name', '')
        text = condition.get('expression', '').strip()
        if not text:
            found.append(field.required(f'{here}.expression'))
        else:
            found += validate_expression(text, f'{here}.expression')
        if not name:
            found.append(field.required(f'{here}.name'))
            continue
        found += field.invalid_each(f'{here}.name', name, names.is_qualified_name(name))
        if name in seen:
            found.append(field.duplicate(f'{here}.name', name))
        seen.add(name)
    return found


def validate_expression(text: str, path: str, wanted: str = 'BOOL') -> list[FieldError]:
    """Whether an expression is there, compiles and has the right type ('' for any)."""
    if not text.strip():
        return [field.required(path, f'{path.rpartition(".")[2]} is not specified')]
    problem = expressions.problem(text, VARIABLES, wanted)
    return [field.invalid(path, text, problem)] if problem else []
