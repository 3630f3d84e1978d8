"""What the kinds with a template of pods share: selectors that must match their template."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, selectors
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import label_selectors
from tutor.cluster.registry.podspec import defaults, validation

MISMATCH = '`selector` does not match template `labels`'


def default_spec(obj: Object) -> Object:
    """The spec, its template defaulted."""
    spec = obj.setdefault('spec', {})
    defaults.default_template(spec.setdefault('template', {}))
    return spec


def validate_selector(spec: Object, kind: str, path: str = 'spec') -> list[FieldError]:
    """The selector by itself."""
    selector = spec.get('selector')
    if selector is None:
        return [field.required(f'{path}.selector')]
    found = label_selectors.validate(selector, f'{path}.selector')
    if label_selectors.is_empty(selector):
        found.append(field.invalid(f'{path}.selector', selector, f'empty selector is invalid for {kind}'))
    return found


def template_labels(spec: Object) -> dict[str, str] | None:
    """In the order in which messages show them."""
    labels = ((spec.get('template') or {}).get('metadata') or {}).get('labels')
    return dict(sorted(labels.items())) if labels else labels


def validate_match(spec: Object, path: str = 'spec') -> list[FieldError]:
    """Whether the template has the labels that the selector wants; an invalid selector is said too."""
    try:
        selector = selectors.from_label_selector(spec.get('selector'))
    except selectors.SelectorError:
        return [field.invalid(f'{path}.selector', spec.get('selector'), 'invalid label selector')]
    labels = template_labels(spec)
    if selector.empty and spec.get('selector') is not None:
        return []
    if not selector.matches(labels or {}):
        return [field.invalid(f'{path}.template.metadata.labels', labels or None, MISMATCH)]
    return []


def validate_template(spec: Object, kind: str) -> list[FieldError]:
    """The template, which must restart its containers and has no deadline."""
    path = 'spec.template'
    template = spec.get('template') or {}
    found = validation.validate_template(template, path)
    pod: dict[str, Any] = template.get('spec') or {}
    policy = pod.get('restartPolicy', '')
    if policy not in ('', 'Always'):
        found.append(field.not_supported(f'{path}.spec.restartPolicy', policy, ('Always',)))
    if 'activeDeadlineSeconds' in pod:
        found.append(field.forbidden(f'{path}.spec.activeDeadlineSeconds',
                                     f'activeDeadlineSeconds in {kind} is not Supported'))
    return found
