"""What each metric of an autoscaler asks for (podautoscaler/horizontal.go, metrics/client.go)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tutor.apimachinery.duration import parse_duration, parse_timestamp
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import Quantity, parse
from tutor.apimachinery.selectors import go_label_selector
from tutor.client.client import Client
from tutor.cluster.controllers.hpa_calculator import (
    CalculationError,
    Result,
    Sample,
    Tolerances,
    by_utilization,
    by_value,
)
from tutor.cluster.controllers.settings import USUAL_SCALING, Scaling

METRICS = '/apis/metrics.k8s.io/v1beta1/namespaces'
NO_CUSTOM_API = ('unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) '
                 'registered')


class MetricError(Exception):
    """A metric gives no number: the reason and text for its own event and the condition, and the text among all
    metrics' problems."""

    def __init__(self, reason: str, message: str, wrapped: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.wrapped = wrapped


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one metric comes to: the replicas, its name in events, and its entry in status.currentMetrics."""

    replicas: int
    name: str
    status: Object


@dataclass(frozen=True, slots=True)
class Target:
    """Whose metrics are looked at: the pods of a scale, and the number of replicas it has."""

    namespace: str
    selector: str
    pods: list[Object]
    replicas: int
    scaling: Scaling = USUAL_SCALING


def propose(client: Client, metric: Object, target: Target, tolerances: Tolerances, now: float) -> Proposal:
    """computeReplicasForMetric. Raises MetricError."""
    kind = metric['type']
    if kind == 'Resource':
        return _resource(client, kind, metric['resource'], target, tolerances, now)
    if kind == 'ContainerResource':
        return _resource(client, kind, metric['containerResource'], target, tolerances, now)
    if kind == 'External':
        raise _external(metric['external'], target.namespace)
    source = metric['pods' if kind == 'Pods' else 'object']
    name = source['metric']['name']
    message = f'unable to get metric {name}: {NO_CUSTOM_API}'
    if kind == 'Pods':
        raise MetricError('FailedGetPodsMetric', message, f'failed to get pods metric value: {message}')
    described = source['describedObject']
    message = f'unable to get metric {name}: {described["kind"]} on {target.namespace} {described["name"]}/' \
              f'{NO_CUSTOM_API}'
    inner = message if source['target']['type'] == 'Value' else f'failed to get {name} object metric: {message}'
    raise MetricError('FailedGetObjectMetric', message, f'failed to get object metric value: {inner}')


def _external(source: Object, namespace: str) -> MetricError:
    """computeStatusForExternalMetric, of a cluster that has no such API."""
    name = source['metric']['name']
    selector = go_label_selector(source['metric'].get('selector'))
    message = f'unable to get external metric {namespace}/{name}/{selector}: unable to fetch metrics from external ' \
              f'metrics API: the server could not find the requested resource (get {name}.external.metrics.k8s.io)'
    averaged = source['target'].get('averageValue') is not None
    inner = f'failed to get {name} external metric: {message}' if averaged else (
        f'failed to get external metric {name}: {message}')
    return MetricError('FailedGetExternalMetric', message, f'failed to get {name} external metric value: {inner}')


def _resource(client: Client, kind: str, source: Object, target: Target, tolerances: Tolerances,
              now: float) -> Proposal:
    """computeStatusForResourceMetricGeneric."""
    name, container, wanted = source['name'], source.get('container', ''), source['target']
    percent = wanted.get('averageValue') is None
    try:
        samples = _fetch(client, target, name, container)
        if percent:
            result = by_utilization(target.pods, samples, name, container, wanted['averageUtilization'],
                                    target.replicas, tolerances, now, target.scaling)
        else:
            result = by_value(target.pods, samples, name, parse(wanted['averageValue']).milli(), target.replicas,
                              tolerances, now, target.scaling)
    except CalculationError as error:
        message = f'failed to get {name} {"utilization" if percent else "usage"}: {error}'
        what = f'{name} resource' if kind == 'Resource' else f'{container} container'
        raise MetricError(f'FailedGet{kind}Metric', message,
                          f'failed to get {what} metric value: {message}') from None
    return _proposal(kind, source, result, percent)


def _proposal(kind: str, source: Object, result: Result, percent: bool) -> Proposal:
    name, container = source['name'], source.get('container', '')
    shown = f'{name} resource'
    current: Object = {'averageValue': str(Quantity(Fraction(result.average, 1000)))}
    if percent:
        shown = f'{name} {"container " if container else ""}resource utilization (percentage of request)'
        current = {'averageUtilization': result.utilization, **current}
    if kind == 'Resource':
        return Proposal(result.replicas, shown, {'type': kind, 'resource': {'name': name, 'current': current}})
    return Proposal(result.replicas, shown, {'type': kind, 'containerResource': {
        'name': name, 'container': container, 'current': current}})


def _fetch(client: Client, target: Target, name: str, container: str) -> dict[str, Sample]:
    """GetResourceMetric: samples by pod. Raises CalculationError."""
    prefix = f'unable to get metrics for resource {name}: '
    path = f'{METRICS}/{target.namespace}/pods'
    try:
        items = client.request('GET', path, labelSelector=target.selector).body.get('items') or []
    except StatusError as error:
        message = error.message
        if error.code == 404 and 'could not find the requested resource' in message:
            message = 'the server could not find the requested resource (get pods.metrics.k8s.io)'
        raise CalculationError(
            f'{prefix}unable to fetch metrics from resource metrics API: {message}') from None
    if not items:
        raise CalculationError(f'{prefix}no metrics returned from resource metrics API')
    found: dict[str, Sample] = {}
    for item in items:
        value = _usage(item, name, container, prefix)
        if value is not None:
            found[item['metadata']['name']] = Sample(value, parse_timestamp(item['timestamp']),
                                                     parse_duration(item['window']))
    return found


def _usage(item: Object, name: str, container: str, prefix: str) -> int | None:
    """getContainerMetrics, getPodMetrics: None where a container was not measured."""
    usages = {entry['name']: entry['usage'] for entry in item.get('containers') or ()}
    if container:
        if container not in usages:
            raise CalculationError(f'{prefix}failed to get container metrics: container {container} not present in '
                                   f'metrics for pod {item["metadata"]["namespace"]}/{item["metadata"]["name"]}')
        usages = {container: usages[container]}
    if not usages or any(name not in usage for usage in usages.values()):
        return None
    return sum(parse(usage[name]).milli() for usage in usages.values())
