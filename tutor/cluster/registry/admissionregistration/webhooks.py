"""Webhook configurations, validating and mutating."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import label_selectors
from tutor.cluster.registry.admissionregistration import conditions, rules
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_NO_EFFECTS = ('None', 'NoneOnDryRun')
_FORM = '; desired format: https://host[/path]'


class WebhookConfigurationStrategy(Kind):
    generation = True
    free_finalizers = True
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
        """ValidateValidatingWebhookConfiguration, ValidateMutatingWebhookConfiguration."""
        found: list[FieldError] = []
        seen: set[str] = set()
        for index, hook in enumerate(obj.get('webhooks') or ()):
            path, name = f'webhooks[{index}]', hook.get('name', '')
            found += _hook(hook, path)
            found += review_versions(hook.get('admissionReviewVersions') or [], f'{path}.admissionReviewVersions',
                                     'must specify one of v1, v1beta1')
            if name and name in seen:
                found.append(field.duplicate(f'{path}.name', name))
            seen.add(name)
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], len(obj.get('webhooks') or ()), age(obj, simulation)]


def _hook(hook: Object, path: str) -> list[FieldError]:
    """validateValidatingWebhook, validateMutatingWebhook."""
    found = _full_name(hook.get('name', ''), f'{path}.name')
    for index, rule in enumerate(hook.get('rules') or ()):
        found += rules.validate_rule(rule, f'{path}.rules[{index}]')
    found += rules.validate_policies(hook, path)
    effects, seconds = hook.get('sideEffects'), hook.get('timeoutSeconds', 10)
    if effects is None:
        found.append(field.required(f'{path}.sideEffects', f'must specify one of {", ".join(_NO_EFFECTS)}'))
    elif effects not in _NO_EFFECTS:
        found.append(field.not_supported(f'{path}.sideEffects', effects, _NO_EFFECTS))
    if not 1 <= seconds <= 30:
        found.append(field.invalid(f'{path}.timeoutSeconds', seconds, 'the timeout value must be between 1 and 30 '
                                                                      'seconds'))
    for name in ('namespaceSelector', 'objectSelector'):
        found += label_selectors.validate(hook.get(name), f'{path}.{name}')
    again = hook.get('reinvocationPolicy', 'Never')
    if again not in ('IfNeeded', 'Never'):
        found.append(field.not_supported(f'{path}.reinvocationPolicy', again, ('IfNeeded', 'Never')))
    found += validate_client(hook.get('clientConfig') or {}, f'{path}.clientConfig')
    return found + conditions.validate(hook.get('matchConditions') or [], f'{path}.matchConditions',
                                       conditions.known({}, 'authorizer'))


def _full_name(name: str, path: str) -> list[FieldError]:
    """IsFullyQualifiedName."""
    if not name:
        return [field.required(path)]
    if errors := names.is_dns1123_subdomain(name):
        return [field.invalid(path, name, ','.join(errors))]
    if name.count('.') < 2:
        return [field.invalid(path, name, 'should be a domain with at least three segments separated by dots')]
    return []


def review_versions(versions: list[str], path: str, when_none: str = '') -> list[FieldError]:
    """Which versions of a review a webhook understands (validateAdmissionReviewVersions and the like)."""
    if not versions:
        return [field.required(path, when_none)]
    found: list[FieldError] = []
    for index, version in enumerate(versions):
        here = f'{path}[{index}]'
        if version in versions[:index]:
            found.append(field.invalid(here, version, 'duplicate version'))
        else:
            found += field.invalid_each(here, version, names.is_dns1035_label(version))
    if not {'v1', 'v1beta1'} & set(versions):
        found.append(field.invalid(path, versions, 'must include at least one of v1, v1beta1'))
    return found


def validate_client(config: Object, path: str) -> list[FieldError]:
    """Where a webhook listens: a URL or a Service."""
    if ('url' in config) == ('service' in config):
        return [field.required(path, 'exactly one of url or service is required')]
    if 'url' in config:
        return _url(config['url'], f'{path}.url')
    return _service(config['service'], f'{path}.service')


def _url(text: str, path: str) -> list[FieldError]:
    """ValidateWebhookURL."""
    url = urlsplit(text)
    found: list[FieldError] = []
    if url.scheme != 'https':
        found.append(field.invalid(path, url.scheme, f"'https' is the only allowed URL scheme{_FORM}"))
    if not url.hostname:
        found.append(field.invalid(path, url.netloc, f'host must be specified{_FORM}'))
    user, at, _ = url.netloc.rpartition('@')
    if at:
        found.append(field.invalid(path, user, 'user information is not permitted in the URL'))
    if url.fragment:
        found.append(field.invalid(path, url.fragment, 'fragments are not permitted in the URL'))
    if url.query:
        found.append(field.invalid(path, url.query, 'query parameters are not permitted in the URL'))
    return found


def _service(service: Object, path: str) -> list[FieldError]:
    """ValidateWebhookService."""
    found: list[FieldError] = [field.required(f'{path}.{name}', f'service {name} is required')
                               for name in ('name', 'namespace') if not service.get(name)]
    port, below = service.get('port', 443), service.get('path') or '/'
    if errors := names.is_valid_port_number(port):
        found.append(field.invalid(f'{path}.port', port, f'port is not valid: {", ".join(errors)}'))
    if below == '/':
        return found
    here = f'{path}.path'
    if not below.startswith('/'):
        found.append(field.invalid(here, below, "must start with a '/'"))
    for index, step in enumerate(below[1:].removesuffix('/').split('/')):
        if not step:
            found.append(field.invalid(here, below, f'segment[{index}] may not be empty'))
        else:
            found += [field.invalid(here, below, f'segment[{index}]: {text}')
                      for text in names.is_dns1123_subdomain(step)]
    return found
