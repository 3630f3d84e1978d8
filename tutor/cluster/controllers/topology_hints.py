"""Hints that keep traffic inside zones in proportion to their CPUs (staging/endpointslice/topologycache)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tutor.apimachinery.objects import Object, annotations, is_true, labels
from tutor.apimachinery.quantity import parse
from tutor.cluster.controllers import slices

ZONE = 'topology.kubernetes.io/zone'
ENABLED = 'Topology Aware Hints has been enabled'
DISABLED = 'Topology Aware Hints has been disabled'
OVERLOAD = 0.2
"""overloadThreshold: how much more than its share an endpoint may get."""

_MODES = ('service.kubernetes.io/topology-mode', 'service.kubernetes.io/topology-aware-hints')
_EXCLUDED = ('node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master')

Desired = dict[slices.PortKey, tuple[list[Object], slices.Endpoints]]


class HintsError(Exception):
    """No hints can be given; the text is that of the event."""


@dataclass(frozen=True, slots=True)
class _Allocation:
    """How many endpoints a zone should have."""

    most: int
    desired: float


def wanted(service: Object) -> bool:
    """hintsEnabled: the older annotation counts only without the newer one."""
    found = annotations(service)
    mode = next((found[name] for name in reversed(_MODES) if name in found), '')
    return mode in ('Auto', 'auto')


def cpu_shares(nodes: Iterable[Object]) -> dict[str, float]:
    """SetNodes: each zone's part of the CPUs of nodes that are ready; {} where that cannot be said."""
    found: dict[str, int] = {}
    for node in nodes:
        marks = labels(node)
        if any(name in marks for name in _EXCLUDED) or not is_true(node, 'Ready'):
            continue
        cpu = parse((node.get('status', {}).get('allocatable') or {}).get('cpu', '0')).milli()
        if not marks.get(ZONE) or not cpu:
            return {}
        found[marks[ZONE]] = found.get(marks[ZONE], 0) + cpu
    total = sum(found.values())
    return {zone: cpu / total for zone, cpu in found.items()} if len(found) > 1 else {}


def add_hints(desired: Desired, existing: list[Object], shares: Mapping[str, float]) -> Desired:
    """AddHints: the endpoints with their hints; those that are there already stay as long as they are good. Raises
    HintsError."""
    ready = [endpoint for _, group in desired.values() for endpoint in group.values()
             if endpoint['conditions'].get('ready')]
    allocations = _allocations(len(ready), shares)
    if any(not endpoint.get('zone') for endpoint in ready):
        raise HintsError('One or more endpoints do not have a zone specified')
    hints = _present(desired, existing, allocations)
    if hints is None:
        hints = _distribute(ready, allocations)
    return {ports: (port_list, {name: _hinted(endpoint, hints.get(name)) for name, endpoint in group.items()})
            for ports, (port_list, group) in desired.items()}


def _hinted(endpoint: Object, zone: str | None) -> Object:
    return endpoint if zone is None else {**endpoint, 'hints': {'forZones': [{'name': zone}]}}


def _allocations(count: int, shares: Mapping[str, float]) -> dict[str, _Allocation]:
    """getAllocations."""
    if not shares:
        raise HintsError('Insufficient Node information: allocatable CPU or zone not specified on one or more nodes')
    size = f'({count} endpoints, {len(shares)} zones)'
    if len(shares) > count:
        raise HintsError(f'Insufficient number of endpoints {size}')
    least = {zone: math.ceil(share * count / (1 + OVERLOAD)) for zone, share in shares.items()}
    spare = count - sum(least.values())
    if spare < 0:
        raise HintsError('Unable to allocate minimum required endpoints to each zone without exceeding overload '
                         f'threshold {size}')
    return {zone: _Allocation(number + spare, max(shares[zone] * count, number)) for zone, number in least.items()}


def _present(desired: Desired, existing: list[Object],
             allocations: Mapping[str, _Allocation]) -> dict[str, str] | None:
    """getHintsByZone: the zones that endpoints are for already; None if any of them has changed or is not good."""
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    known = {slices.endpoint_key(endpoint): endpoint for item in existing for endpoint in item.get('endpoints') or ()}
    every = {name: endpoint for _, group in desired.values() for name, endpoint in group.items()}
    if every.keys() != known.keys():
        return None
    for name, endpoint in every.items():
        if {field: value for field, value in known[name].items() if field != 'hints'} != endpoint:
            return None
        if not endpoint['conditions'].get('ready'):
            continue
        zones = (known[name].get('hints') or {}).get('forZones') or ()
        if len(zones) != 1 or zones[0]['name'] not in allocations:
            return None
        found[name] = zones[0]['name']
        counts[found[name]] = counts.get(found[name], 0) + 1
    return None if any(count > allocations[zone].most for zone, count in counts.items()) else found


def _distribute(ready: list[Object], allocations: Mapping[str, _Allocation]) -> dict[str, str]:
    """The three steps of AddHints: each endpoint is for its own zone; zones that have too many give some away."""
    found = {slices.endpoint_key(endpoint): endpoint['zone'] for endpoint in ready}
    giving, receiving = _exchange(list(found.values()), allocations)
    for name, zone in found.items():
        if giving.get(zone, 0) > 0 and receiving:
            taker = next(iter(receiving))
            found[name] = taker
            giving[zone] -= 1
            receiving[taker] -= 1
            if not receiving[taker]:
                del receiving[taker]
    return found


def _exchange(zones: list[str], allocations: Mapping[str, _Allocation]) -> tuple[dict[str, int], dict[str, int]]:
    """getGivingAndReceivingZones."""
    surplus = {zone: zones.count(zone) - allocation.desired for zone, allocation in sorted(allocations.items())}
    giving: dict[str, int] = {}
    receiving: dict[str, int] = {}
    while True:
        giver = max(surplus, key=lambda zone: surplus[zone])
        taker = min(surplus, key=lambda zone: surplus[zone])
        more, less = surplus[giver], -surplus[taker]
        if (more < 1 and less < 1) or more < 0.5 or less < 0.5:
            return giving, receiving
        for side, zone, change in ((giving, giver, -1), (receiving, taker, 1)):
            side[zone] = side.get(zone, 0) + 1
            surplus[zone] += change
