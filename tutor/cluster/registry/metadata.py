"""Validation of ObjectMeta, the same for every kind (apimachinery/pkg/api/validation/objectmeta.go)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

NameRule = Callable[[str], list[str]]
TOTAL_ANNOTATIONS = 256 * 1024
_STANDARD_FINALIZERS = frozenset({'orphan', 'foregroundDeletion', 'kubernetes'})


def validate(meta: Object, namespaced: bool, rule: NameRule, path: str = 'metadata') -> list[FieldError]:
    """ValidateObjectMeta."""
    found: list[FieldError] = []
    if generate := meta.get('generateName'):
        found += [field.invalid(f'{path}.generateName', generate, text)
                  for text in rule(names.name_for_generate(generate))]
    name = meta.get('name')
    if not name:
        found.append(field.required(f'{path}.name', 'name or generateName is required'))
    else:
        found += [field.invalid(f'{path}.name', name, text) for text in rule(name)]
    namespace = meta.get('namespace', '')
    if namespaced:
        found += [field.invalid(f'{path}.namespace', namespace, text) for text in names.is_dns1123_label(namespace)]
    elif namespace:
        found.append(field.forbidden(f'{path}.namespace', 'not allowed on this type'))
    if 'labels' in meta:
        found += validate_labels(meta['labels'], f'{path}.labels')
    if 'annotations' in meta:
        found += validate_annotations(meta['annotations'], f'{path}.annotations')
    if 'ownerReferences' in meta:
        found += owner_references(meta['ownerReferences'], f'{path}.ownerReferences')
    if 'finalizers' in meta:
        found += finalizers(meta['finalizers'], f'{path}.finalizers')
    return found


def validate_update(new: Object, old: Object, path: str = 'metadata') -> list[FieldError]:
    """ValidateObjectMetaUpdate: what the generic store does not keep by itself."""
    if 'deletionTimestamp' in old:
        kept = old.get('finalizers') or ()
        added = sorted(item for item in new.get('finalizers') or () if item not in kept)
        if added:
            shown = ', '.join(f'"{item}"' for item in added)
            return [field.forbidden(f'{path}.finalizers', 'no new finalizers can be added if the object is being '
                                                          f'deleted, found new finalizers []string{{{shown}}}')]
    return []


def validate_labels(values: Mapping[str, str], path: str) -> list[FieldError]:
    """ValidateLabels."""
    found: list[FieldError] = []
    for key, value in values.items():
        found += [field.invalid(path, key, text) for text in names.is_qualified_name(key)]
        found += [field.invalid(path, value, text) for text in names.is_label_value(value)]
    return found


def validate_annotations(values: Mapping[str, str], path: str) -> list[FieldError]:
    """ValidateAnnotations."""
    found: list[FieldError] = []
    size = 0
    for key, value in values.items():
        found += [field.invalid(path, key, text) for text in names.is_qualified_name(key.lower())]
        size += len(key) + len(value)
    if size > TOTAL_ANNOTATIONS:
        found.append(field.too_long(path, TOTAL_ANNOTATIONS))
    return found


def owner_references(references: list[Object], path: str) -> list[FieldError]:
    """ValidateOwnerReferences."""
    found: list[FieldError] = []
    controller = ''
    for index, reference in enumerate(references):
        here = f'{path}[{index}]'
        for name, text in (('apiVersion', 'version must not be empty'), ('kind', 'must not be empty'),
                           ('name', 'must not be empty'), ('uid', 'must not be empty')):
            if not reference.get(name):
                found.append(field.invalid(f'{here}.{name}', reference.get(name, ''), text))
        if reference.get('controller'):
            if controller:
                found.append(field.invalid(path, references, (
                    'Only one reference can have Controller set to true. Found "true" in references for '
                    f'{controller} and {reference.get("name", "")}')))
            controller = reference.get('name', '')
    return found


def finalizers(values: list[str], path: str) -> list[FieldError]:
    """ValidateFinalizers."""
    found: list[FieldError] = []
    for index, value in enumerate(values):
        here = f'{path}[{index}]'
        found += [field.invalid(here, value, text) for text in names.is_qualified_name(value)]
        if '/' not in value and value not in _STANDARD_FINALIZERS:
            found.append(field.invalid(here, value,
                                       'name is neither a standard finalizer name nor is it fully qualified'))
    return found


def immutable(new: Any, old: Any, path: str) -> list[FieldError]:
    """ValidateImmutableField."""
    return [] if new == old else [field.invalid(path, new, 'field is immutable')]


def non_negative(value: int | None, path: str) -> list[FieldError]:
    """ValidateNonnegativeField."""
    if value is not None and value < 0:
        return [field.invalid(path, value, 'must be greater than or equal to 0')]
    return []


def in_range(value: int, low: int, high: int, path: str) -> list[FieldError]:
    """InclusiveRangeError."""
    return [] if low <= value <= high else [field.invalid(path, value, f'must be between {low} and {high}, inclusive')]
