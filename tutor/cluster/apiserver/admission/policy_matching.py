"""Which requests an admission policy is about (apiserver/pkg/admission/plugin/policy/matching)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.apimachinery import expressions, selectors
from tutor.apimachinery.expressions import ExpressionError
from tutor.apimachinery.field import aggregate
from tutor.apimachinery.objects import Object, labels
from tutor.cluster.apiserver.rules import has
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.admissionregistration.conditions import VARIABLES

CONFIGURATIONS = frozenset({
    'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings', 'mutatingwebhookconfigurations',
    'validatingadmissionpolicies', 'validatingadmissionpolicybindings', 'validatingwebhookconfigurations'})
"""What webhooks are never asked about, lest nobody could take a bad one away
(rules.IsExemptAdmissionConfigurationResource)."""
EXCLUDED = frozenset({'admissionregistration.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io'})
"""Policies are not about policies, nor about reviews."""


def matches(constraints: Object | None, scope: Scope, operation: str, objects: tuple[Object | None, ...],
            namespace: Object | None) -> bool:
    """Whether a request falls under a policy's matchConstraints or a binding's matchResources."""
    if constraints is None:
        return True
    rules = constraints.get('resourceRules')
    if rules and not any(_rule(rule, scope, operation, constraints) for rule in rules):
        return False
    if any(_rule(rule, scope, operation, constraints) for rule in constraints.get('excludeResourceRules') or ()):
        return False
    return selected(constraints, scope, objects, namespace)


def webhook_matches(hook: Object, scope: Scope, operation: str, objects: tuple[Object | None, ...],
                    namespace: Object | None) -> bool:
    """Whether a webhook wants to be asked about a request (webhook/generic: ShouldCallHook)."""
    return any(_rule(rule, scope, operation, hook) for rule in hook.get('rules') or ()) and \
        selected(hook, scope, objects, namespace)


def conditions_hold(conditions: Iterable[Object], variables: Mapping[str, Any], fails: bool) -> bool:
    """matchconditions.Match: one that is false decides; those that cannot be evaluated decide only where failures do
    (`fails`). Raises ExpressionError for these."""
    problems: list[str] = []
    for condition in conditions:
        expression = condition['expression']
        try:
            if expressions.compile(expression, VARIABLES).evaluate(variables) is not True:
                return False
        except ExpressionError as error:
            problems.append(failure(expression, error))
    if problems and fails:
        raise ExpressionError(aggregate(problems))
    return not problems


def failure(expression: str, error: ExpressionError) -> str:
    """What is said of an expression that cannot be evaluated."""
    return f"expression '{expression}' resulted in error: {error}"


def selected(constraints: Object, scope: Scope, objects: tuple[Object | None, ...], namespace: Object | None) -> bool:
    """Whether both selectors let a request through."""
    return _namespace(constraints.get('namespaceSelector'), scope, objects, namespace) and \
        _objects(constraints.get('objectSelector'), objects)


def _rule(rule: Object, scope: Scope, operation: str, constraints: Object) -> bool:
    """rules.Matcher."""
    resource = scope.resource
    if not has(rule.get('operations'), operation) or not has(rule.get('apiGroups'), resource.group):
        return False
    versions = [resource.version] if constraints.get('matchPolicy') == 'Exact' else [
        version for group, version, plural in scope.server.resources
        if (group, plural) == (resource.group, resource.plural)]
    if not any(has(rule.get('apiVersions'), version) for version in versions):
        return False
    wanted = rule.get('scope', '*')
    if wanted != '*' and (wanted == 'Namespaced') is not resource.namespaced:
        return False
    names = rule.get('resourceNames')
    if names and scope.info.name not in names:
        return False
    return any(_resource(pattern, resource.plural, scope.info.subresource) for pattern in rule.get('resources') or ())


def _resource(pattern: str, plural: str, subresource: str) -> bool:
    resource, _, below = pattern.partition('/')
    return resource in ('*', plural) and below in (('*', subresource) if subresource else ('', '*'))


def _namespace(selector: Any, scope: Scope, objects: tuple[Object | None, ...], namespace: Object | None) -> bool:
    if not selector:
        return True
    if scope.resource.plural == 'namespaces' and not scope.resource.group:
        namespace = next((obj for obj in objects if obj is not None), None)
    elif not scope.resource.namespaced:
        return True
    return namespace is not None and selectors.from_label_selector(selector).matches(labels(namespace))


def _objects(selector: Any, objects: tuple[Object | None, ...]) -> bool:
    if not selector:
        return True
    wanted = selectors.from_label_selector(selector)
    return any(obj is not None and wanted.matches(labels(obj)) for obj in objects)
