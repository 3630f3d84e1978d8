"""Which requests an admission policy or webhook is for."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import label_selectors

OPERATIONS = ('*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE')
MUTABLE = ('*', 'CONNECT', 'CREATE', 'UPDATE')
"""The operations that a policy may change: what is deleted is not."""
_SCOPES = ('*', 'Cluster', 'Namespaced')


def default_match(match: Object | None) -> None:
    """SetDefaults_MatchResources."""
    if match is None:
        return
    match.setdefault('matchPolicy', 'Equivalent')
    match.setdefault('namespaceSelector', {})
    match.setdefault('objectSelector', {})
    for name in ('resourceRules', 'excludeResourceRules'):
        for rule in match.get(name) or ():
            rule.setdefault('scope', '*')


def validate_match(match: Object, path: str) -> list[FieldError]:
    """validateMatchResources."""
    found = validate_policies(match, path)
    for name in ('namespaceSelector', 'objectSelector'):
        found += label_selectors.validate(match.get(name), f'{path}.{name}')
    for name in ('resourceRules', 'excludeResourceRules'):
        for index, rule in enumerate(match.get(name) or ()):
            here = f'{path}.{name}[{index}]'
            found += _names(rule.get('resourceNames') or [], f'{here}.resourceNames')
            found += validate_rule(rule, here)
    return found


def validate_operations(match: Object, path: str, allowed: tuple[str, ...]) -> list[FieldError]:
    """validateOperations: as upstream, without saying which rule."""
    return [field.not_supported(f'{path}.resourceRules.operations', operation, allowed)
            for rule in match.get('resourceRules') or () for operation in rule.get('operations') or ()
            if operation not in allowed]


def validate_policies(owner: Object, path: str) -> list[FieldError]:
    """The failurePolicy and matchPolicy of a webhook, or what a policy has of them."""
    return [field.not_supported(f'{path}.{name}', owner[name], allowed)
            for name, allowed in (('failurePolicy', ('Fail', 'Ignore')), ('matchPolicy', ('Equivalent', 'Exact')))
            if name in owner and owner[name] not in allowed]


def _names(given: list[str], path: str) -> list[FieldError]:
    found: list[FieldError] = []
    for index, name in enumerate(given):
        found += field.invalid_each(f'{path}[{index}]', name, names.is_path_segment(name))
        if name in given[:index]:
            found.append(field.duplicate(f'{path}[{index}]', name))
    return found


def validate_rule(rule: Object, path: str) -> list[FieldError]:
    """validateRuleWithOperations."""
    operations = rule.get('operations') or []
    found = _list(operations, f'{path}.operations', 'operations')
    for index, operation in enumerate(operations):
        if operation not in OPERATIONS:
            found.append(field.not_supported(f'{path}.operations[{index}]', operation, OPERATIONS))
    found += _list(rule.get('apiGroups') or [], f'{path}.apiGroups', 'API groups')
    versions = rule.get('apiVersions') or []
    found += _list(versions, f'{path}.apiVersions', 'API versions')
    found += [field.required(f'{path}.apiVersions[{index}]') for index, version in enumerate(versions) if not version]
    found += _resources(rule.get('resources') or [], f'{path}.resources')
    if rule.get('scope') not in _SCOPES:
        found.append(field.not_supported(f'{path}.scope', rule.get('scope', ''), _SCOPES))
    return found


def _list(values: list[str], path: str, what: str) -> list[FieldError]:
    if not values:
        return [field.required(path)]
    if len(values) > 1 and '*' in values:
        return [field.invalid(path, values, f"if '*' is present, must not specify other {what}")]
    return []


def _resources(resources: list[str], path: str) -> list[FieldError]:
    """validateResources: patterns that say what another one has said already."""
    found: list[FieldError] = [] if resources else [field.required(path)]
    seen: set[str] = set()
    for index, pattern in enumerate(resources):
        here = f'{path}[{index}]'
        if not pattern:
            found.append(field.required(here))
        resource, slash, below = pattern.partition('/')
        if not slash:
            continue
        found += [field.invalid(here, pattern, f"if '{wider}' is present, must not specify {pattern}")
                  for wider in (f'{resource}/*', f'*/{below}') if wider in seen]
        if '*' in (resource, below):
            seen.add(pattern)
    if len(resources) > 1 and '*/*' in resources:
        found.append(field.invalid(path, resources, "if '*/*' is present, must not specify other resources"))
    if '*' in resources and any(pattern != '*' and '/' not in pattern for pattern in resources):
        found.append(field.invalid(path, resources, "if '*' is present, must not specify other resources without "
                                                    'subresources'))
    return found
