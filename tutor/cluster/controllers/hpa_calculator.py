"""From measurements of pods to a number of replicas (pkg/controller/podautoscaler/replica_calculator.go).

All amounts are whole thousandths, as upstream's: what is rounded there is rounded here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object, condition, deleting
from tutor.apimachinery.pod_resources import pod_requests
from tutor.apimachinery.quantity import parse
from tutor.cluster.controllers import pods
from tutor.cluster.controllers.settings import USUAL_SCALING, Scaling


class CalculationError(Exception):
    """The measurements give no number; the text is upstream's."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one pod used, in thousandths, on average over the `window` seconds before `moment`."""

    value: int
    moment: float = math.inf
    window: float = 0.0


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far from 1 a ratio may be without any scaling."""

    down: float = 0.1
    up: float = 0.1

    def hold(self, ratio: float) -> bool:
        """isWithin."""
        return 1.0 - self.down <= ratio <= 1.0 + self.up


@dataclass(slots=True)
class Groups:
    """groupPods' answer: how many pods count, and the names of those that do not, by reason."""

    ready: int = 0
    unready: set[str] = field(default_factory=set[str])
    missing: set[str] = field(default_factory=set[str])
    ignored: set[str] = field(default_factory=set[str])


@dataclass(frozen=True, slots=True)
class Result:
    """The replicas asked for, the average used by a pod, and how much of its request that is in percent."""

    replicas: int
    average: int
    utilization: int = 0


Ratio = Callable[[Mapping[str, int]], float]


def group(mine: list[Object], samples: Mapping[str, Sample], resource: str, now: float,
          scaling: Scaling = USUAL_SCALING) -> Groups:
    """groupPods."""
    found = Groups()
    for pod in mine:
        name = pod['metadata']['name']
        if deleting(pod) or pods.phase(pod) == 'Failed':
            found.ignored.add(name)
        elif pods.phase(pod) == 'Pending':
            found.unready.add(name)
        elif name not in samples:
            found.missing.add(name)
        elif resource == 'cpu' and _is_unready(pod, samples[name], now, scaling):
            found.unready.add(name)
        else:
            found.ready += 1
    return found


def _is_unready(pod: Object, sample: Sample, now: float, scaling: Scaling) -> bool:
    """What a pod used while it started says nothing about load."""
    ready, start = condition(pod, 'Ready'), pod.get('status', {}).get('startTime')
    if ready is None or start is None:
        return True
    since, started = parse_timestamp(ready['lastTransitionTime']), parse_timestamp(start)
    if started + scaling.cpu_initialization > now:
        return ready['status'] == 'False' or sample.moment < since + sample.window
    return ready['status'] == 'False' and started + scaling.readiness_delay > since


def by_utilization(mine: list[Object], samples: Mapping[str, Sample], resource: str, container: str, target: int,
                   current: int, tolerances: Tolerances, now: float, scaling: Scaling = USUAL_SCALING) -> Result:
    """GetResourceReplicas: `target` is in percent of the requests. Raises CalculationError."""
    groups = _grouped(mine, samples, resource, now, scaling)
    requests = _requests(mine, container, resource)
    used = _used(samples, groups)

    def utilization(values: Mapping[str, int]) -> tuple[int, int]:
        known = [name for name in values if name in requests]
        asked = sum(requests[name] for name in known)
        if not asked:
            raise CalculationError('no metrics returned matched known pods')
        total = sum(values[name] for name in known)
        return total * 100 // asked, total // len(known)

    percent, average = utilization(used)
    replicas = _replicas(groups, used, lambda values: utilization(values)[0] / target, current, tolerances,
                         lambda name: requests[name] * max(100, target) // 100)
    return Result(replicas, average, percent)


def by_value(mine: list[Object], samples: Mapping[str, Sample], resource: str, target: int, current: int,
             tolerances: Tolerances, now: float, scaling: Scaling = USUAL_SCALING) -> Result:
    """GetRawResourceReplicas: `target` is an amount for each pod. Raises CalculationError."""
    groups = _grouped(mine, samples, resource, now, scaling)
    used = _used(samples, groups)
    replicas = _replicas(groups, used, lambda values: sum(values.values()) // len(values) / target, current,
                         tolerances, lambda name: target, idle_when_even=True)
    return Result(replicas, sum(used.values()) // len(used))


def _grouped(mine: list[Object], samples: Mapping[str, Sample], resource: str, now: float,
             scaling: Scaling) -> Groups:
    if not mine:
        raise CalculationError('no pods returned by selector while calculating replica count')
    return group(mine, samples, resource, now, scaling)


def _used(samples: Mapping[str, Sample], groups: Groups) -> dict[str, int]:
    used = {name: sample.value for name, sample in samples.items()
            if name not in groups.ignored and name not in groups.unready}
    if not used:
        raise CalculationError('did not receive metrics for targeted pods (pods might be unready)')
    return used


def _replicas(groups: Groups, used: Mapping[str, int], ratio_of: Ratio, current: int, tolerances: Tolerances,
              full: Callable[[str], int], idle_when_even: bool = False) -> int:
    """The number that brings the ratio to 1, careful with pods that were not measured: those that are missing count
    as fully used when there would be fewer replicas, and as idle, like unready ones, when there would be more;
    `idle_when_even`: and when there would be as many (calcPlainMetricReplicas)."""
    ratio = ratio_of(used)
    up_with_unready = bool(groups.unready) and ratio > 1
    if not up_with_unready and not groups.missing:
        return current if tolerances.hold(ratio) else math.ceil(ratio * groups.ready)
    guessed = dict(used)
    if ratio != 1 or idle_when_even:
        guessed.update((name, full(name) if ratio < 1 else 0) for name in groups.missing)
    if up_with_unready:
        guessed.update((name, 0) for name in groups.unready)
    again = ratio_of(guessed)
    if tolerances.hold(again) or (ratio < 1 < again) or (again < 1 < ratio):
        return current
    wanted = math.ceil(again * len(guessed))
    return current if (again < 1 and wanted > current) or (again > 1 and wanted < current) else wanted


def _requests(mine: list[Object], container: str, resource: str) -> dict[str, int]:
    """calculateRequests: by pod, in thousandths. Raises CalculationError for a container without a request."""
    return {pod['metadata']['name']: _request(pod, container, resource) for pod in mine}


def _request(pod: Object, container: str, resource: str) -> int:
    name, spec = pod['metadata']['name'], pod['spec']
    whole = (spec.get('resources') or {}).get('requests')
    if whole and not container:
        asked = pod_requests(pod).get(resource)  # calculatePodLevelRequests: what the pod leaves to its containers, too
        if asked is None:
            raise CalculationError(f'missing pod-level request for {resource} in Pod {name}')
        return math.ceil(asked * 1000)
    sidecars = [entry for entry in spec.get('initContainers') or () if entry.get('restartPolicy') == 'Always']
    chosen = [entry for entry in [*spec['containers'], *sidecars] if container in ('', entry['name'])]
    if not chosen:
        raise CalculationError(f'container {container} not found in Pod {name}')
    total = 0
    for entry in chosen:
        asked = ((entry.get('resources') or {}).get('requests') or {}).get(resource)
        if asked is None:
            raise CalculationError(f'missing request for {resource} in container {entry["name"]} of Pod {name}')
        total += parse(asked).milli()
    return total
