"""HorizontalPodAutoscalers are stored as v2; v1 shows what it can, and keeps the rest in annotations
(pkg/apis/autoscaling/v1/conversion.go)."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery.objects import Object

V1, V2 = 'autoscaling/v1', 'autoscaling/v2'
PREFIX = 'autoscaling.alpha.kubernetes.io/'


def to_v1(obj: Object) -> Object:
    """A v2 object as v1 shows it."""
    spec, status = dict(obj.get('spec') or {}), dict(obj.get('status') or {})
    target, metrics = _split(spec.pop('metrics', None) or [])
    current, seen = _split_current(status.pop('currentMetrics', None) or [])
    kept = {'metrics': metrics, 'behavior': spec.pop('behavior', None), 'current-metrics': seen,
            'conditions': status.pop('conditions', None)}
    notes = {PREFIX + name: json.dumps(value, separators=(',', ':')) for name, value in kept.items() if value}
    if target is not None:
        spec['targetCPUUtilizationPercentage'] = target
    if current is not None:
        status['currentCPUUtilizationPercentage'] = current
    status.setdefault('currentReplicas', 0)
    status.setdefault('desiredReplicas', 0)
    meta = dict(obj['metadata'])
    if notes:
        meta['annotations'] = {**(meta.get('annotations') or {}), **notes}
    return {**obj, 'apiVersion': V1, 'metadata': meta, 'spec': spec, 'status': status}


def to_v2(obj: Object) -> None:
    """A v1 object in the shape of v2, in place."""
    spec, status = obj.setdefault('spec', {}), obj.get('status') or {}
    obj['apiVersion'] = V2
    target = spec.pop('targetCPUUtilizationPercentage', None)
    current = status.pop('currentCPUUtilizationPercentage', None)
    metrics = _taken(obj, 'metrics') or []
    if target is not None:
        metrics = [_cpu({'target': {'type': 'Utilization', 'averageUtilization': target}}), *metrics]
    if metrics:
        spec['metrics'] = metrics
    behavior, conditions = _taken(obj, 'behavior'), _taken(obj, 'conditions')
    if behavior:
        spec['behavior'] = behavior
    seen = _taken(obj, 'current-metrics') or []
    if current is not None:
        seen = [_cpu({'current': {'averageUtilization': current}}), *seen]
    if seen:
        status['currentMetrics'] = seen
    if conditions:
        status['conditions'] = conditions


def _cpu(more: Object) -> Object:
    return {'type': 'Resource', 'resource': {'name': 'cpu', **more}}


def _is_cpu(metric: Object) -> bool:
    return metric.get('type') == 'Resource' and (metric.get('resource') or {}).get('name') == 'cpu'


def _split(metrics: list[Object]) -> tuple[int | None, list[Object]]:
    """The CPU target that v1 has a field for, and the other metrics."""
    for index, metric in enumerate(metrics):
        target = (metric.get('resource') or {}).get('target') or {}
        if _is_cpu(metric) and target.get('averageUtilization') is not None:
            return target['averageUtilization'], metrics[:index] + metrics[index + 1:]
    return None, metrics


def _split_current(metrics: list[Object]) -> tuple[int | None, list[Object]]:
    for metric in metrics:
        current = (metric.get('resource') or {}).get('current') or {}
        if _is_cpu(metric) and current.get('averageUtilization') is not None:
            return current['averageUtilization'], metrics
    return None, metrics


def _taken(obj: Object, name: str) -> Any:
    """Take an annotation off an object and read it; None when there is none, or none that can be read."""
    annotations = obj['metadata'].get('annotations') or {}
    text = annotations.pop(PREFIX + name, None)
    if 'annotations' in obj['metadata'] and not annotations:
        del obj['metadata']['annotations']
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
