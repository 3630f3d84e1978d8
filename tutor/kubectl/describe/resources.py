"""Resource requests and limits: of a container, of a pod, of all pods of a node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import Quantity, canonical, milli_value, parse, value
from tutor.kubectl.describe.writer import PrefixWriter

Amounts = dict[str, Quantity]


def describe_requirements(resources: Mapping[str, Any] | None, w: PrefixWriter, level: int) -> None:
    """describeResources."""
    for title, field in (('Limits', 'limits'), ('Requests', 'requests')):
        amounts = (resources or {}).get(field)
        if amounts:
            w.write(level, f'{title}:\n')
            for name in sorted(amounts):
                w.field(name, canonical(amounts[name]), level + 1)


def container_resource_value(reference: Mapping[str, Any], container: Mapping[str, Any]) -> str:
    """resource.ExtractContainerResourceValue: in units of the divisor, rounded up."""
    kind, _, name = reference.get('resource', '').partition('.')
    if kind not in ('limits', 'requests'):
        return ''
    amounts = (container.get('resources') or {}).get(kind) or {}
    divisor = parse(reference.get('divisor') or '0') or Quantity(1)
    amount = parse(amounts.get(name, '0'))
    if name == 'cpu':
        return str(-(-amount.milli() // divisor.milli()))
    return str(-(-amount.ceil() // divisor.ceil()))


def pod_totals(pod: Object, field: str, status: bool = False) -> Amounts:
    """resourcehelper.PodRequests and PodLimits: `field` is 'requests' or 'limits'."""
    spec = pod.get('spec') or {}
    statuses = _statuses(pod) if status else {}
    total: Amounts = {}
    for container in spec.get('containers') or ():
        _add(total, _wanted(container, field, statuses))
    _with_init_containers(total, spec.get('initContainers') or (), field, statuses)
    for name, amount in ((spec.get('resources') or {}).get(field) or {}).items():
        total[name] = parse(amount)
    overhead = spec.get('overhead')
    if overhead:
        for name, amount in overhead.items():
            if field == 'requests' or name in total:
                total[name] = total.get(name, Quantity(0)) + parse(amount)
    return total


def _with_init_containers(total: Amounts, containers: Iterable[Mapping[str, Any]], field: str,
                          statuses: Mapping[str, Any]) -> None:
    """Sidecars add up with everything after them; the others only need their maximum while they run."""
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in containers:
        wanted = _wanted(container, field, statuses)
        if container.get('restartPolicy') == 'Always':
            _add(total, wanted)
            _add(sidecars, wanted)
            wanted = dict(sidecars)
        else:
            _add(wanted, sidecars)
        _max(peak, wanted)
    _max(total, peak)


def _wanted(container: Mapping[str, Any], field: str, statuses: Mapping[str, Any]) -> Amounts:
    wanted = {name: parse(amount) for name, amount in ((container.get('resources') or {}).get(field) or {}).items()}
    actual = ((statuses.get(container.get('name', '')) or {}).get('resources') or {}).get(field) or {}
    _max(wanted, {name: parse(amount) for name, amount in actual.items()})
    return wanted


def _statuses(pod: Object) -> dict[str, Any]:
    status = pod.get('status') or {}
    return {entry['name']: entry for field in ('containerStatuses', 'initContainerStatuses')
            for entry in status.get(field) or ()}


def _add(total: Amounts, more: Mapping[str, Quantity]) -> None:
    for name, amount in more.items():
        total[name] = total[name] + amount if name in total else amount


def _max(total: Amounts, other: Mapping[str, Quantity]) -> None:
    for name, amount in other.items():
        if name not in total or total[name] < amount:
            total[name] = amount


def all_totals(pods: Iterable[Object], field: str) -> Amounts:
    """getPodsTotalRequestsAndLimits."""
    total: Amounts = {}
    for pod in pods:
        _add(total, pod_totals(pod, field))
    return total


def percent(amount: Quantity, whole: object, milli: bool = False) -> int:
    """How many percent of a node's allocatable amount this is, cut off."""
    share = amount.milli() if milli else amount.ceil()
    available = milli_value(whole) if milli else value(whole)
    return int(share / available * 100) if available else 0
