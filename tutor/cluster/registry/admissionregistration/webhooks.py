"""Webhook configurations, validating and mutating."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.admissionregistration.rules import validate_rule
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation


class WebhookConfigurationStrategy(Kind):
    generation = True
    columns = columns('Name, Webhooks:integer, Age')

    def default(self, obj: Object) -> None:
        """SetDefaults_ValidatingWebhook, SetDefaults_MutatingWebhook."""
        mutating = self.resource.kind.startswith('Mutating')
        for hook in obj.get('webhooks') or ():
            hook.setdefault('failurePolicy', 'Fail')
            hook.setdefault('matchPolicy', 'Equivalent')
            hook.setdefault('namespaceSelector', {})
            hook.setdefault('objectSelector', {})
            hook.setdefault('timeoutSeconds', 10)
            if mutating:
                hook.setdefault('reinvocationPolicy', 'Never')
            for rule in hook.get('rules') or ():
                rule.setdefault('scope', '*')
            service = (hook.get('clientConfig') or {}).get('service')
            if service is not None:
                service.setdefault('port', 443)

    def changed(self, new: Object, old: Object) -> bool:
        return new.get('webhooks') != old.get('webhooks')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        found: list[FieldError] = []
        seen: set[str] = set()
        for index, hook in enumerate(obj.get('webhooks') or ()):
            found += _hook(hook, f'webhooks[{index}]')
            name = hook.get('name', '')
            if name in seen:
                found.append(field.duplicate(f'webhooks[{index}].name', name))
            seen.add(name)
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], len(obj.get('webhooks') or ()), age(obj, simulation)]


def _hook(hook: Object, path: str) -> list[FieldError]:
    """validateValidatingWebhook."""
    name = hook.get('name', '')
    found = [field.invalid(f'{path}.name', name, text) for text in names.is_dns1123_subdomain(name)]
    if not found and name.count('.') < 2:
        found.append(field.invalid(f'{path}.name', name, 'should be a domain with at least three segments separated '
                                                         'by dots'))
    for index, rule in enumerate(hook.get('rules') or ()):
        found += validate_rule(rule, f'{path}.rules[{index}]')
    if hook.get('failurePolicy') not in ('Fail', 'Ignore'):
        found.append(field.not_supported(f'{path}.failurePolicy', hook.get('failurePolicy'), ('Fail', 'Ignore')))
    if hook.get('sideEffects') is None:
        found.append(field.required(f'{path}.sideEffects', 'must specify one of None, NoneOnDryRun'))
    elif hook['sideEffects'] not in ('None', 'NoneOnDryRun'):
        found.append(field.not_supported(f'{path}.sideEffects', hook['sideEffects'], ('None', 'NoneOnDryRun')))
    seconds = hook.get('timeoutSeconds', 10)
    if not 1 <= seconds <= 30:
        found.append(field.invalid(f'{path}.timeoutSeconds', seconds, 'the timeout value must be between 1 and 30 '
                                                                      'seconds'))
    config = hook.get('clientConfig') or {}
    if ('url' in config) == ('service' in config):
        found.append(field.required(f'{path}.clientConfig', 'exactly one of url or service is required'))
    if not hook.get('admissionReviewVersions'):
        found.append(field.required(f'{path}.admissionReviewVersions', 'must specify one of v1, v1beta1'))
    return found
