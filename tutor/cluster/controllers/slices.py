"""Packing endpoints into EndpointSlices with as few writes as possible (staging/endpointslice reconciler)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.objects import Object

MAX_ENDPOINTS = 100

PortKey = tuple[Any, ...]
Endpoints = dict[str, Object]
"""Endpoints by what identifies them."""


@dataclass(slots=True)
class Plan:
    """What to write. A created slice has no metadata yet."""

    create: list[Object] = field(default_factory=list)
    update: list[Object] = field(default_factory=list)
    delete: list[Object] = field(default_factory=list)


def port_key(ports: list[Object] | None) -> PortKey:
    return tuple((p.get('name', ''), p.get('protocol', 'TCP'), p.get('port'), p.get('appProtocol'))
                 for p in ports or ())


def endpoint_key(endpoint: Object) -> str:
    """hashEndpoint: addresses, host name and target make an endpoint the same one."""
    target = endpoint.get('targetRef') or {}
    return f'{endpoint["addresses"][0]} {endpoint.get("hostname", "")} {target.get("uid", "")}'


def plan(existing: list[Object], desired: dict[PortKey, tuple[list[Object], Endpoints]],
         labels_of: Any, limit: int = MAX_ENDPOINTS) -> Plan:
    """reconcileByAddressType: `labels_of(slice)` gives the labels a slice should have."""
    found = Plan()
    by_ports: dict[PortKey, list[Object]] = {}
    for item in existing:
        by_ports.setdefault(port_key(item.get('ports')), []).append(item)
    for ports, (port_list, endpoints) in desired.items():
        _plan_ports(found, by_ports.pop(ports, []), port_list, dict(endpoints), labels_of, limit)
    for left in by_ports.values():
        found.delete.extend(left)
    return found


def _plan_ports(found: Plan, existing: list[Object], ports: list[Object], desired: Endpoints, labels_of: Any,
                limit: int) -> None:
    """reconcileByPortMapping."""
    kept: list[Object] = []
    changed: list[tuple[Object, list[Object]]] = []
    for item in existing:
        endpoints, different = _keep(item, desired)
        if not endpoints and item.get('endpoints'):
            found.delete.append(item)
        elif different or labels_of(item) != (item['metadata'].get('labels') or {}):
            changed.append((item, endpoints))
        else:
            kept.append(item)
    for _, endpoints in changed:
        while desired and len(endpoints) < limit:
            endpoints.append(desired.pop(next(iter(desired))))
    while desired:
        room = _best_fit(kept, len(desired), limit)
        if room is None:
            batch = [desired.pop(name) for name in list(desired)[:limit]]
            found.create.append({'endpoints': batch, 'ports': ports})
        else:
            kept.remove(room)
            endpoints: list[Object] = list(room.get('endpoints') or [])
            while desired and len(endpoints) < limit:
                endpoints.append(desired.pop(next(iter(desired))))
            changed.append((room, endpoints))
    found.update.extend({**item, 'endpoints': endpoints, 'ports': ports} for item, endpoints in changed)


def _keep(item: Object, desired: Endpoints) -> tuple[list[Object], bool]:
    """The endpoints of a slice that stay, as they are to be; whether that is another list than before."""
    kept: list[Object] = []
    different = False
    for endpoint in item.get('endpoints') or ():
        wanted = desired.pop(endpoint_key(endpoint), None)
        if wanted is None:
            different = True
            continue
        kept.append(wanted)
        if wanted != endpoint:
            different = True
    return kept, different


def _best_fit(slices: list[Object], count: int, limit: int) -> Object | None:
    """getSliceToFill: the fullest slice that still takes all that is left, if that does not fill one by itself."""
    best, most = None, -1
    if count >= limit:
        return None
    for item in slices:
        size = len(item.get('endpoints') or ())
        if size + count <= limit and size > most:
            best, most = item, size
    return best
