"""Endpoints of Services with a selector: the deprecated view, still written (pkg/controller/endpoint)."""

from __future__ import annotations

import math
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations, deleting, key, labels
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import indexes, pods, services
from tutor.cluster.controllers.controller import Controller, batch_delay, namespace_terminating
from tutor.cluster.controllers.trigger_times import TriggerTimes, annotated
from tutor.cluster.simulation import Simulation

MAX_CAPACITY = 1000
OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
LEADER = 'control-plane.alpha.kubernetes.io/leader'
MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
_ADDRESSES = ('addresses', 'notReadyAddresses')
_SLOWER = 5
"""All endpoints are one object here, so that many changes are gathered longer than for slices."""


class EndpointsController(Controller):
    """Writes one Endpoints object of the same name for each Service with a selector."""

    component = 'endpoint-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.services = services.by_selector(self.informer('services'))
        self.pods = indexes.by_label(self.informer('pods'))
        self.endpoints = self.informer('endpoints')
        self._sizes: dict[str, int] = {}
        self._trigger_times = TriggerTimes()
        self.services.on_change(lambda old, new: self.queue.add(key(new or old or {})))
        self.pods.on_change(self._pod_changed)
        self.endpoints.on_change(self._endpoints_changed)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        for service in services.touched(self.services, old, new):
            where = key(service)
            self.postpone(where, batch_delay(self._sizes.get(where, 0) * _SLOWER))

    def _endpoints_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None and old is not None:
            self.queue.add(key(old))
        elif new is not None and not self._synced and LEADER not in annotations(new):
            self.queue.add(key(new))  # checkLeftoverEndpoints: its Service may have gone before this controller came.

    def reconcile(self, key: str) -> None:
        """syncService."""
        service = self.services.objects.get(key)
        current = self.endpoints.objects.get(key)
        if service is None:
            self._sizes.pop(key, None)
            self._trigger_times.forget(key)
            if current is not None and MANAGED_BY in labels(current):
                self.client.remove('endpoints', current)
            return
        if not service['spec'].get('selector') or service['spec'].get('type') == 'ExternalName':
            return
        found = services.selected_pods(self.pods, service)
        self._sizes[key] = len(found)
        moment = self._trigger_times.changed(service, found)
        subsets = repack(_subsets(service, found))
        subsets, truncated = _truncate(subsets)
        marks = _labels(service)
        if current is not None and (current.get('subsets') or []) == subsets and labels(current) == marks and (
                (OVER_CAPACITY in annotations(current)) == truncated):
            return
        self._write(service, current, subsets, marks, moment, truncated)

    def _write(self, service: Object, current: Object | None, subsets: list[Object], marks: dict[str, str],
               moment: str, truncated: bool) -> None:
        base = current['metadata'] if current is not None else {
            'name': service['metadata']['name'], 'namespace': service['metadata']['namespace']}
        notes = annotated(base.get('annotations'), moment)
        notes.pop(OVER_CAPACITY, None)
        if truncated:
            notes[OVER_CAPACITY] = 'truncated'
        new: Object = {'apiVersion': 'v1', 'kind': 'Endpoints',
                       'metadata': {**base, 'labels': marks, 'annotations': notes}}
        if subsets:
            new['subsets'] = subsets
        try:
            if current is not None:
                self.client.update('endpoints', new)
            else:
                self.client.create('endpoints', new)
        except StatusError as error:
            if current is None and namespace_terminating(error):
                return
            self._tell_failure(service, new, current is None, error)
            raise

    def _tell_failure(self, service: Object, new: Object, created: bool, error: StatusError) -> None:
        where = key(service)
        if created:
            self.event(new, 'Warning', 'FailedToCreateEndpoint',
                       f'Failed to create endpoint for service {where}: {error.message}')
        else:
            self.event(new, 'Warning', 'FailedToUpdateEndpoint', f'Failed to update endpoint {where}: {error.message}')


def _labels(service: Object) -> dict[str, str]:
    found = dict(labels(service))
    found.pop(services.HEADLESS_LABEL, None)
    if services.is_headless(service):
        found[services.HEADLESS_LABEL] = ''
    found[MANAGED_BY] = 'endpoint-controller'
    return found


def _subsets(service: Object, found: list[Object]) -> list[tuple[Object, bool, Object | None]]:
    """(address, ready, port) of each pod and port; a headless service without ports has addresses alone."""
    publish = bool(service['spec'].get('publishNotReadyAddresses'))
    family = (service['spec'].get('ipFamilies') or ['IPv4'])[0]
    entries: list[tuple[Object, bool, Object | None]] = []
    for pod in found:
        if not services.has_address(pod) or pods.is_terminal(pod) or (deleting(pod) and not publish):
            continue
        ip = services.address(pod, family)
        if ip is None:
            continue
        address: Object = {'ip': ip}
        hostname = services.hostname_for(pod, service)
        if hostname:
            address['hostname'] = hostname
        address['nodeName'] = pod['spec'].get('nodeName')
        address['targetRef'] = services.target_ref(pod)
        ready = publish or pods.is_ready(pod)
        ports = service['spec'].get('ports') or ()
        if not ports and services.is_headless(service):
            entries.append((address, ready, None))
        for port in ports:
            number = services.find_port(pod, port)
            if number is not None:
                entries.append((address, ready, _port(port, number)))
    return entries


def _port(port: Object, number: int) -> Object:
    entry: Object = {'name': port['name']} if port.get('name') else {}
    entry['port'] = number
    entry['protocol'] = port.get('protocol', 'TCP')
    if port.get('appProtocol'):
        entry['appProtocol'] = port['appProtocol']
    return entry


def repack(entries: list[tuple[Object, bool, Object | None]]) -> list[Object]:
    """endpoints.RepackSubsets: addresses with the same set of ports share a subset; all in order."""
    by_address: dict[tuple[str, str], tuple[Object, bool, dict[Any, Object]]] = {}
    for address, ready, port in entries:
        known = by_address.setdefault((address['ip'], (address.get('targetRef') or {}).get('uid', '')),
                                      (address, ready, {}))
        if port is not None:
            known[2][(port['port'], port['protocol'], port.get('name', ''))] = port
    by_ports: dict[Any, tuple[list[Object], list[Object], list[Object]]] = {}
    for address, ready, ports in by_address.values():
        names = tuple(sorted(ports))
        group = by_ports.setdefault(names, ([], [], [ports[name] for name in names]))
        group[0 if ready else 1].append(address)
    return [_subset(*by_ports[names]) for names in sorted(by_ports)]


def _subset(ready: list[Object], not_ready: list[Object], ports: list[Object]) -> Object:
    def order(addresses: list[Object]) -> list[Object]:
        return sorted(addresses, key=lambda a: (a['ip'], (a.get('targetRef') or {}).get('uid', '')))

    subset: Object = {}
    if ready:
        subset['addresses'] = order(ready)
    if not_ready:
        subset['notReadyAddresses'] = order(not_ready)
    if ports:
        subset['ports'] = ports
    return subset


def _truncate(subsets: list[Object]) -> tuple[list[Object], bool]:
    """truncateEndpoints: at most 1000 addresses, ready ones rather than others, of each subset its share."""
    ready, others = (sum(len(subset.get(name) or ()) for subset in subsets) for name in _ADDRESSES)
    if ready + others <= MAX_CAPACITY:
        return subsets, False
    name, total, most = _ADDRESSES[0], ready, MAX_CAPACITY
    if ready <= MAX_CAPACITY:
        name, total, most = _ADDRESSES[1], others, MAX_CAPACITY - ready
    room, found = most, []
    for subset in subsets:
        had = subset.get(name) or []
        kept = had[:min(math.ceil(len(had) / total * most), room)]
        room -= len(kept)
        new = {**subset, 'notReadyAddresses': [], name: kept}
        found.append({field: value for field, value in new.items() if value})
    return found, True
