"""Admission policies and their bindings, validating and mutating."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import expressions
from tutor.cluster.registry.admissionregistration.rules import default_match, validate_match
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

VARIABLES = ('object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables', 'authorizer')
"""What expressions of policies may use."""
UNSET = '<unset>'
_ACTIONS = ('Audit', 'Deny', 'Warn')


class _PolicyStrategy(Kind):
    generation = True
    expressions = ''
    match = ''

    def default(self, obj: Object) -> None:
        spec = obj.setdefault('spec', {})
        spec.setdefault('failurePolicy', 'Fail')
        default_match(spec.get(self.match))

    def prepare_create(self, obj: Object, context: Context) -> None:
        if self.has_status:
            obj['status'] = {}

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        kind = spec.get('paramKind')
        shown = f'{kind.get("apiVersion", "")}/{kind.get("kind", "")}' if kind else UNSET
        return [obj['metadata']['name'], len(spec.get(self.expressions) or ()), shown, age(obj, simulation)]


class ValidatingAdmissionPolicyStrategy(_PolicyStrategy):
    columns = columns('Name, Validations:integer, ParamKind, Age')
    expressions, match = 'validations', 'matchConstraints'

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateValidatingAdmissionPolicySpec."""
        spec = obj['spec']
        found = _failure_policy(spec)
        found += validate_match(spec.get('matchConstraints'), 'spec.matchConstraints')
        if not spec.get('validations') and not spec.get('auditAnnotations'):
            found.append(field.required('spec.validations',
                                        'validations or auditAnnotations must be non-empty; at least one of them is '
                                        'required'))
        for index, validation in enumerate(spec.get('validations') or ()):
            found += _expression(validation.get('expression', ''), f'spec.validations[{index}].expression')
            if validation.get('messageExpression'):
                found += _expression(validation['messageExpression'], f'spec.validations[{index}].messageExpression',
                                     'STRING')
        for index, condition in enumerate(spec.get('matchConditions') or ()):
            found += _expression(condition.get('expression', ''), f'spec.matchConditions[{index}].expression')
        for index, variable in enumerate(spec.get('variables') or ()):
            path = f'spec.variables[{index}]'
            found += [field.invalid(f'{path}.name', variable.get('name', ''), text)
                      for text in names.is_c_identifier(variable.get('name', ''))]
            found += _expression(variable.get('expression', ''), f'{path}.expression', '')
        return found


class MutatingAdmissionPolicyStrategy(_PolicyStrategy):
    columns = columns('Name, Mutations:integer, ParamKind, Age')
    expressions, match = 'mutations', 'matchConstraints'

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        spec = obj['spec']
        found = _failure_policy(spec) + validate_match(spec.get('matchConstraints'), 'spec.matchConstraints')
        if not spec.get('mutations'):
            found.append(field.required('spec.mutations', 'mutations must contain at least one item'))
        return found


class _BindingStrategy(Kind):
    generation = True
    columns = columns('Name, PolicyName, ParamRef, Age')

    def default(self, obj: Object) -> None:
        default_match(obj.setdefault('spec', {}).get('matchResources'))

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        reference = spec.get('paramRef')
        shown = UNSET
        if reference:
            name = reference.get('name', '')
            shown = f'{reference["namespace"]}/{name}' if reference.get('namespace') else name or '*'
        return [obj['metadata']['name'], spec.get('policyName', ''), shown, age(obj, simulation)]


class ValidatingAdmissionPolicyBindingStrategy(_BindingStrategy):
    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateValidatingAdmissionPolicyBindingSpec."""
        spec = obj['spec']
        found = _policy_name(spec)
        actions = spec.get('validationActions') or []
        if not actions:
            found.append(field.required('spec.validationActions', 'at least one validation action is required'))
        for index, action in enumerate(actions):
            if action not in _ACTIONS:
                found.append(field.not_supported(f'spec.validationActions[{index}]', action, _ACTIONS))
            if action in actions[:index]:
                found.append(field.duplicate(f'spec.validationActions[{index}]', action))
        if 'Deny' in actions and 'Warn' in actions:
            found.append(field.invalid('spec.validationActions', actions, 'must not contain both Deny and Warn '
                                       '(repeating the same validation failure information in the API response and '
                                       'headers serves no purpose)'))
        return found


class MutatingAdmissionPolicyBindingStrategy(_BindingStrategy):
    def check(self, obj: Object, context: Context) -> list[FieldError]:
        return _policy_name(obj['spec'])


def _policy_name(spec: Object) -> list[FieldError]:
    name = spec.get('policyName', '')
    if not name:
        return [field.required('spec.policyName')]
    return [field.invalid('spec.policyName', name, text) for text in names.is_dns1123_subdomain(name)]


def _failure_policy(spec: Object) -> list[FieldError]:
    policy = spec.get('failurePolicy')
    if policy in ('Fail', 'Ignore'):
        return []
    return [field.not_supported('spec.failurePolicy', policy, ('Fail', 'Ignore'))]


def _expression(text: str, path: str, wanted: str = 'BOOL') -> list[FieldError]:
    """validateValidationExpression: whether an expression is there, compiles and has the right type."""
    if not text.strip():
        return [field.required(path, 'expression is not specified')]
    problem = expressions.problem(text, VARIABLES, wanted)
    return [field.invalid(path, text, problem)] if problem else []
