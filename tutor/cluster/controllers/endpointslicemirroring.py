"""EndpointSlices for Endpoints that people write by hand (pkg/controller/endpointslicemirroring)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, annotations, deleting, key, labels, owner_reference
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import services, slices
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.endpointslice import RESOURCE
from tutor.cluster.controllers.trigger_times import ANNOTATION as TRIGGER_TIME
from tutor.cluster.controllers.written import Written
from tutor.cluster.simulation import Simulation

CONTROLLER_NAME = 'endpointslicemirroring-controller.k8s.io'
SKIP = 'endpointslice.kubernetes.io/skip-mirror'
LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
LEADER = 'control-plane.alpha.kubernetes.io/leader'
MAX_ENDPOINTS = 1000
"""--mirroring-max-endpoints-per-subset: what is beyond is not mirrored."""

_INDEX = 'mirrored'


class EndpointSliceMirroringController(Controller):
    """Mirrors the Endpoints of Services without a selector."""

    component = 'endpoint-slice-mirroring-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.endpoints = self.informer('endpoints')
        self.services = self.informer('services')
        self.slices = self.informer(RESOURCE)
        self.slices.add_index(_INDEX, _mirrors)
        self.written = Written(self.slices)
        for informer in (self.endpoints, self.services):
            informer.on_change(lambda old, new: self.queue.add(key(new or old or {})))
        self.slices.on_change(self._slice_changed)

    def _slice_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None and old is not None:
            self.written.seen_gone(old)
        elif new is not None and self.written.is_own(new):
            return
        for where in _mirrors(new or old or {}):
            self.queue.add(where)

    def reconcile(self, key: str) -> None:
        """syncEndpoints."""
        if self.written.behind(key):
            self.postpone(key, 0.005)
            return
        existing = [item for item in self.slices.by_index(_INDEX, key) if not deleting(item)]
        endpoints, service = self.endpoints.objects.get(key), self.services.objects.get(key)
        if endpoints is None or service is None or service['spec'].get('selector') or not _mirrorable(endpoints):
            for item in existing:
                self._delete(key, item)
            return
        notes = _annotations(endpoints)
        for family in ('IPv4', 'IPv6'):
            mine = [item for item in existing if item['addressType'] == family]
            plan = slices.plan(mine, _desired(endpoints, family), lambda item: _labels(endpoints), MAX_ENDPOINTS)
            touched = {item['metadata']['name'] for item in (*plan.update, *plan.delete)}
            plan.update += [item for item in mine if item['metadata']['name'] not in touched
                            and annotations(item) != notes]
            self._write(key, endpoints, family, plan)
        self._tell_skipped(endpoints)

    def _tell_skipped(self, endpoints: Object) -> None:
        beyond = [len(found) - MAX_ENDPOINTS for subset in endpoints.get('subsets') or ()
                  if len(found := _addresses(subset)) > MAX_ENDPOINTS]
        if beyond:
            self.event(endpoints, 'Warning', 'TooManyAddressesToMirror',
                       f'A max of {MAX_ENDPOINTS} addresses can be mirrored to EndpointSlices per Endpoints subset. '
                       f'{sum(beyond)} addresses were skipped')

    def _write(self, where: str, endpoints: Object, family: str, plan: slices.Plan) -> None:
        for item in plan.create:
            meta: Object = {'generateName': f'{endpoints["metadata"]["name"]}-',
                            'namespace': endpoints['metadata']['namespace'], 'labels': _labels(endpoints),
                            'annotations': _annotations(endpoints), 'ownerReferences': [owner_reference(endpoints)]}
            made = self.client.create(RESOURCE, {
                'apiVersion': 'discovery.k8s.io/v1', 'kind': 'EndpointSlice', 'metadata': meta, 'addressType': family,
                'endpoints': item['endpoints'], 'ports': item['ports']})
            self.written.wrote(where, made)
        for item in plan.update:
            meta = {**item['metadata'], 'labels': _labels(endpoints), 'annotations': _annotations(endpoints)}
            self.written.wrote(where, self.client.update(RESOURCE, {**item, 'metadata': meta}))
        for item in plan.delete:
            self._delete(where, item)

    def _delete(self, where: str, item: Object) -> None:
        self.client.remove(RESOURCE, item)
        self.written.deleted(where, item)


def _mirrors(item: Object) -> tuple[str, ...]:
    found = labels(item)
    if found.get(services.MANAGED_BY) != CONTROLLER_NAME:
        return ()
    return (f'{item["metadata"]["namespace"]}/{found.get(services.SERVICE_NAME, "")}',)


def _mirrorable(endpoints: Object) -> bool:
    return labels(endpoints).get(SKIP) != 'true' and LEADER not in annotations(endpoints)


def _annotations(endpoints: Object) -> dict[str, str]:
    """newEndpointSlice: all but two."""
    return {name: value for name, value in annotations(endpoints).items() if name not in (TRIGGER_TIME, LAST_APPLIED)}


def _addresses(subset: Object) -> list[tuple[Object, bool]]:
    """All of a subset's addresses, and whether each is ready."""
    return [(address, ready) for name, ready in (('addresses', True), ('notReadyAddresses', False))
            for address in subset.get(name) or ()]


def _labels(endpoints: Object) -> dict[str, str]:
    found = {name: value for name, value in labels(endpoints).items()
             if name not in ('endpoints.kubernetes.io/managed-by',)}
    found[services.SERVICE_NAME] = endpoints['metadata']['name']
    found[services.MANAGED_BY] = CONTROLLER_NAME
    return found


def _desired(endpoints: Object, family: str) -> dict[slices.PortKey, tuple[list[Object], slices.Endpoints]]:
    wanted: dict[slices.PortKey, tuple[list[Object], slices.Endpoints]] = {}
    for subset in endpoints.get('subsets') or ():
        ports = [{'name': port.get('name', ''), 'protocol': port.get('protocol', 'TCP'), 'port': port['port'],
                  **({'appProtocol': port['appProtocol']} if port.get('appProtocol') else {})}
                 for port in subset.get('ports') or ()]
        for address, ready in _addresses(subset)[:MAX_ENDPOINTS]:
            if (':' in address['ip']) == (family == 'IPv6'):
                group = wanted.setdefault(slices.port_key(ports), (ports, {}))
                endpoint = _endpoint(address, ready)
                group[1][slices.endpoint_key(endpoint)] = endpoint
    return wanted


def _endpoint(address: Object, ready: bool) -> Object:
    endpoint: Object = {'addresses': [address['ip']], 'conditions': {'ready': ready}}
    for name in ('hostname', 'targetRef', 'nodeName'):
        if address.get(name):
            endpoint[name] = address[name]
    return endpoint
