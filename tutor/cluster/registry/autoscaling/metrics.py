"""The metrics of autoscalers: what they may say, and how a table shows them."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

_TYPES = ('ContainerResource', 'External', 'Object', 'Pods', 'Resource')
_SOURCES = {'ContainerResource': 'containerResource', 'External': 'external', 'Object': 'object', 'Pods': 'pods',
            'Resource': 'resource'}
_SHOWN = 2


def validate_metrics(metrics: list[Object], least: int | None) -> list[FieldError]:
    """validateMetrics."""
    found: list[FieldError] = []
    scalable = False
    for index, metric in enumerate(metrics):
        path, kind = f'spec.metrics[{index}]', metric.get('type', '')
        scalable = scalable or kind in ('Object', 'External')
        if not kind:
            found.append(field.required(f'{path}.type', 'must specify a metric source type'))
        elif kind not in _TYPES:
            found.append(field.not_supported(f'{path}.type', kind, _TYPES))
        elif _SOURCES[kind] not in metric:
            found.append(field.required(f'{path}.{_SOURCES[kind]}', f'must populate the {_of(kind)} metric source'))
        else:
            _target(metric[_SOURCES[kind]], kind, f'{path}.{_SOURCES[kind]}', found)
    if least == 0 and not scalable:
        found.append(field.forbidden('spec.metrics', 'must specify at least one Object or External metric to support '
                                                     'scaling to zero replicas'))
    return found


def _of(kind: str) -> str:
    return {'ContainerResource': 'container resource'}.get(kind, kind.lower())


def _target(source: Object, kind: str, path: str, found: list[FieldError]) -> None:
    """validateMetricTarget, validateResourceSource."""
    if kind in ('Resource', 'ContainerResource'):
        if not source.get('name'):
            found.append(field.required(f'{path}.name', 'must specify a resource name'))
        if kind == 'ContainerResource' and not source.get('container'):
            found.append(field.required(f'{path}.container', 'must specify a container'))
    elif not (source.get('metric') or {}).get('name'):
        found.append(field.required(f'{path}.metric.name', 'must specify a metric name'))
    target, here = source.get('target') or {}, f'{path}.target'
    if target.get('type') not in ('AverageValue', 'Utilization', 'Value'):
        found.append(field.invalid(f'{here}.type', target.get('type', ''), 'must be either Utilization, Value, or '
                                                                          'AverageValue'))
    utilization = target.get('averageUtilization')
    if utilization is not None and utilization < 1:
        found.append(field.invalid(f'{here}.averageUtilization', utilization, 'must be greater than 0'))
    if kind in ('Resource', 'ContainerResource') and utilization is None and 'averageValue' not in target:
        found.append(field.required(f'{here}.averageUtilization',
                                    'must set either a target raw value or a target utilization'))


def shown(metrics: list[Object], current: list[Object]) -> str:
    """formatHPAMetrics."""
    if not metrics:
        return '<none>'
    texts = [_one(metric, current[index] if index < len(current) else {}) for index, metric in enumerate(metrics)]
    text = ', '.join(texts[:_SHOWN])
    return f'{text} + {len(texts) - _SHOWN} more...' if len(texts) > _SHOWN else text


def _one(metric: Object, status: Object) -> str:
    kind = metric.get('type', '')
    source = metric.get(_SOURCES.get(kind, ''), {})
    now = (status.get(_SOURCES.get(kind, '')) or {}).get('current') or {}
    target = source.get('target') or {}
    if kind in ('Resource', 'ContainerResource'):
        return f'{source.get("name", "")}: {_resource(now, target)}'
    if kind == 'Pods':
        return f'{_known(now.get("averageValue"))}/{target.get("averageValue", "")}'
    if kind in ('Object', 'External'):
        if 'averageValue' in target:
            return f'{_known(now.get("averageValue"))}/{target["averageValue"]} (avg)'
        return f'{_known(now.get("value"))}/{target.get("value", "")}'
    return '<unknown type>'


def _resource(now: Object, target: Object) -> str:
    if 'averageValue' in target:
        return f'{_known(now.get("averageValue"))}/{target["averageValue"]}'
    wanted = target.get('averageUtilization')
    have = now.get('averageUtilization')
    return f'{"<unknown>" if have is None else f"{have}%"}/{"<auto>" if wanted is None else f"{wanted}%"}'


def _known(value: Any) -> str:
    return '<unknown>' if value is None else str(value)
