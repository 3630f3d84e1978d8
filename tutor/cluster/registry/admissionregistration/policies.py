"""Admission policies and their bindings, validating and mutating."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import label_selectors
from tutor.cluster.registry.admissionregistration import conditions, rules
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

UNSET = '<unset>'
_REASONS = ('Forbidden', 'Invalid', 'RequestEntityTooLarge')
_REINVOCATIONS = ('IfNeeded', 'Never')
_MOST_ANNOTATIONS = 20
_ACTIONS = ('Audit', 'Deny', 'Warn')


class _PolicyStrategy(Kind):
    generation = True
    free_finalizers = True
    expressions = ''
    match = ''

    def default(self, obj: Object) -> None:
        spec = obj.setdefault('spec', {})
        spec.setdefault('failurePolicy', 'Fail')
        rules.default_match(spec.get(self.match))

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
        found = _common(spec)
        validations, annotations = spec.get('validations') or (), spec.get('auditAnnotations') or []
        if not validations and not annotations:
            found += [field.required(f'spec.{name}', 'validations or auditAnnotations must contain at least one item')
                      for name in ('validations', 'auditAnnotations')]
        for index, validation in enumerate(validations):
            found += _validation(validation, f'spec.validations[{index}]', spec)
        if len(annotations) > _MOST_ANNOTATIONS:
            found.append(field.invalid('spec.auditAnnotations', annotations,
                                       f'must not have more than {_MOST_ANNOTATIONS} auditAnnotations'))
        for index, annotation in enumerate(annotations):
            found += _audit_annotation(annotation, f'spec.auditAnnotations[{index}]', obj)
            if any(other.get('key') == annotation.get('key') for other in annotations[:index]):
                found.append(field.duplicate(f'spec.auditAnnotations[{index}].key', annotation.get('key', '')))
        return found


class MutatingAdmissionPolicyStrategy(_PolicyStrategy):
    columns = columns('Name, Mutations:integer, ParamKind, Age')
    expressions, match = 'mutations', 'matchConstraints'

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateMutatingAdmissionPolicySpec."""
        spec = obj['spec']
        found = _common(spec, rules.MUTABLE)
        if not spec.get('mutations'):
            found.append(field.required('spec.mutations', 'mutations must contain at least one item'))
        for index, mutation in enumerate(spec.get('mutations') or ()):
            found += _mutation(mutation, f'spec.mutations[{index}]', spec)
        policy = spec.get('reinvocationPolicy')
        if not policy:
            found.append(field.required('spec.reinvocationPolicy'))
        elif policy not in _REINVOCATIONS:
            found.append(field.not_supported('spec.reinvocationPolicy', policy, _REINVOCATIONS))
        return found


class _BindingStrategy(Kind):
    generation = True
    free_finalizers = True
    columns = columns('Name, PolicyName, ParamRef, Age')

    def default(self, obj: Object) -> None:
        rules.default_match(obj.setdefault('spec', {}).get('matchResources'))

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
        found = _binding(spec)
        actions = spec.get('validationActions') or []
        for index, action in enumerate(actions):
            if action not in _ACTIONS:
                found.append(field.not_supported(f'spec.validationActions[{index}]', action, _ACTIONS))
            if action in actions[:index]:
                found.append(field.duplicate(f'spec.validationActions[{index}]', action))
        if 'Deny' in actions and 'Warn' in actions:
            found.append(field.invalid('spec.validationActions', actions, 'must not contain both Deny and Warn '
                                       '(repeating the same validation failure information in the API response and '
                                       'headers serves no purpose)'))
        if not actions:
            found.append(field.required('spec.validationActions', 'at least one validation action is required'))
        return found


class MutatingAdmissionPolicyBindingStrategy(_BindingStrategy):
    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateMutatingAdmissionPolicyBindingSpec."""
        return _binding(obj['spec']) + rules.validate_operations(
            obj['spec'].get('matchResources') or {}, 'spec.matchResources', rules.MUTABLE)


def _binding(spec: Object) -> list[FieldError]:
    """What bindings of both kinds must say: whose they are, with which parameters, and about what."""
    name = spec.get('policyName', '')
    found = field.invalid_each('spec.policyName', name, names.is_dns1123_subdomain(name)) if name else [
        field.required('spec.policyName')]
    if 'paramRef' in spec:
        found += _parameters(spec['paramRef'], 'spec.paramRef')
    if 'matchResources' in spec:
        found += rules.validate_match(spec['matchResources'], 'spec.matchResources')
    return found


def _parameters(reference: Object, path: str) -> list[FieldError]:
    """validateParamRef."""
    found: list[FieldError] = []
    name = reference.get('name')
    if name:
        found += field.invalid_each(f'{path}.name', name, names.is_path_segment(name))
        if 'selector' in reference:
            found.append(field.forbidden(f'{path}.name', 'name and selector are mutually exclusive'))
    if 'selector' in reference:
        found += label_selectors.validate(reference['selector'], f'{path}.selector')
        if name:
            found.append(field.forbidden(f'{path}.selector', 'name and selector are mutually exclusive'))
    if not name and 'selector' not in reference:
        found.append(field.required(path, 'one of name or selector must be specified'))
    action = reference.get('parameterNotFoundAction')
    if action is None:
        found.append(field.required(f'{path}.parameterNotFoundAction'))
    elif action not in ('Allow', 'Deny'):
        found.append(field.not_supported(f'{path}.parameterNotFoundAction', action, ('Deny', 'Allow')))
    return found


def _common(spec: Object, operations: tuple[str, ...] = rules.OPERATIONS) -> list[FieldError]:
    """What policies of both kinds must say, in upstream's order."""
    found = rules.validate_policies({'failurePolicy': spec.get('failurePolicy')}, 'spec')
    if 'paramKind' in spec:
        found += _parameter_kind(spec['paramKind'], 'spec.paramKind')
    match = spec.get('matchConstraints')
    if match is None:
        found.append(field.required('spec.matchConstraints'))
    else:
        found += rules.validate_match(match, 'spec.matchConstraints')
        if not match.get('resourceRules'):
            found.append(field.required('spec.matchConstraints.resourceRules'))
        if operations != rules.OPERATIONS:
            found += rules.validate_operations(match, 'spec.matchConstraints', operations)
    found += conditions.validate(spec.get('matchConditions') or [], 'spec.matchConditions',
                                 conditions.known(spec, 'authorizer'))
    for index, variable in enumerate(spec.get('variables') or ()):
        found += _variable(variable, f'spec.variables[{index}]', spec, index)
    return found


def _expression(text: str, path: str, spec: Object, *wanted: str, names: tuple[str, ...] = ('authorizer',),
                until: int | None = None) -> list[FieldError]:
    """An expression that may use the policy's own variables, those before `until`, where it has any."""
    variables = spec.get('variables') or ()
    own = frozenset(variable.get('name', '') for variable in variables[:until])
    composed = bool(variables) or 'mutations' in spec
    return conditions.validate_expression(
        text, path, conditions.known(spec, *names, *(('variables',) if composed else ())), *wanted, own=own)


def _parameter_kind(kind: Object, path: str) -> list[FieldError]:
    """validateParamKind."""
    found: list[FieldError] = []
    version, name = kind.get('apiVersion', ''), kind.get('kind', '')
    if not version:
        found.append(field.required(f'{path}.apiVersion'))
    elif version.count('/') > 1:
        found.append(field.invalid(f'{path}.apiVersion', version, f'unexpected GroupVersion string: {version}'))
    else:
        group, _, short = version.rpartition('/')
        if group and (errors := names.is_dns1123_subdomain(group)):
            found.append(field.invalid(f'{path}.apiVersion', group, ','.join(errors)))
        if not short:
            found.append(field.invalid(f'{path}.apiVersion', version, 'version must be specified'))
        elif errors := names.is_dns1035_label(short):
            found.append(field.invalid(f'{path}.apiVersion', short, ','.join(errors)))
    if not name:
        found.append(field.required(f'{path}.kind'))
    elif errors := names.is_dns1035_label(name.lower()):
        found.append(field.invalid(f'{path}.kind', name, 'may have mixed case, but should otherwise match: '
                                                         + ','.join(errors)))
    return found


def _variable(variable: Object, path: str, spec: Object, index: int) -> list[FieldError]:
    """validateVariable."""
    name = variable.get('name', '')
    found: list[FieldError] = []
    if not name.strip():
        found.append(field.required(f'{path}.name', 'name is not specified'))
    elif names.is_c_identifier(name):
        found.append(field.invalid(f'{path}.name', name, 'name is not a valid CEL identifier'))
    return found + _expression(variable.get('expression', ''), f'{path}.expression', spec, until=index)


def _validation(validation: Object, path: str, spec: Object) -> list[FieldError]:
    """validateValidation."""
    found = _expression(validation.get('expression', ''), f'{path}.expression', spec, 'bool')
    wording = validation.get('messageExpression', '')
    if wording and not wording.strip():
        found.append(field.invalid(f'{path}.messageExpression', wording, 'must be non-empty if specified'))
    elif wording:
        found += _expression(wording, f'{path}.messageExpression', spec, 'string', names=())
    message = validation.get('message', '')
    if message and not message.strip():
        found.append(field.invalid(f'{path}.message', message, 'message must be non-empty if specified'))
    elif '\n' in message.strip() or '\r' in message.strip():
        found.append(field.invalid(f'{path}.message', message, 'message must not contain line breaks'))
    reason = validation.get('reason')
    if reason is not None and reason not in _REASONS:
        found.append(field.not_supported(f'{path}.reason', reason, _REASONS))
    return found


def _audit_annotation(annotation: Object, path: str, policy: Object) -> list[FieldError]:
    """validateAuditAnnotation."""
    key = f'{policy["metadata"].get("name", "")}/{annotation.get("key", "")}'
    found = field.invalid_each(f'{path}.key', key, names.is_qualified_name(key))
    return found + _expression(annotation.get('valueExpression', ''), f'{path}.valueExpression', policy['spec'],
                               'string', 'null_type')


def _mutation(mutation: Object, path: str, spec: Object) -> list[FieldError]:
    """validateMutation."""
    kind = mutation.get('patchType', '')
    sources = {'ApplyConfiguration': 'applyConfiguration', 'JSONPatch': 'jsonPatch'}
    if not kind:
        return [field.required(f'{path}.patchType')]
    if kind not in sources:
        return [field.not_supported(f'{path}.patchType', kind, tuple(sources))]
    name = sources[kind]
    text = mutation.get(name, {}).get('expression', '')
    if name not in mutation:
        found = [field.required(f'{path}.{name}', f'must be specified when patchType is {kind}')]
    elif not text.strip():
        found = [field.required(f'{path}.{name}.expression')]
    else:
        found = _expression(text, f'{path}.{name}.expression', spec)
    return found + [field.invalid(f'{path}.{other}', f'{{{other}}}', f'must not be specified when patchType is {kind}')
                    for other in sources.values() if other != name and other in mutation]
