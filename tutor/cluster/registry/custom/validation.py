"""Validation of a custom resource by its OpenAPI schema, worded as kube-openapi's validator words it
(kube-openapi/pkg/validation/validate, apiextensions-apiserver/pkg/apiserver/validation)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.custom.formats import FORMATS

INT_OR_STRING = 'x-kubernetes-int-or-string'
_BLOCKING = frozenset({'NotSupported', 'Required', 'TooLong', 'TooMany', 'TypeInvalid'})


def validate(value: Any, schema: Object | None, path: str = '') -> list[FieldError]:
    """What is wrong with a value."""
    return list(_validate(value, schema, path)) if schema else []


def blocks_rules(problems: list[FieldError]) -> bool:
    """hasBlockingErr: whether rules cannot be evaluated on an object with these problems."""
    return any(problem.type in _BLOCKING for problem in problems)


def _validate(value: Any, schema: Object, path: str) -> Iterator[FieldError]:
    if value is None and schema.get('nullable'):
        return
    wrong = _wrong_type(value, schema, path)
    if wrong is not None:
        yield wrong
        return
    yield from _combined(value, schema, path)
    for check in _CHECKS.get(_kind(value), ()):
        yield from check(value, schema, path)
    allowed = schema.get('enum')
    if allowed is not None and value not in allowed:
        texts = [item if isinstance(item, str) else field.render(item) for item in allowed]
        yield field.not_supported(path, value, texts)
    if isinstance(value, dict):
        yield from _object(value, schema, path)


def _kind(value: Any) -> str:
    """The JSON type of a value."""
    for kind, name in ((bool, 'boolean'), (str, 'string'), (int, 'integer'), (float, 'number'), (list, 'array'),
                       (dict, 'object')):
        if isinstance(value, kind):
            return name
    return 'null'


def _wrong_type(value: Any, schema: Object, path: str) -> FieldError | None:
    have, wanted = _kind(value), schema.get('type')
    if schema.get(INT_OR_STRING):
        if have not in ('integer', 'string'):
            return field.type_invalid(path, have, f'{path} in body must be of type integer,string: "{have}"')
        return None
    if not wanted or have == wanted or (wanted == 'number' and have == 'integer'):
        return None
    if wanted == 'integer' and have == 'number' and float(value).is_integer():
        return None
    return field.type_invalid(path, have, f'{path} in body must be of type {wanted}: "{have}"')


def _string(value: str, schema: Object, path: str) -> Iterator[FieldError]:
    longest, shortest, pattern = schema.get('maxLength'), schema.get('minLength'), schema.get('pattern')
    if longest is not None and len(value) > longest:
        yield field.too_long(path, longest)
    if shortest is not None and len(value) < shortest:
        yield field.invalid(path, value, f'{path} in body should be at least {shortest} chars long')
    if pattern and not compiled(pattern).search(value):
        yield field.invalid(path, value, f"{path} in body should match '{pattern}'")
    name = schema.get('format')
    known = FORMATS.get(str(name).replace('-', ''))
    if known is not None and not known(value):
        yield field.invalid(path, value, f'{path} in body must be of type {name}: {field.go_quote(value)}')


def _number(value: float, schema: Object, path: str) -> Iterator[FieldError]:
    most, least, step = schema.get('maximum'), schema.get('minimum'), schema.get('multipleOf')
    if step and value % step:
        yield field.invalid(path, value, f'{path} in body should be a multiple of {field.render(step)}')
    if most is not None:
        exclusive = schema.get('exclusiveMaximum')
        if value > most or (exclusive and value == most):
            words = 'less than' if exclusive else 'less than or equal to'
            yield field.invalid(path, value, f'{path} in body should be {words} {field.render(most)}')
    if least is not None:
        exclusive = schema.get('exclusiveMinimum')
        if value < least or (exclusive and value == least):
            words = 'greater than' if exclusive else 'greater than or equal to'
            yield field.invalid(path, value, f'{path} in body should be {words} {field.render(least)}')


def _array(value: list[Any], schema: Object, path: str) -> Iterator[FieldError]:
    items: Object = schema.get('items') or {}
    for index, item in enumerate(value if items else ()):
        yield from _validate(item, items, f'{path}[{index}]')
    fewest, most = schema.get('minItems'), schema.get('maxItems')
    if fewest is not None and len(value) < fewest:
        yield field.invalid(path, len(value), f'{path} in body should have at least {fewest} items')
    if most is not None and len(value) > most:
        yield field.too_many(path, len(value), most)
    if schema.get('uniqueItems') and any(item in value[:index] for index, item in enumerate(value)):
        yield field.duplicate(path, value)
    yield from _list_type(value, schema, path)


def _list_type(value: list[Any], schema: Object, path: str) -> Iterator[FieldError]:
    """ValidateListSetsAndMaps."""
    kind, keys = schema.get('x-kubernetes-list-type'), schema.get('x-kubernetes-list-map-keys') or ()
    if kind not in ('set', 'map'):
        return
    seen: list[Any] = []
    for index, item in enumerate(value):
        mark = item if kind == 'set' else {key: item[key] for key in keys if isinstance(item, dict) and key in item}
        if mark in seen:
            yield field.duplicate(f'{path}[{index}]', mark)
        seen.append(mark)


def _object(value: Object, schema: Object, path: str) -> Iterator[FieldError]:
    fewest, most = schema.get('minProperties'), schema.get('maxProperties')
    if fewest is not None and len(value) < fewest:
        yield field.invalid(path, len(value), f'{path} in body should have at least {fewest} properties')
    if most is not None and len(value) > most:
        yield field.too_many(path, len(value), most)
    properties, others = schema.get('properties') or {}, schema.get('additionalProperties')
    for key in sorted(value):
        known = properties.get(key) or (others if isinstance(others, dict) and key not in properties else None)
        if known and not (not path and key == 'metadata'):
            yield from _validate(value[key], known, f'{path}.{key}' if path else key)
    for key in schema.get('required') or ():
        if key not in value:
            yield field.required(f'{path}.{key}' if path else key)


def _combined(value: Any, schema: Object, path: str) -> Iterator[FieldError]:
    """allOf, anyOf, oneOf, not."""
    quoted = f'"{path}"'
    if schema.get('anyOf') and not any(not validate(value, part, path) for part in schema['anyOf']):
        yield field.invalid(path, field.OMITTED, f'{quoted} must validate at least one schema (anyOf)')
        yield from _closest(value, schema['anyOf'], path)
    if schema.get('oneOf'):
        matching = sum(not validate(value, part, path) for part in schema['oneOf'])
        if matching != 1:
            found = 'Found none valid' if not matching else f'Found {matching} valid alternatives'
            yield field.invalid(path, field.OMITTED,
                                f'{quoted} must validate one and only one schema (oneOf). {found}')
            if not matching:
                yield from _closest(value, schema['oneOf'], path)
    for part in schema.get('allOf') or ():
        yield from _validate(value, part, path)
    if schema.get('not') and not validate(value, schema['not'], path):
        yield field.invalid(path, field.OMITTED, f'{quoted} must not validate the schema (not)')


def _closest(value: Any, parts: list[Object], path: str) -> list[FieldError]:
    """The problems of the alternative that fits best."""
    return min((validate(value, part, path) for part in parts), key=len)


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """A Go regular expression as one of Python's; one that cannot be read matches everything."""
    try:
        return re.compile(pattern.replace(r'\z', r'\Z'))
    except re.error:
        return re.compile('')


Check = Callable[[Any, Object, str], Iterator[FieldError]]
_CHECKS: dict[str, tuple[Check, ...]] = {
    'string': (_string,), 'integer': (_number,), 'number': (_number,), 'array': (_array,)}
