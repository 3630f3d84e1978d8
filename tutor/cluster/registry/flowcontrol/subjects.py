"""Whom a FlowSchema is about."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

_KINDS = {'ServiceAccount': 'serviceAccount', 'User': 'user', 'Group': 'group'}


def validate_subject(subject: Object, path: str) -> list[FieldError]:
    """ValidateFlowSchemaSubject."""
    kind = subject.get('kind', '')
    if kind not in _KINDS:
        return [field.not_supported(f'{path}.kind', kind, sorted(_KINDS))]
    name = _KINDS[kind]
    found = _named(subject[name], f'{path}.{name}', kind) if name in subject else [
        field.required(f'{path}.{name}', f"{name} is required when subject kind is '{kind}'")]
    return found + [field.forbidden(f'{path}.{other}', f"{other} is forbidden when subject kind is not '{others}'")
                    for others, other in _KINDS.items() if other != name and other in subject]


def _named(subject: Object, path: str, kind: str) -> list[FieldError]:
    """ValidateServiceAccountSubject, ValidateUserSubject, ValidateGroupSubject."""
    name, space = subject.get('name', ''), subject.get('namespace', '')
    found = [] if name else [field.required(f'{path}.name')]
    if kind != 'ServiceAccount':
        return found
    if name not in ('', '*'):
        found += field.invalid_each(f'{path}.name', name, names.is_dns1123_subdomain(name))
    return found + (field.invalid_each(f'{path}.namespace', space, names.is_dns1123_label(space)) if space else [
        field.required(f'{path}.namespace', 'must specify namespace for service account')])
