"""What else is asked of the schema of a CustomResourceDefinition: what OpenAPI v3 knows, types of lists and maps, rules
(ValidateCustomResourceDefinitionOpenAPISchema)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from tutor.apimachinery import expressions, field
from tutor.apimachinery.cel_fields import undefined_fields
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.apiextensions import structural
from tutor.cluster.registry.custom import rules
from tutor.cluster.registry.internal import internal

TYPES = ('array', 'boolean', 'integer', 'number', 'object', 'string')
LIST_TYPE, LIST_KEYS, MAP_TYPE = (
    'x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-map-type')
REASONS = ('FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired')
_RULE = 'Rule Message MessageExpression Reason FieldPath OptionalOldSelf'
_NAMES = {'name': {'type': 'string'}, 'generateName': {'type': 'string'}}
_IMPLICIT = {'apiVersion': {'type': 'string'}, 'kind': {'type': 'string'},
             'metadata': {'type': 'object', 'properties': _NAMES}}
"""What the rules of a whole resource see besides its own fields."""
_UNKNOWN = ('id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref')


def validate(schema: Object, path: str, root: bool = True) -> list[FieldError]:
    """Rules are compiled only where nothing else is wrong with a schema and what is below it."""
    found = [*_standard(schema, path)]
    for child, where in _parts(schema, path):
        found += validate(child, where, False)
    found += _shapes(schema, path)
    given = schema.get(rules.KEY) or []
    for index, rule in enumerate(given):
        found += _rule(rule, schema, f'{path}.{rules.KEY}[{index}]')
    if not found:
        for index, rule in enumerate(given):
            found += _compiled(rule, f'{path}.{rules.KEY}[{index}]', schema, root)
    return found


def _parts(schema: Object, path: str) -> Iterator[tuple[Object, str]]:
    for child, where, _ in structural.children(schema, path):
        yield child, where
    yield from structural.nested(schema, path)


def _standard(schema: Object, path: str) -> Iterator[FieldError]:
    kind = schema.get('type')
    for name in _UNKNOWN:
        if schema.get(name):
            yield field.forbidden(f'{path}.{name}', f'{name} is not supported')
    if kind == 'null':
        yield field.forbidden(f'{path}.type', 'type cannot be set to null, use nullable as an alternative')
    if isinstance(schema.get('items'), list):
        yield field.forbidden(f'{path}.items', 'items must be a schema object and not an array')
    if kind and kind not in TYPES:
        yield field.not_supported(f'{path}.type', kind, TYPES)
    pattern = schema.get('pattern')
    if pattern:
        try:
            re.compile(pattern)
        except re.error as error:
            yield field.invalid(f'{path}.pattern', pattern,
                                f'must be a valid regular expression, but isn\'t: error parsing regexp: {error}')
    if schema.get('uniqueItems'):
        yield field.forbidden(f'{path}.uniqueItems', 'uniqueItems cannot be set to true since the runtime complexity '
                                                     'becomes quadratic')
    others = schema.get('additionalProperties')
    if others is False:
        yield field.forbidden(f'{path}.additionalProperties', 'additionalProperties cannot be set to false')
    if others is not None and schema.get('properties') and others is not True:
        yield field.forbidden(f'{path}.additionalProperties', 'additionalProperties and properties are mutual '
                                                              'exclusive')


# -- lists and maps -----------------------------------------------------------------------------------------------


def _shapes(schema: Object, path: str) -> Iterator[FieldError]:
    kind = schema.get('type') or ''
    if schema.get(structural.PRESERVE) is False:
        yield field.invalid(f'{path}.{structural.PRESERVE}', False, 'must be true or undefined')
    map_type, list_type = schema.get(MAP_TYPE), schema.get(LIST_TYPE)
    if map_type is not None:
        yield from _must_be('object', kind, MAP_TYPE, path)
        if map_type not in ('atomic', 'granular'):
            yield field.not_supported(f'{path}.{MAP_TYPE}', map_type, ('atomic', 'granular'))
    items: Any = schema.get('items')
    if list_type is not None and kind != 'array':
        yield from _must_be('array', kind, LIST_TYPE, path)
    elif list_type == 'set' and isinstance(items, dict):
        for of, name in (('array', LIST_TYPE), ('object', MAP_TYPE)):
            if items.get('type') == of and items.get(name, 'atomic' if of == 'array' else None) != 'atomic':
                yield field.invalid(f'{path}.items.{name}', items.get(name),
                                    f'must be atomic as item of a list with {LIST_TYPE}=set')
    if list_type is not None and list_type not in ('atomic', 'set', 'map'):
        yield field.not_supported(f'{path}.{LIST_TYPE}', list_type, ('atomic', 'set', 'map'))
    if schema.get(LIST_KEYS) and list_type != 'map':
        rule = f'must be map if {LIST_KEYS} is non-empty'
        yield field.invalid(f'{path}.{LIST_TYPE}', list_type, rule) if list_type else field.required(
            f'{path}.{LIST_TYPE}', rule)
    if list_type == 'map':
        yield from _keyed(schema, items, path)
    if list_type in ('set', 'map') and isinstance(items, dict):
        if items.get('nullable'):
            yield field.forbidden(f'{path}.items.nullable', f'cannot be nullable when {LIST_TYPE} is {list_type}')
        if list_type == 'map':
            yield from _keys(schema[LIST_KEYS] if schema.get(LIST_KEYS) else [], items, f'{path}.items')


def _must_be(wanted: str, kind: str, name: str, path: str) -> Iterator[FieldError]:
    if kind != wanted:
        rule = f'must be {wanted} if {name} is specified'
        yield field.invalid(f'{path}.type', kind, rule) if kind else field.required(f'{path}.type', rule)


def _keyed(schema: Object, items: Any, path: str) -> Iterator[FieldError]:
    keys = schema.get(LIST_KEYS) or []
    if not keys:
        yield field.required(f'{path}.{LIST_KEYS}', f'must not be empty if {LIST_TYPE} is map')
    if items is None:
        yield field.required(f'{path}.items', f'must have a schema if {LIST_TYPE} is map')
    if not isinstance(items, dict):
        return
    if items.get('type') != 'object':
        yield field.invalid(f'{path}.items.type', items.get('type') or '',
                            f"must be object if parent array's {LIST_TYPE} is map")
        return
    properties = items.get('properties') or {}
    for index, key in enumerate(keys):
        if key not in properties:
            yield field.invalid(f'{path}.{LIST_KEYS}', keys, 'entries must all be names of item properties')
        elif properties[key].get('type') in ('array', 'object'):
            yield field.invalid(f'{path}.items.properties[{key}].type', items['type'],
                                f"must be a scalar type if parent array's {LIST_TYPE} is map")
        if key in keys[:index]:
            yield field.invalid(f'{path}.{LIST_KEYS}', keys, 'must not contain duplicate entries')


def _keys(keys: list[str], items: Object, path: str) -> Iterator[FieldError]:
    """validateMapListKeysMapSet."""
    for key in keys:
        found = (items.get('properties') or {}).get(key)
        if found is None:
            continue
        if key not in (items.get('required') or ()) and 'default' not in found:
            yield field.required(f'{path}.properties[{key}].default', f'this property is in {LIST_KEYS}, so it must '
                                                                      'have a default or be a required property')
        if found.get('nullable'):
            yield field.forbidden(f'{path}.properties[{key}].nullable',
                                  f'this property is in {LIST_KEYS}, so it cannot be nullable')


# -- rules --------------------------------------------------------------------------------------------------------


def _rule(rule: Object, schema: Object, path: str) -> Iterator[FieldError]:
    text, message, place = rule.get('rule') or '', rule.get('message') or '', rule.get('fieldPath') or ''
    if not text.strip():
        yield field.required(f'{path}.rule', 'rule is not specified')
    elif message and not message.strip():
        yield field.invalid(f'{path}.message', message, 'message must be non-empty if specified')
    elif '\n' in message.strip():
        yield field.invalid(f'{path}.message', message, 'message must not contain line breaks')
    elif '\n' in text.strip() and not message.strip():
        yield field.required(f'{path}.message', 'message must be specified if rule contains line breaks')
    computed = rule.get('messageExpression') or ''
    if computed and not computed.strip():
        yield field.required(f'{path}.messageExpression', 'messageExpression must be non-empty if specified')
    if rule.get('reason') is not None and rule['reason'] not in REASONS:
        yield field.not_supported(f'{path}.reason', rule['reason'], REASONS)
    if place and not place.strip():
        yield field.invalid(f'{path}.fieldPath', place, 'fieldPath must be non-empty if specified')
    if '\n' in place:
        yield field.invalid(f'{path}.fieldPath', place, 'fieldPath must not contain line breaks')
    if place and at(schema, place) is None:
        yield field.invalid(f'{path}.fieldPath', place,
                            'fieldPath must be a valid path: does not refer to a valid field')


def at(schema: Object, place: str) -> Object | None:
    """The schema that a path such as .spec.color leads to (cel.ValidFieldPath); None where there is none."""
    found = schema
    for name in re.findall(r"\.([^.\['\]]+)|\['([^']+)'\]", place):
        others = found.get('additionalProperties')
        inner = (found.get('properties') or {}).get(name[0] or name[1], others if isinstance(others, dict) else None)
        if inner is None:
            return None
        found = inner
    return found


def _compiled(rule: Object, path: str, schema: Object, root: bool) -> Iterator[FieldError]:
    if problem := _problem(rule['rule'], {**schema, 'properties': {**(schema.get('properties') or {}), **_IMPLICIT}}
                           if root or schema.get(structural.EMBEDDED) else schema):
        shown = internal(rule, _RULE, zeros={'Rule': '', 'Message': '', 'MessageExpression': '', 'FieldPath': ''})
        yield field.invalid(f'{path}.rule', shown, problem)
    computed = rule.get('messageExpression')
    if computed and (problem := _message_problem(computed)):
        yield field.invalid(f'{path}.messageExpression', computed, f'messageExpression {problem}')


def _message_problem(text: str) -> str:
    if problem := expressions.problem(text, rules.VARIABLES):
        return problem
    return '' if _gives(text, 'string') else 'must evaluate to a string'


def _gives(text: str, kind: str) -> bool:
    """Whether an expression may give this type: what we know of the types of a schema is not all."""
    return expressions.output_type(text, rules.VARIABLES) in (kind, 'dyn')


def _problem(text: str, schema: Object) -> str:
    """What is wrong with a rule: its syntax, a field that its type does not have, or what it gives."""
    if problem := expressions.problem(text, rules.VARIABLES):
        return problem
    if undefined := undefined_fields(text, 'self|oldSelf', partial(_missing, schema)):
        return 'compilation failed: ' + '\n'.join(undefined)
    plain = re.fullmatch(r'\s*(?:self|oldSelf)((?:\.\w+)*)\s*', text)
    value = at(schema, plain[1]) if plain else None
    wrong = value.get('type') not in (None, 'boolean') if value else not _gives(text, 'bool')
    return 'cel expression must evaluate to a bool' if wrong else ''


def _missing(schema: Object, chain: str, is_call: bool) -> tuple[int, str] | None:
    """The first field of a chain that the object which it is read from does not have."""
    found = schema
    steps = list(re.finditer(r'\.(\w+)', chain))
    for step in steps[:-1] if is_call else steps:
        if found.get('type') != 'object' or found.get('additionalProperties') or found.get(structural.PRESERVE):
            return None
        inner = (found.get('properties') or {}).get(step[1])
        if inner is None:
            return None if '__' in step[1] else (step.start(), step[1])
        found = inner
    return None
