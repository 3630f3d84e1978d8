"""How many replicas a metric asks for (podautoscaler/replica_calculator.go)."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deleting
from tutor.apimachinery.pod_resources import Amount
from tutor.apimachinery.quantity import Quantity, parse
from tutor.client.client import Client
from tutor.cluster.controllers import pods

TOLERANCE = 0.1
INITIALIZATION = 300.0
DELAY = 30.0
METRICS = '/apis/metrics.k8s.io/v1beta1/namespaces'


class MetricError(Exception):
    """A metric gives no number. `reason` is the condition's."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Proposal:
    """What one metric comes to: the replicas, its name in events, and its entry in status.currentMetrics."""

    def __init__(self, replicas: int, name: str, status: Object) -> None:
        self.replicas = replicas
        self.name = name
        self.status = status


def propose(client: Client, metric: Object, namespace: str, selector: str, mine: list[Object], current: int,
            now: float) -> Proposal:
    """computeReplicasForMetric. Raises MetricError."""
    kind = metric['type']
    if kind not in ('Resource', 'ContainerResource'):
        raise MetricError(f'FailedGet{kind}sMetric' if kind == 'Pods' else f'FailedGet{kind}Metric', _no_custom(metric))
    source = metric['resource' if kind == 'Resource' else 'containerResource']
    name, container = source['name'], source.get('container', '')
    reason = 'FailedGetResourceMetric' if kind == 'Resource' else 'FailedGetContainerResourceMetric'
    usage = _fetch(client, namespace, selector, name, container, reason, source['target'])
    target = source['target']
    if target.get('averageUtilization') is not None:
        return _by_utilization(kind, source, mine, usage, current, now)
    return _by_value(kind, source, mine, usage, current, now)


def _no_custom(metric: Object) -> str:
    kind = metric['type']
    field = kind[:1].lower() + kind[1:]
    name = metric[field]['metric']['name']
    api = 'external' if kind == 'External' else 'custom'
    return f'unable to get {kind.lower()} metric {name}: unable to fetch metrics from {api} metrics API: no {api} ' \
           f'metrics API ({api}.metrics.k8s.io) registered'


def _fetch(client: Client, namespace: str, selector: str, name: str, container: str, reason: str,
           target: Object) -> dict[str, Quantity]:
    """GetResourceMetric: usage by pod."""
    what = f'failed to get {name} utilization: ' if target.get('averageUtilization') is not None else (
        f'failed to get {name} usage: ')
    prefix = f'{what}unable to get metrics for resource {name}: '
    try:
        items = client.request('GET', f'{METRICS}/{namespace}/pods', labelSelector=selector).body.get('items') or []
    except StatusError as error:
        message = error.message
        if error.code == 404 and 'could not find the requested resource' in message:
            message = 'the server could not find the requested resource (get pods.metrics.k8s.io)'
        raise MetricError(reason, f'{prefix}unable to fetch metrics from resource metrics API: {message}') from None
    if not items:
        raise MetricError(reason, f'{prefix}no metrics returned from resource metrics API')
    return {item['metadata']['name']: _sum(item, name, container) for item in items}


def _sum(item: Object, name: str, container: str) -> Quantity:
    total = Quantity(0)
    for entry in item.get('containers') or ():
        if not container or entry['name'] == container:
            total = total + parse(entry['usage'].get(name, '0'))
    return total


def _group(mine: list[Object], usage: dict[str, Quantity], name: str,
           now: float) -> tuple[list[Object], list[Object], list[Object]]:
    """groupPods: ready ones, those that do not count yet, and those without a measurement."""
    ready, unready, missing = [], [], []
    for pod in mine:
        if deleting(pod) or pods.phase(pod) == 'Failed':
            continue
        if pods.phase(pod) == 'Pending':
            unready.append(pod)
        elif pod['metadata']['name'] not in usage:
            missing.append(pod)
        elif name == 'cpu' and not pods.is_ready(pod) and _is_new(pod, now):
            unready.append(pod)
        else:
            ready.append(pod)
    return ready, unready, missing


def _is_new(pod: Object, now: float) -> bool:
    start = pod.get('status', {}).get('startTime')
    return start is None or now - parse_timestamp(start) < INITIALIZATION


def _requests(chosen: list[Object], name: str, container: str) -> dict[str, Quantity]:
    """calculateRequests. Raises MetricError for a container without a request."""
    found = {}
    for pod in chosen:
        total = Quantity(0)
        for entry in pod['spec']['containers']:
            if container and entry['name'] != container:
                continue
            asked = ((entry.get('resources') or {}).get('requests') or {}).get(name)
            if asked is None:
                raise MetricError('FailedGetResourceMetric', (
                    f'failed to get {name} utilization: missing request for {name} in container {entry["name"]} of '
                    f'Pod {pod["metadata"]["name"]}'))
            total = total + parse(asked)
        found[pod['metadata']['name']] = total
    return found


def _by_utilization(kind: str, source: Object, mine: list[Object], usage: dict[str, Quantity], current: int,
                    now: float) -> Proposal:
    """GetResourceReplicas."""
    name, target = source['name'], source['target']['averageUtilization']
    ready, unready, missing = _group(mine, usage, name, now)
    requests = _requests([*ready, *unready, *missing], name, source.get('container', ''))

    def ratio(values: dict[str, float]) -> float:
        total = sum(float(requests[pod].value) for pod in values)
        return sum(values.values()) * 100 / total / target if total else 0.0

    values = {pod['metadata']['name']: float(usage[pod['metadata']['name']].value) for pod in ready}
    if not values:
        raise MetricError('FailedGetResourceMetric',
                          f'failed to get {name} utilization: did not receive metrics for targeted pods (pods might be '
                          'unready)')
    measured = sum(values.values())
    asked = sum(float(requests[pod].value) for pod in values)
    replicas = _replicas(ratio, values, requests, unready, missing, current, target / 100)
    average = Quantity(_mean(sum((usage[pod].value for pod in values), 0), len(values)))
    status = {'averageUtilization': int(measured * 100 / asked) if asked else 0, 'averageValue': str(average)}
    return _proposal(kind, source, replicas, f'{name} resource utilization (percentage of request)', status)


def _mean(total: Amount, count: int) -> Fraction:
    return Fraction(math.ceil(Fraction(total) * 1000 / count), 1000)


def _replicas(ratio: Callable[[dict[str, float]], float], values: dict[str, float], requests: dict[str, Quantity],
              unready: list[Object], missing: list[Object], current: int, full: float) -> int:
    """The number that brings the ratio to 1, being careful with pods that were not measured."""
    used = ratio(values)
    if not unready and not missing:
        return current if abs(1 - used) <= TOLERANCE else math.ceil(used * len(values))
    guessed = dict(values)
    for pod in missing:
        name = pod['metadata']['name']
        guessed[name] = float(requests[name].value) * full if used < 1 else 0.0
    if used > 1:
        guessed.update((pod['metadata']['name'], 0.0) for pod in unready)
    again = ratio(guessed)
    if abs(1 - again) <= TOLERANCE or (used < 1) != (again < 1):
        return current
    wanted = math.ceil(again * len(guessed))
    return current if (again < 1 and wanted > current) or (again > 1 and wanted < current) else wanted


def _by_value(kind: str, source: Object, mine: list[Object], usage: dict[str, Quantity], current: int,
              now: float) -> Proposal:
    """GetRawResourceReplicas."""
    name, target = source['name'], parse(source['target']['averageValue'])
    ready, unready, missing = _group(mine, usage, name, now)
    values = {pod['metadata']['name']: float(usage[pod['metadata']['name']].value) for pod in ready}
    if not values:
        raise MetricError('FailedGetResourceMetric',
                          f'failed to get {name} usage: did not receive metrics for targeted pods (pods might be '
                          'unready)')
    each = float(target.value)
    requests = {pod['metadata']['name']: target for pod in [*ready, *unready, *missing]}
    replicas = _replicas(lambda found: sum(found.values()) / len(found) / each, values, requests, unready, missing,
                         current, 1.0)
    total = sum((usage[pod].value for pod in values), 0)
    average = Quantity(_mean(total, len(values)), target.format)
    return _proposal(kind, source, replicas, f'{name} resource', {'averageValue': str(average)})


def _proposal(kind: str, source: Object, replicas: int, name: str, current: Object) -> Proposal:
    field = 'resource' if kind == 'Resource' else 'containerResource'
    entry: Object = {'name': source['name'], 'current': current}
    if source.get('container'):
        entry['container'] = source['container']
        name = name.replace('resource', 'container resource')
    return Proposal(replicas, name, {'type': kind, field: entry})
