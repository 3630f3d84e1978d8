"""kubectl describe horizontalpodautoscaler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import canonical
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter

UNKNOWN = '<unknown>'
_KINDS = {'External': 'external', 'Pods': 'pods', 'Object': 'object', 'Resource': 'resource',
          'ContainerResource': 'containerResource'}


def describe(hpa: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    spec, status = hpa.get('spec') or {}, hpa.get('status') or {}
    target = spec.get('scaleTargetRef') or {}
    w.metadata(hpa)
    w.created(hpa)
    w.field('Reference', f'{target.get("kind", "")}/{target.get("name", "")}')
    if hpa.get('apiVersion') == 'autoscaling/v1':
        _utilization(spec, status, w)
    else:
        w.field('Metrics', '( current / target )')
        current = status.get('currentMetrics') or ()
        for index, metric in enumerate(spec.get('metrics') or ()):
            _metric(metric, current[index] if index < len(current) else {}, w)
    w.field('Min replicas', '<unset>' if spec.get('minReplicas') is None else spec['minReplicas'])
    w.field('Max replicas', spec.get('maxReplicas', 0))
    if spec.get('behavior') is not None:
        w.write(0, 'Behavior:\n')
        _behavior('Scale Up', spec['behavior'].get('scaleUp'), w)
        _behavior('Scale Down', spec['behavior'].get('scaleDown'), w)
    w.field(f'{target.get("kind", "")} pods',
            f'{status.get("currentReplicas", 0)} current / {status.get("desiredReplicas", 0)} desired')
    _conditions(status, w)
    describe_events(related.events(hpa), w)
    return w.text()


def _utilization(spec: Object, status: Object, w: PrefixWriter) -> None:
    if spec.get('targetCPUUtilizationPercentage') is not None:
        w.field('Target CPU utilization', f'{spec["targetCPUUtilizationPercentage"]}%')
        current = status.get('currentCPUUtilizationPercentage')
        w.field('Current CPU utilization', f'{UNKNOWN if current is None else current}%')


def _metric(metric: Mapping[str, Any], status: Mapping[str, Any], w: PrefixWriter) -> None:
    kind = _KINDS.get(metric.get('type', ''))
    if kind is None:
        w.write(1, f'<unknown metric type {go_quote(metric.get("type", ""))}>\n')
        return
    source = metric.get(kind) or {}
    target = source.get('target') or {}
    measured = status.get(kind)
    current = (measured or {}).get('current') or {}
    name = (source.get('metric') or {}).get('name', '')
    if kind == 'pods':
        w.field(f'{go_quote(name)} on pods', _pair('averageValue', current, target, measured), 1)
    elif kind in ('external', 'object'):
        title = go_quote(name) if kind == 'external' else f'"{name}" on {_object(source)}'
        average = 'averageValue' in target if kind == 'external' else target.get('type') == 'AverageValue'
        field, words = ('averageValue', 'target average value') if average else ('value', 'target value')
        w.field(f'{title} ({words})', _pair(field, current, target, measured), 1)
    else:
        _resource(kind, source, target, current, measured, w)


def _object(source: Mapping[str, Any]) -> str:
    described = source.get('describedObject') or {}
    return f'{described.get("kind", "")}/{described.get("name", "")}'


def _resource(kind: str, source: Mapping[str, Any], target: Mapping[str, Any], current: Mapping[str, Any],
              measured: Mapping[str, Any] | None, w: PrefixWriter) -> None:
    of = f' of container "{source.get("container", "")}"' if kind == 'containerResource' else ''
    title = f'resource {source.get("name", "")}{of} on pods'
    if target.get('averageValue') is not None:
        w.field(title, _pair('averageValue', current, target, measured), 1)
        return
    used = UNKNOWN
    if measured is not None and current.get('averageUtilization') is not None:
        used = f'{current["averageUtilization"]}% ({canonical(current.get("averageValue", "0"))})'
    wanted = '<auto>' if target.get('averageUtilization') is None else f'{target["averageUtilization"]}%'
    w.field(f'{title}  (as a percentage of request)', f'{used} / {wanted}', 1)


def _pair(field: str, current: Mapping[str, Any], target: Mapping[str, Any], measured: Mapping[str, Any] | None) -> str:
    used = canonical(current.get(field, '0')) if measured is not None else UNKNOWN
    return f'{used} / {canonical(target.get(field, "0"))}'


def _behavior(title: str, rules: Mapping[str, Any] | None, w: PrefixWriter) -> None:
    """printDirectionBehavior."""
    if rules is None:
        return
    w.write(1, f'{title}:\n')
    if rules.get('stabilizationWindowSeconds') is not None:
        w.write(2, f'Stabilization Window: {rules["stabilizationWindowSeconds"]} seconds\n')
    if rules.get('policies'):
        w.write(2, f'Select Policy: {rules.get("selectPolicy") or "Max"}\n')
        w.write(2, 'Policies:\n')
        for policy in rules['policies']:
            w.write(3, f'- Type: {policy.get("type", "")}\tValue: {policy.get("value", 0)}\t'
                       f'Period: {policy.get("periodSeconds", 0)} seconds\n')


def _conditions(status: Object, w: PrefixWriter) -> None:
    conditions = status.get('conditions')
    if conditions:
        w.write(0, 'Conditions:\n')
        w.rows(1, ('Type', 'Status', 'Reason', 'Message'), ('----', '------', '------', '-------'))
        w.rows(1, *((entry.get('type'), entry.get('status'), entry.get('reason'), entry.get('message'))
                    for entry in conditions))
