"""The metrics of autoscalers: what they may say, and how a table shows them."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names, quantity
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.podspec import resources

_TYPES = ('ContainerResource', 'External', 'Object', 'Pods', 'Resource')
_SOURCES = {'Object': 'object', 'External': 'external', 'Pods': 'pods', 'Resource': 'resource',
            'ContainerResource': 'containerResource'}
_SHOWN = 2


def validate_metrics(metrics: list[Object], least: int | None) -> list[FieldError]:
    """validateMetrics."""
    found: list[FieldError] = []
    for index, metric in enumerate(metrics):
        _metric(metric, f'spec.metrics[{index}]', found)
    if least == 0 and not any(metric.get('type') in ('Object', 'External') for metric in metrics):
        found.append(field.forbidden('spec.metrics', 'must specify at least one Object or External metric to support '
                                                     'scaling to zero replicas'))
    return found


def _metric(metric: Object, path: str, found: list[FieldError]) -> None:
    """validateMetricSpec."""
    kind = metric.get('type', '')
    if not kind:
        found.append(field.required(f'{path}.type', 'must specify a metric source type'))
    if kind not in _TYPES:
        found.append(field.not_supported(f'{path}.type', kind, _TYPES))
    given = [name for name in _SOURCES.values() if name in metric]
    for name in given[:1]:
        _CHECKS[name](metric[name], f'{path}.{name}', found)
    wanted = _SOURCES.get(kind)
    if wanted is None:
        found.append(field.not_supported(f'{path}.type', kind, _TYPES))
    elif wanted not in metric:
        found.append(field.required(f'{path}.{wanted}', 'must populate information for the given metric source'))
    if len(given) > 1:
        found += [field.forbidden(f'{path}.{name}', 'must populate the given metric source only')
                  for name in given if name != wanted]


def _object(source: Object, path: str, found: list[FieldError]) -> None:
    """validateObjectSource."""
    found += validate_reference(source.get('describedObject') or {}, f'{path}.describedObject')
    _identifier(source, path, found)
    target = _target(source, path, found)
    if 'value' not in target and 'averageValue' not in target:
        found.append(field.required(f'{path}.target.averageValue', 'must set either a target value or averageValue'))


def _external(source: Object, path: str, found: list[FieldError]) -> None:
    """validateExternalSource."""
    _identifier(source, path, found)
    target = _target(source, path, found)
    if 'value' not in target and 'averageValue' not in target:
        found.append(field.required(f'{path}.target.averageValue', 'must set either a target value for metric or a '
                                                                   'per-pod target'))
    elif 'value' in target and 'averageValue' in target:
        found.append(field.forbidden(f'{path}.target.value', 'may not set both a target value for metric and a per-pod '
                                                             'target'))


def _pods(source: Object, path: str, found: list[FieldError]) -> None:
    """validatePodsSource."""
    _identifier(source, path, found)
    target = _target(source, path, found)
    if 'averageValue' not in target:
        found.append(field.required(f'{path}.target.averageValue', 'must specify a positive target averageValue'))


def _container_resource(source: Object, path: str, found: list[FieldError]) -> None:
    """validateContainerResourceSource."""
    _resource_name(source, path, found)
    container = source.get('container', '')
    found += field.invalid_each(f'{path}.container', container, names.is_dns1123_label(container)) if container else [
        field.required(f'{path}.container', 'must specify a container')]
    _raw_or_utilization(source, path, found)


def _resource_source(source: Object, path: str, found: list[FieldError]) -> None:
    """validateResourceSource."""
    _resource_name(source, path, found)
    _raw_or_utilization(source, path, found)


def _resource_name(source: Object, path: str, found: list[FieldError]) -> None:
    name = source.get('name', '')
    if not name:
        found.append(field.required(f'{path}.name', 'must specify a resource name'))
    else:
        resources.container_name(name, f'{path}.name', found)


def _raw_or_utilization(source: Object, path: str, found: list[FieldError]) -> None:
    target = _target(source, path, found)
    utilization, value = 'averageUtilization' in target, 'averageValue' in target
    if not utilization and not value:
        found.append(field.required(f'{path}.target.averageUtilization',
                                    'must set either a target raw value or a target utilization'))
    elif utilization and value:
        found.append(field.forbidden(f'{path}.target.averageValue',
                                     'may not set both a target raw value and a target utilization'))


def _identifier(source: Object, path: str, found: list[FieldError]) -> None:
    """validateMetricIdentifier."""
    name = (source.get('metric') or {}).get('name', '')
    if not name:
        found.append(field.required(f'{path}.metric.name', 'must specify a metric name'))
    else:
        found += field.invalid_each(f'{path}.metric.name', name, names.is_path_segment(name))


def _target(source: Object, path: str, found: list[FieldError]) -> Object:
    """validateMetricTarget; the target."""
    target, here = source.get('target') or {}, f'{path}.target'
    kind, utilization = target.get('type', ''), target.get('averageUtilization')
    if not kind:
        found.append(field.required(f'{here}.type', 'must specify a metric target type'))
    if kind not in ('AverageValue', 'Utilization', 'Value'):
        found.append(field.invalid(f'{here}.type', kind, 'must be either Utilization, Value, or AverageValue'))
    found += [field.invalid(f'{here}.{name}', target[name], 'must be positive') for name in ('value', 'averageValue')
              if name in target and quantity.parse(target[name]).sign <= 0]
    if utilization is not None and utilization < 1:
        found.append(field.invalid(f'{here}.averageUtilization', utilization, 'must be greater than 0'))
    return target


def validate_reference(reference: Object, path: str) -> list[FieldError]:
    """ValidateCrossVersionObjectReference."""
    found: list[FieldError] = []
    for name in ('kind', 'name'):
        value = reference.get(name, '')
        if not value:
            found.append(field.required(f'{path}.{name}'))
        else:
            found += field.invalid_each(f'{path}.{name}', value, names.is_path_segment(value))
    return found


_CHECKS = {'containerResource': _container_resource, 'external': _external, 'object': _object, 'pods': _pods,
           'resource': _resource_source}


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
