"""ResourceQuotas."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import resources
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_POD_COUNT = frozenset({'pods'})
_POD_SCOPE = _POD_COUNT | {'cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'}
_CLAIM_SCOPE = frozenset({'persistentvolumeclaims', 'requests.storage'})
SCOPES = {'BestEffort': _POD_COUNT, 'CrossNamespacePodAffinity': _POD_SCOPE, 'NotBestEffort': _POD_SCOPE,
          'NotTerminating': _POD_SCOPE, 'PriorityClass': _POD_SCOPE, 'Terminating': _POD_SCOPE,
          'VolumeAttributesClass': _CLAIM_SCOPE}
"""The scopes, and which resources can be counted in each."""
_CONFLICTING = (('BestEffort', 'NotBestEffort'), ('Terminating', 'NotTerminating'))
_ONLY_EXISTS = ('BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity')
_STANDARD = frozenset({
    'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.storage',
    'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage', 'pods', 'resourcequotas',
    'services', 'replicationcontrollers', 'secrets', 'persistentvolumeclaims', 'configmaps', 'services.nodeports',
    'services.loadbalancers'})


class ResourceQuotaStrategy(Kind):
    columns = columns('Name, Request, Limit, Age')

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {})
        obj.setdefault('status', {})

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateResourceQuotaSpec."""
        spec = obj['spec']
        found: list[FieldError] = []
        _amounts(spec.get('hard'), 'spec.hard', found)
        found += _scopes(spec)
        selected = (spec.get('scopeSelector') or {}).get('matchExpressions') or ()
        for requirement in selected:
            found += _requirement(requirement, spec)
        # As upstream, what is shown is the other list of scopes.
        return found + _conflicts([item.get('scopeName') for item in selected], spec.get('scopes') or None)

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateResourceQuotaStatusUpdate."""
        found: list[FieldError] = []
        for name in ('hard', 'used'):
            _amounts((new.get('status') or {}).get(name), f'status.{name}', found)
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateResourceQuotaUpdate."""
        found = self.check(new, context)
        scopes = new['spec'].get('scopes') or []
        if set(scopes) != set(old['spec'].get('scopes') or ()):
            found.append(field.invalid('spec.scopes', scopes, 'field is immutable'))
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printResourceQuota."""
        status = obj.get('status') or {}
        used, hard = status.get('used') or {}, status.get('hard') or {}
        requests, limits = [], []
        for name in sorted(hard):
            text = f'{name}: {used.get(name, "0")}/{hard[name]}'
            (limits if name.startswith('limits') else requests).append(text)
        return [obj['metadata']['name'], ', '.join(requests), ', '.join(limits), age(obj, simulation)]


def _scopes(spec: Object) -> list[FieldError]:
    """validateResourceQuotaScopes."""
    scopes, path = spec.get('scopes') or [], 'spec.scopes'
    found: list[FieldError] = []
    for scope in scopes:
        if scope not in SCOPES:
            found.append(field.invalid(path, scopes, 'unsupported scope'))
        found += [field.invalid(path, scopes, 'unsupported scope applied to resource')
                  for _ in _out_of_scope(scope, spec)]
    return found + _conflicts(scopes, scopes)


def _conflicts(scopes: list[Any], shown: Any) -> list[FieldError]:
    return [field.invalid('spec.scopes', shown, 'conflicting scopes') for pair in _CONFLICTING if {*pair} <= {*scopes}]


def _amounts(amounts: Object | None, path: str, found: list[FieldError]) -> None:
    for name, amount in sorted((amounts or {}).items()):
        _name(name, f'{path}[{name}]', found)
        resources.validate_amount(name, amount, f'{path}[{name}]', found)


def _out_of_scope(scope: str, spec: Object) -> list[str]:
    """IsResourceQuotaScopeValidForResource: what a quota counts that a scope is not about."""
    return [name for name in sorted(spec.get('hard') or {})
            if _is_standard(name) and name not in SCOPES.get(scope, {name})]


def _requirement(requirement: Object, spec: Object) -> list[FieldError]:
    """validateScopedResourceSelectorRequirement."""
    path = 'spec.scopeSelector.matchExpressions'
    scope, operator, values = (requirement.get('scopeName', ''), requirement.get('operator', ''),
                               requirement.get('values') or [])
    found: list[FieldError] = []
    if scope not in SCOPES:
        found.append(field.invalid(f'{path}.scopeName', scope, 'unsupported scope'))
    found += [field.invalid(path, _shown(spec['scopeSelector']), 'unsupported scope applied to resource')
              for _ in _out_of_scope(scope, spec)]
    if scope in _ONLY_EXISTS and operator != 'Exists':
        found.append(field.invalid(f'{path}.operator', operator, (
            "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, "
            'ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or '
            'ResourceQuotaScopeCrossNamespacePodAffinity')))
    if operator in ('In', 'NotIn'):
        if not values:
            found.append(field.required(f'{path}.values', "must be at least one value when `operator` is 'In' or "
                                                          "'NotIn' for scope selector"))
    elif operator in ('Exists', 'DoesNotExist'):
        if values:
            found.append(field.invalid(f'{path}.values', values, "must be no value when `operator` is 'Exist' or "
                                                                 "'DoesNotExist' for scope selector"))
    else:
        found.append(field.invalid(f'{path}.operator', operator, 'not a valid selector operator'))
    return found


def _shown(selector: Object) -> Object:
    return {'MatchExpressions': [internal(item, 'ScopeName Operator Values')
                                 for item in selector.get('matchExpressions') or ()]}


def _is_standard(name: str) -> bool:
    """IsStandardQuotaResourceName."""
    return name in _STANDARD or name.startswith(('hugepages-', 'requests.hugepages-'))


def _name(name: str, path: str, found: list[FieldError]) -> None:
    """ValidateResourceQuotaResourceName."""
    resources.validate_name(name, path, found)
    if '/' not in name and not _is_standard(name):
        found.append(field.invalid(path, name, 'must be a standard resource for quota'))
