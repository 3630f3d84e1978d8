"""Whether the schema of a CustomResourceDefinition is one that an API server can work with
(apiextensions-apiserver/pkg/apis/apiextensions/validation, pkg/apiserver/schema)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import expressions
from tutor.cluster.registry.custom import rules, validation
from tutor.cluster.registry.internal import internal

TYPES = ('array', 'boolean', 'integer', 'number', 'object', 'string')
_RULE = 'Rule Message MessageExpression Reason FieldPath OptionalOldSelf'
_ANY = ('x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields')


def validate(schema: Object, path: str, what: str = 'at the root') -> Iterator[FieldError]:
    """What is wrong with a schema; `what` says what it is the schema of."""
    kind = schema.get('type')
    if kind is not None and kind not in TYPES:
        yield field.not_supported(f'{path}.type', kind, TYPES)
    elif not kind and not any(schema.get(name) for name in _ANY):
        yield field.required(f'{path}.type', f'must not be empty {what}')
    yield from _limits(schema, path)
    yield from _rules(schema, path)
    if 'default' in schema:
        yield from _default(schema, path)
    yield from _below(schema, path, kind)


def _limits(schema: Object, path: str) -> Iterator[FieldError]:
    if schema.get('uniqueItems'):
        yield field.forbidden(f'{path}.uniqueItems', 'uniqueItems cannot be set to true since the runtime complexity '
                                                     'becomes quadratic')
    if schema.get('additionalProperties') is False:
        yield field.forbidden(f'{path}.additionalProperties', 'additionalProperties cannot be set to false')
    if schema.get('additionalProperties') and schema.get('properties'):
        yield field.forbidden(f'{path}.additionalProperties', 'additionalProperties and properties are mutual '
                                                              'exclusive')
    pattern = schema.get('pattern')
    if pattern:
        try:
            re.compile(pattern)
        except re.error as error:
            yield field.invalid(f'{path}.pattern', pattern,
                                f'must be a valid regular expression, but isn\'t: error parsing regexp: {error}')


def _rules(schema: Object, path: str) -> Iterator[FieldError]:
    for index, rule in enumerate(schema.get(rules.KEY) or ()):
        here = f'{path}.{rules.KEY}[{index}]'
        text = rule.get('rule', '')
        if not text.strip():
            yield field.required(f'{here}.rule', 'rule is not specified')
        elif problem := expressions.problem(text, rules.VARIABLES):
            shown = internal(rule, _RULE, zeros={'Rule': '', 'Message': '', 'MessageExpression': '', 'FieldPath': ''})
            yield field.invalid(f'{here}.rule', shown, problem)
        computed = rule.get('messageExpression')
        if computed and (problem := expressions.problem(computed, rules.VARIABLES, 'STRING')):
            yield field.invalid(f'{here}.messageExpression', computed,
                                f'messageExpression {problem}' if 'compilation' in problem else problem)


def _default(schema: Object, path: str) -> Iterator[FieldError]:
    yield from validation.validate(schema['default'], schema, f'{path}.default')


def _below(schema: Object, path: str, kind: Any) -> Iterator[FieldError]:
    properties, items, others = schema.get('properties'), schema.get('items'), schema.get('additionalProperties')
    for name in sorted(properties or {}):
        if properties and isinstance(properties[name], dict):
            if path.endswith('openAPIV3Schema') and name == 'metadata':
                continue
            yield from validate(properties[name], f'{path}.properties[{name}]', 'for specified object fields')
    if isinstance(items, dict):
        yield from validate(items, f'{path}.items', 'for specified array items')
    elif kind == 'array':
        yield field.required(f'{path}.items', 'must be specified')
    if isinstance(others, dict):
        yield from validate(others, f'{path}.additionalProperties', 'for specified object fields')
