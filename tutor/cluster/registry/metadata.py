"""Validation of ObjectMeta, the same for every kind (apimachinery/pkg/api/validation/objectmeta.go)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import split_api_version

NameRule = Callable[[str], list[str]]
TOTAL_ANNOTATIONS = 256 * 1024
STANDARD_FINALIZERS = frozenset({'orphan', 'foregroundDeletion', 'kubernetes'})
_NO_OWNERS = {('', 'v1', 'Event')}
_REFERENCE = ('apiVersion', 'kind', 'name', 'uid', 'controller', 'blockOwnerDeletion')


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
    return found + _validate_parts(meta, path)


def _validate_parts(meta: Object, path: str) -> list[FieldError]:
    """What is checked of an update as of a create (validateObjectMetaAccessorWithOptsCommon)."""
    found: list[FieldError] = []
    if 'labels' in meta:
        found += validate_labels(meta['labels'], f'{path}.labels')
    if 'annotations' in meta:
        found += validate_annotations(meta['annotations'], f'{path}.annotations')
    if 'ownerReferences' in meta:
        found += owner_references(meta['ownerReferences'], f'{path}.ownerReferences')
    if 'finalizers' in meta:
        found += finalizers(meta['finalizers'], f'{path}.finalizers')
    return found


def validate_update(new: Object, old: Object, asked: Object, path: str = 'metadata') -> list[FieldError]:
    """ValidateObjectMetaUpdate, which all kinds have in common (validateCommonFields). `new` is what will be stored;
    `asked` has what the client wanted of the fields that it cannot set."""
    found: list[FieldError] = []
    if 'deletionTimestamp' in old:
        kept = old.get('finalizers') or ()
        added = sorted(item for item in new.get('finalizers') or () if item not in kept)
        if added:
            shown = ', '.join(f'"{item}"' for item in added)
            found.append(field.forbidden(f'{path}.finalizers', 'no new finalizers can be added if the object is being '
                                                               f'deleted, found new finalizers []string{{{shown}}}'))
    for name in _IMMUTABLE:
        if name in asked and not (name == 'deletionTimestamp' and name in old):
            found += immutable(asked[name], old.get(name), f'{path}.{name}')
    return found if new == old else found + _validate_parts(new, path)


_IMMUTABLE = ('uid', 'deletionTimestamp', 'deletionGracePeriodSeconds')


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
    for reference in references:
        found += _owner(reference, path)
        if reference.get('controller'):
            name = f'{reference.get("kind", "")}/{reference.get("name", "")}'
            if controller:
                shown = [_reference(item) for item in references]
                found.append(field.invalid(path, shown, (
                    'Only one reference can have Controller set to true. Found "true" in references for '
                    f'{controller} and {name}')))
            controller = controller or name
    return found


def _owner(reference: Object, path: str) -> list[FieldError]:
    """validateOwnerReference; its errors do not say which of the references is meant."""
    found: list[FieldError] = []
    group, version = split_api_version(reference.get('apiVersion', ''))
    kind = reference.get('kind', '')
    if not version or '/' in version:
        found.append(field.invalid(f'{path}.apiVersion', reference.get('apiVersion', ''), 'version must not be empty'))
    found += [field.invalid(f'{path}.{name}', '', 'must not be empty') for name in ('kind', 'name', 'uid')
              if not reference.get(name)]
    if (group, version, kind) in _NO_OWNERS:
        found.append(field.invalid(path, _reference(reference),
                                   f'{group}/{version}, Kind={kind} is disallowed from being an owner'))
    return found


def _reference(reference: Object) -> Object:
    """A reference with its fields in the order that Go has them in."""
    return {name: reference[name] for name in _REFERENCE if name in reference}


def finalizers(values: list[str], path: str) -> list[FieldError]:
    """ValidateFinalizers."""
    found = [error for value in values for error in field.invalid_each(path, value, names.is_qualified_name(value))]
    if 'orphan' in values and 'foregroundDeletion' in values:
        found.append(field.invalid(path, values, 'finalizer orphan and foregroundDeletion cannot be both set'))
    return found


def kube_finalizers(meta: Object, path: str = 'metadata') -> list[FieldError]:
    """validateKubeFinalizerName, which custom resources and what describes them are not asked."""
    return [field.invalid(f'{path}.finalizers[{index}]', value,
                          'name is neither a standard finalizer name nor is it fully qualified')
            for index, value in enumerate(meta.get('finalizers') or ())
            if '/' not in value and value not in STANDARD_FINALIZERS]


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
