"""Which requests an admission policy or webhook is for."""

from __future__ import annotations

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import label_selectors

OPERATIONS = ('*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE')
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


def validate_match(match: Object | None, path: str) -> list[FieldError]:
    """validateMatchResources."""
    if match is None:
        return [field.required(path)]
    found: list[FieldError] = []
    if match.get('matchPolicy') not in ('Equivalent', 'Exact'):
        found.append(field.not_supported(f'{path}.matchPolicy', match.get('matchPolicy', ''), ('Equivalent', 'Exact')))
    for name in ('namespaceSelector', 'objectSelector'):
        found += label_selectors.validate(match.get(name), f'{path}.{name}')
    rules = match.get('resourceRules') or ()
    if not rules:
        found.append(field.required(f'{path}.resourceRules'))
    for index, rule in enumerate(rules):
        found += validate_rule(rule, f'{path}.resourceRules[{index}]')
    return found


def validate_rule(rule: Object, path: str) -> list[FieldError]:
    """validateRuleWithOperations."""
    operations = rule.get('operations') or []
    found: list[FieldError] = []
    if not operations:
        found.append(field.required(f'{path}.operations'))
    if len(operations) > 1 and '*' in operations:
        found.append(field.invalid(f'{path}.operations', operations, "if '*' is present, must not specify other "
                                                                     'operations'))
    for index, operation in enumerate(operations):
        if operation not in OPERATIONS:
            found.append(field.not_supported(f'{path}.operations[{index}]', operation, OPERATIONS))
    for name in ('apiGroups', 'apiVersions', 'resources'):
        values = rule.get(name) or []
        if not values:
            found.append(field.required(f'{path}.{name}'))
        if len(values) > 1 and '*' in values and name != 'resources':
            found.append(field.invalid(f'{path}.{name}', values, f"if '*' is present, must not specify other "
                                       f'{"API groups" if name == "apiGroups" else "API versions"}'))
    if rule.get('scope') not in _SCOPES:
        found.append(field.not_supported(f'{path}.scope', rule.get('scope', ''), _SCOPES))
    return found
