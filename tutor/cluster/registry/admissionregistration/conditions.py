"""The CEL expressions of policies and webhooks: whether they can be used."""

from __future__ import annotations

from tutor.apimachinery import expressions, field, names
from tutor.apimachinery.cel_fields import Missing, undefined_fields
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

VARIABLES = ('object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables', 'authorizer')
"""What expressions of policies and webhooks may use."""
MOST = 64


def known(spec: Object, *more: str) -> tuple[str, ...]:
    """What the expressions of a policy know beside the request itself: parameters only where it has any
    (plugincel.OptionalVariableDeclarations)."""
    names = {'object', 'oldObject', 'request', 'namespaceObject', *more, *(('params',) if 'paramKind' in spec else ())}
    return tuple(name for name in VARIABLES if name in names)


def validate(conditions: list[Object], path: str, variables: tuple[str, ...]) -> list[FieldError]:
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
            found += validate_expression(text, f'{here}.expression', variables, 'bool')
        if not name:
            found.append(field.required(f'{here}.name'))
            continue
        found += field.invalid_each(f'{here}.name', name, names.is_qualified_name(name))
        if name in seen:
            found.append(field.duplicate(f'{here}.name', name))
        seen.add(name)
    return found


def validate_expression(text: str, path: str, variables: tuple[str, ...], *wanted: str,
                        own: frozenset[str] | None = None) -> list[FieldError]:
    """Whether an expression is there, compiles with these variables, of the policy's `own` ones none but these, and
    has one of the right types (none: any)."""
    if not text.strip():
        return [field.required(path, f'{path.rpartition(".")[2]} is not specified')]
    problem = expressions.problem(text, variables, *wanted)
    if not problem and own is not None and (undefined := undefined_fields(text, 'variables', _none_but(own))):
        problem = 'compilation failed: ' + '\n'.join(undefined)
    return [field.invalid(path, text, problem)] if problem else []


def _none_but(own: frozenset[str]) -> Missing:
    def missing(chain: str, is_call: bool) -> tuple[int, str] | None:
        names = chain.split('.')[1:]
        return None if names[0] in own or (is_call and len(names) == 1) else (0, names[0])
    return missing
