"""HorizontalPodAutoscalers, stored as autoscaling/v2."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import parse
from tutor.apimachinery.resources import Resource
from tutor.cluster.registry import metadata
from tutor.cluster.registry.autoscaling import conversion
from tutor.cluster.registry.autoscaling.metrics import shown, validate_metrics, validate_reference
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_ALL = {'type': 'Percent', 'value': 100, 'periodSeconds': 15}
_UP_POLICIES = ({'type': 'Pods', 'value': 4, 'periodSeconds': 15}, _ALL)
_DOWN_POLICIES = (_ALL,)


class HorizontalPodAutoscalerStrategy(Kind):
    columns = columns('Name, Reference, Targets, MinPods, MaxPods, Replicas, Age')
    converts = True

    def to_version(self, obj: Object, resource: Resource) -> Object:
        return conversion.to_v1(obj) if resource.version == 'v1' else obj

    def from_version(self, obj: Object) -> None:
        if obj['apiVersion'] == conversion.V1:
            conversion.to_v2(obj)

    def default(self, obj: Object) -> None:
        """SetDefaults_HorizontalPodAutoscaler."""
        spec = obj.setdefault('spec', {})
        spec.setdefault('minReplicas', 1)
        if not spec.get('metrics'):
            spec['metrics'] = [{'type': 'Resource', 'resource': {
                'name': 'cpu', 'target': {'type': 'Utilization', 'averageUtilization': 80}}}]
        behavior = spec.get('behavior')
        if behavior is not None:
            _rules(behavior, 'scaleUp', _UP_POLICIES, 0)
            _rules(behavior, 'scaleDown', _DOWN_POLICIES, None)

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {'currentMetrics': None, 'desiredReplicas': 0}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        return self._spec(obj['spec'], 1)

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateHorizontalPodAutoscalerUpdate: what may shrink to nothing already still may."""
        return self._spec(new['spec'], 0 if old['spec'].get('minReplicas') == 0 else 1)

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateHorizontalPodAutoscalerStatusUpdate."""
        return [error for name in ('currentReplicas', 'desiredReplicas')
                for error in metadata.non_negative((new.get('status') or {}).get(name), f'status.{name}')]

    def _spec(self, spec: Object, bound: int) -> list[FieldError]:
        """validateHorizontalPodAutoscalerSpec."""
        least, most = spec.get('minReplicas'), spec.get('maxReplicas', 0)
        found: list[FieldError] = []
        if least is not None and least < bound:
            found.append(field.invalid('spec.minReplicas', least, f'must be greater than or equal to {bound}'))
        if most < 1:
            found.append(field.invalid('spec.maxReplicas', most, 'must be greater than 0'))
        if least is not None and most < least:
            found.append(field.invalid('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'))
        found += validate_reference(spec.get('scaleTargetRef') or {}, 'spec.scaleTargetRef')
        found += validate_metrics(spec['metrics'], least)
        return found + _behavior(spec.get('behavior') or {})

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printHorizontalPodAutoscaler."""
        spec, status = obj['spec'], obj.get('status') or {}
        reference = spec.get('scaleTargetRef') or {}
        least = spec.get('minReplicas')
        return [obj['metadata']['name'], f'{reference.get("kind", "")}/{reference.get("name", "")}',
                shown(spec.get('metrics') or [], status.get('currentMetrics') or []),
                '<unset>' if least is None else str(least), spec.get('maxReplicas', 0),
                status.get('currentReplicas', 0), age(obj, simulation)]


def _rules(behavior: Object, name: str, policies: tuple[Object, ...], window: int | None) -> None:
    """GenerateHPAScaleUpRules, GenerateHPAScaleDownRules."""
    rules = behavior.setdefault(name, {})
    rules.setdefault('selectPolicy', 'Max')
    if window is not None:
        rules.setdefault('stabilizationWindowSeconds', window)
    if not rules.get('policies'):
        rules['policies'] = [dict(policy) for policy in policies]


def _behavior(behavior: Object) -> list[FieldError]:
    """validateBehavior."""
    found: list[FieldError] = []
    for name in ('scaleUp', 'scaleDown'):
        rules, path = behavior.get(name), f'spec.behavior.{name}'
        if rules is None:
            continue
        window = rules.get('stabilizationWindowSeconds')
        if window is not None:
            if window < 0:
                found.append(field.invalid(f'{path}.stabilizationWindowSeconds', window,
                                           'must be greater than or equal to zero'))
            if window > 3600:
                found.append(field.invalid(f'{path}.stabilizationWindowSeconds', window,
                                           'must be less than or equal to 3600'))
        if rules.get('selectPolicy') not in ('Disabled', 'Max', 'Min'):
            found.append(field.not_supported(f'{path}.selectPolicy', rules.get('selectPolicy', ''),
                                             ('Disabled', 'Max', 'Min')))
        if not rules.get('policies'):
            found.append(field.required(f'{path}.policies', 'must specify at least one Policy'))
        for index, policy in enumerate(rules.get('policies') or ()):
            found += _policy(policy, f'{path}.policies[{index}]')
        tolerance = rules.get('tolerance')
        if tolerance is not None and parse(tolerance).sign < 0:
            found.append(field.invalid(f'{path}.tolerance', str(tolerance), 'must be greater than or equal to 0'))
    return found


def _policy(policy: Object, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    if policy.get('type') not in ('Percent', 'Pods'):
        found.append(field.not_supported(f'{path}.type', policy.get('type', ''), ('Percent', 'Pods')))
    if policy.get('value', 0) <= 0:
        found.append(field.invalid(f'{path}.value', policy.get('value', 0), 'must be greater than zero'))
    period = policy.get('periodSeconds', 0)
    if period <= 0:
        found.append(field.invalid(f'{path}.periodSeconds', period, 'must be greater than zero'))
    elif period > 1800:
        found.append(field.invalid(f'{path}.periodSeconds', period, 'must be less than or equal to 1800'))
    return found
