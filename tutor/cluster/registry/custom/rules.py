"""x-kubernetes-validations: the CEL rules of a schema (apiextensions-apiserver/pkg/apiserver/schema/cel)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tutor.apimachinery import expressions, field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

KEY = 'x-kubernetes-validations'
VARIABLES = ('self', 'oldSelf')
UNSET = object()
_TRANSITION = re.compile(r'\boldSelf\b')
_REASONS = {'FieldValueForbidden': 'Forbidden', 'FieldValueRequired': 'Required',
            'FieldValueDuplicate': 'Duplicate', 'FieldValueInvalid': 'Invalid'}


def has_rules(schema: Any) -> bool:
    """Whether a schema has rules anywhere."""
    if isinstance(schema, dict):
        return bool(schema.get(KEY)) or any(has_rules(item) for item in schema.values())
    return isinstance(schema, list) and any(has_rules(item) for item in schema)


def validate(value: Any, old: Any, schema: Object | None, path: str = '') -> Iterator[FieldError]:
    """What the rules have against a value; `old` is UNSET where there was none."""
    if not schema or value is None:
        return
    for rule in schema.get(KEY) or ():
        found = _check(rule, value, old, path)
        if found is not None:
            yield found
    yield from _below(value, old, schema, path)


def _below(value: Any, old: Any, schema: Object, path: str) -> Iterator[FieldError]:
    if isinstance(value, dict):
        properties, others = schema.get('properties') or {}, schema.get('additionalProperties')
        for key in sorted(value):
            known = properties.get(key) or (others if isinstance(others, dict) else None)
            if known:
                before = old.get(key, UNSET) if isinstance(old, dict) else UNSET
                here = f'{path}.{key}' if path else key
                yield from validate(value[key], before, known, here if key in properties else f'{path}[{key}]')
    elif isinstance(value, list) and schema.get('items'):
        for index, item in enumerate(value):
            yield from validate(item, _counterpart(item, old, schema), schema['items'], f'{path}[{index}]')


def _counterpart(item: Any, old: Any, schema: Object) -> Any:
    """What an item of a list was before, for lists whose items have keys (MapList.Get)."""
    keys = schema.get('x-kubernetes-list-map-keys')
    if not keys or not isinstance(old, list) or not isinstance(item, dict):
        return UNSET
    return next((before for before in old if isinstance(before, dict)
                 and all(before.get(key) == item.get(key) for key in keys)), UNSET)


def _check(rule: Object, value: Any, old: Any, path: str) -> FieldError | None:
    text = rule.get('rule', '')
    if _TRANSITION.search(text) and old is UNSET and not rule.get('optionalOldSelf'):
        return None
    variables = {'self': value, 'oldSelf': None if old is UNSET else old}
    try:
        passed = expressions.compile(text, VARIABLES).evaluate(variables)
    except expressions.ExpressionError as error:
        return field.invalid(path, _shown(value), f'{error} evaluating rule: {rule.get("message") or text}')
    if passed is True:
        return None
    where = path + rule.get('fieldPath', '') if path else rule.get('fieldPath', '').removeprefix('.')
    kind = _REASONS.get(rule.get('reason', ''), 'Invalid')
    return FieldError(kind, where, _shown(value), _message(rule, variables))


def _shown(value: Any) -> Any:
    return field.OMITTED if isinstance(value, (dict, list)) else value


def _message(rule: Object, variables: Object) -> str:
    """The rule's own words, computed or fixed, or the rule itself."""
    if rule.get('messageExpression'):
        try:
            found = expressions.compile(rule['messageExpression'], VARIABLES).evaluate(variables)
        except expressions.ExpressionError:
            found = ''
        if isinstance(found, str) and found.strip() and '\n' not in found:
            return found.strip()
    return (rule.get('message') or '').strip() or f'failed rule: {rule.get("rule", "").strip()}'
