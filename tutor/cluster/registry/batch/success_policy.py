"""When an indexed job has done enough (validateSuccessPolicy)."""

from __future__ import annotations

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata

_MOST_RULES = 20
_LONGEST = 64 * 1024


class BadIndexes(ValueError):
    """Not a list of indexes such as 1,3-5."""


def validate(spec: Object, path: str) -> list[FieldError]:
    """`spec` is the job's, `path` that of the policy."""
    policy = spec['successPolicy']
    rules, here = policy.get('rules') or (), f'{path}.rules'
    if spec.get('completionMode') != 'Indexed':
        return [field.invalid(path, {'Rules': [{'SucceededIndexes': rule.get('succeededIndexes'), 'SucceededCount':
                                                rule.get('succeededCount')} for rule in rules]},
                              'requires indexed completion mode')]
    found: list[FieldError] = []
    if not rules:
        found.append(field.required(here, 'at least one rules must be specified when the successPolicy is specified'))
    if len(rules) > _MOST_RULES:
        found.append(field.too_many(here, len(rules), _MOST_RULES))
    for index, rule in enumerate(rules):
        found += _rule(rule, spec.get('completions') or 0, f'{here}[{index}]')
    return found


def _rule(rule: Object, completions: int, path: str) -> list[FieldError]:
    text, count = rule.get('succeededIndexes'), rule.get('succeededCount')
    found: list[FieldError] = []
    total = 0
    if text is None and count is None:
        found.append(field.required(path, 'at least one of succeededCount or succeededIndexes must be specified'))
    if text is not None:
        if len(text) > _LONGEST:
            found.append(field.too_long(f'{path}.succeededIndexes', _LONGEST))
        try:
            total = count_indexes(text, completions)
        except BadIndexes as problem:
            found.append(field.invalid(f'{path}.succeededIndexes', text, f'error parsing succeededIndexes: {problem}'))
    if count is not None:
        here = f'{path}.succeededCount'
        found += metadata.non_negative(count, here)
        if count > completions:
            found.append(field.invalid(here, count, f'must be less than or equal to {completions} (the number of '
                                                    'specified completions)'))
        if text is not None and count > total:
            found.append(field.invalid(here, count, f'must be less than or equal to {total} (the number of indexes in '
                                                    'the specified succeededIndexes field)'))
    return found


def count_indexes(text: str, completions: int) -> int:
    """validateIndexesFormat: how many indexes a text such as 1,3-5 lists. Raises BadIndexes."""
    total, last = 0, -1
    for part in text.split(',') if text else ():
        first, dash, end = part.partition('-')
        low = _index(first, completions, last)
        high = _index(end, completions, low) if dash else low
        total += high - low + 1
        last = high
    return total


def _index(text: str, completions: int, last: int) -> int:
    if not text.isdecimal():
        raise BadIndexes(f'cannot convert string to integer for index: {field.go_quote(text)}')
    number = int(text)
    if number >= completions:
        raise BadIndexes(f'too large index: {field.go_quote(text)}')
    if number <= last:
        raise BadIndexes(f'non-increasing order, previous: {last}, current: {number}')
    return number
