"""EndpointSlices of Services with a selector (pkg/controller/endpointslice)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tutor.apimachinery.errors import StatusError, internal_error
from tutor.apimachinery.field import aggregate
from tutor.apimachinery.objects import Object, deleting, is_true, key, labels, owner_reference
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import indexes, pods, services, slices, topology_hints
from tutor.cluster.controllers.controller import Controller, batch_delay, namespace_terminating
from tutor.cluster.controllers.trigger_times import TriggerTimes, annotated
from tutor.cluster.controllers.written import Written
from tutor.cluster.simulation import Simulation

RESOURCE = 'endpointslices.discovery.k8s.io'
CONTROLLER_NAME = 'endpointslice-controller.k8s.io'
_INDEX = 'service'


class EndpointSliceController(Controller):
    """Writes down, for each Service, the pods that can answer for it."""

    component = 'endpoint-slice-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.services = services.by_selector(self.informer('services'))
        self.pods = indexes.by_label(self.informer('pods'))
        self.nodes = self.informer('nodes')
        self.slices = self.informer(RESOURCE)
        self.slices.add_index(_INDEX, _service_of)
        self.written = Written(self.slices)
        self._endpoints: dict[str, dict[str, tuple[Object, Object]]] = {}
        self._specs: dict[str, Object] = {}
        """By what specs of Services, and modes of their topology, these were made."""
        self._sizes: dict[str, int] = {}
        self._shares: dict[str, float] = {}
        """Of the zones, as of the last change of a node that matters."""
        self._hinted: set[str] = set()
        self._trigger_times = TriggerTimes()
        self._moment = ''
        """What is written now tells this as the time of the last change."""
        self.services.on_change(lambda old, new: self.queue.add(key(new or old or {})))
        self.pods.on_change(self._pod_changed)
        self.slices.on_change(self._slice_changed)
        self.nodes.on_change(self._node_changed)

    # -- events -------------------------------------------------------------------------------------------------

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        for service in services.touched(self.services, old, new):
            where = key(service)
            self.postpone(where, batch_delay(self._sizes.get(where, 0)))

    def _slice_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None and old is not None:
            self.written.seen_gone(old)
        elif new is not None and self.written.is_own(new):
            return
        for where in _service_of(new or old or {}):
            self.queue.add(where)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        """checkNodeTopologyDistribution: Services with hints look again whether these are still good."""
        if old is not None and new is not None and _for_hints(old) == _for_hints(new):
            return
        self._shares = topology_hints.cpu_shares(self.nodes.objects.values())
        for where in sorted(self._hinted):
            self.queue.add(where)

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        """syncService."""
        service = self.services.objects.get(key)
        if service is None:
            self._endpoints.pop(key, None)
            self._specs.pop(key, None)
            self._sizes.pop(key, None)
            self._hinted.discard(key)
            self._trigger_times.forget(key)
            return
        if not service['spec'].get('selector') or service['spec'].get('type') == 'ExternalName':
            return
        if self.written.behind(key):
            self.postpone(key, 0.005)
            return
        existing = self.slices.by_index(_INDEX, key)
        found = services.selected_pods(self.pods, service)
        self._sizes[key] = len(found)
        self._moment = self._trigger_times.changed(service, found)
        try:
            self._reconcile_all(key, service, existing, found)
        except StatusError as error:
            if namespace_terminating(error):
                return
            self._tell_failure(service, error.message)
            raise
        self._check_adrift(service, found)

    def _reconcile_all(self, where: str, service: Object, existing: list[Object], found: list[Object]) -> None:
        families = service['spec'].get('ipFamilies') or ['IPv4']
        for family in families:
            mine = [item for item in existing if item.get('addressType') == family and not deleting(item)]
            self._reconcile_family(where, service, family, mine, found)
        for item in existing:
            if item.get('addressType') not in families:
                self._delete(where, item)

    def _reconcile_family(self, where: str, service: Object, family: str, existing: list[Object],
                          found: list[Object]) -> None:
        desired = self._hints(where, service, family, existing, self._desired(where, service, family, found))
        plan = slices.plan(existing, desired, lambda item: _labels(service, item))
        if len(existing) == len(plan.delete) and not plan.create:
            self._place_holder(service, plan)
        while plan.create and plan.delete:
            # A slice that would go is used again: one write instead of two.
            item = plan.delete.pop(0)
            plan.update.append({**item, **plan.create.pop()})
        for item in plan.create:
            with _failing_to(f'create EndpointSlice for Service {where}'):
                made = self.client.create(RESOURCE, self._new(service, family, item))
            self.written.wrote(where, made)
        for item in plan.update:
            meta = {**item['metadata'], 'labels': _labels(service, item),
                    'annotations': annotated(item['metadata'].get('annotations'), self._moment)}
            with _failing_to(f'update {meta["name"]} EndpointSlice for Service {where}'):
                made = self.client.update(RESOURCE, {**item, 'metadata': meta})
            self.written.wrote(where, made)
        for item in plan.delete:
            self._delete(where, item)

    def _hints(self, where: str, service: Object, family: str, existing: list[Object],
               desired: topology_hints.Desired) -> topology_hints.Desired:
        """The endpoints with hints by the mode of the Service's topology, if it has one."""
        if not topology_hints.wanted(service):
            if where in self._hinted:
                self._hinted.discard(where)
                self._tell_hints(service, 'Disabled', topology_hints.DISABLED, family)
            return desired
        try:
            hinted = topology_hints.add_hints(desired, existing, self._shares)
        except topology_hints.HintsError as error:
            self._hinted.discard(where)
            self._tell_hints(service, 'Disabled', str(error), family)
            return desired
        if where not in self._hinted:
            self._hinted.add(where)
            self._tell_hints(service, 'Enabled', topology_hints.ENABLED, family)
        return hinted

    def _tell_hints(self, service: Object, what: str, message: str, family: str) -> None:
        self.event(service, 'Normal' if what == 'Enabled' else 'Warning', f'TopologyAwareHints{what}',
                   f'{message}, addressType: {family}')

    def _place_holder(self, service: Object, plan: slices.Plan) -> None:
        """newPlaceholderEndpointSlice: a Service without endpoints has one empty slice."""
        only = plan.delete[0] if len(plan.delete) == 1 else None
        if only is not None and not only.get('endpoints') and not only.get('ports') and (
                _labels(service, only) == (only['metadata'].get('labels') or {})):
            plan.delete.clear()
        else:
            plan.create.append({'endpoints': [], 'ports': []})

    def _delete(self, where: str, item: Object) -> None:
        with _failing_to(f'delete {item["metadata"]["name"]} EndpointSlice for Service {where}'):
            self.client.remove(RESOURCE, item)
        self.written.deleted(where, item)

    # -- what is wanted -----------------------------------------------------------------------------------------

    def _desired(self, where: str, service: Object, family: str,
                 found: list[Object]) -> dict[slices.PortKey, tuple[list[Object], slices.Endpoints]]:
        wanted: dict[slices.PortKey, tuple[list[Object], slices.Endpoints]] = {}
        named = any(not isinstance(p.get('targetPort', 0), int) for p in service['spec'].get('ports') or ())
        known, fresh = self._endpoints.get(where, {}), {}
        spec = {**service['spec'], 'topology': topology_hints.wanted(service)}
        if self._specs.get(where) != spec:
            self._specs[where], known = spec, {}
        same: tuple[slices.PortKey, list[Object]] | None = None
        for pod in found:
            address = None if pods.is_terminal(pod) else services.address(pod, family)
            if address is None or self._is_adrift(service, pod):
                continue
            uid = f'{family} {pod["metadata"]["uid"]}'
            last = known.get(uid)
            if last is not None and last[0] is pod:
                endpoint = last[1]
            else:
                endpoint = pod_to_endpoint(service, pod, address, self._zone(pod))
            fresh[uid] = (pod, endpoint)
            if same is None or named:
                ports = _ports(service, pod)
                same = (slices.port_key(ports), ports)
            group = wanted.get(same[0])
            if group is None:
                group = wanted[same[0]] = (same[1], {})
            group[1][slices.endpoint_key(endpoint)] = endpoint
        self._endpoints[where] = fresh
        return wanted

    def _zone(self, pod: Object) -> str:
        node = self.nodes.objects.get(pod['spec'].get('nodeName', ''))
        return labels(node).get(topology_hints.ZONE, '') if node is not None else ''

    def _is_adrift(self, service: Object, pod: Object) -> bool:
        """Whether a pod's node is gone: it is not listed then, unless whatever there is shall be."""
        node = pod['spec'].get('nodeName')
        return bool(node) and node not in self.nodes.objects and not service['spec'].get('publishNotReadyAddresses')

    def _check_adrift(self, service: Object, found: list[Object]) -> None:
        """Look again, with an event, until such pods are gone too. Raises StatusError."""
        where = key(service)
        problems = [f'skipping Pod {pod["metadata"]["name"]} for Service {where}: Node {pod["spec"]["nodeName"]} '
                    'Not Found' for pod in found if self._is_adrift(service, pod)
                    and any(services.address(pod, family) for family in ('IPv4', 'IPv6')) and not pods.is_terminal(pod)]
        if problems:
            text = aggregate(problems)
            self._tell_failure(service, text)
            raise internal_error(text)

    def _tell_failure(self, service: Object, text: str) -> None:
        self.event(service, 'Warning', 'FailedToUpdateEndpointSlices',
                   f'Error updating Endpoint Slices for Service {key(service)}: {text}')

    def _new(self, service: Object, family: str, item: Object) -> Object:
        return {
            'apiVersion': 'discovery.k8s.io/v1', 'kind': 'EndpointSlice',
            'metadata': {'generateName': f'{service["metadata"]["name"]}-',
                         'namespace': service['metadata']['namespace'], 'labels': _labels(service, item),
                         'annotations': annotated({}, self._moment), 'ownerReferences': [owner_reference(service)]},
            'addressType': family, 'endpoints': item['endpoints'], 'ports': item['ports'],
        }


@contextmanager
def _failing_to(what: str) -> Iterator[None]:
    """finalize: what was meant to be written goes before the error."""
    try:
        yield
    except StatusError as error:
        raise StatusError({**error.status, 'message': f'failed to {what}: {error.message}'}) from None


def pod_to_endpoint(service: Object, pod: Object, address: str, zone: str) -> Object:
    """podToEndpoint."""
    ready, terminating = pods.is_ready(pod), deleting(pod)
    endpoint: Object = {'addresses': [address], 'conditions': {
        'ready': bool(service['spec'].get('publishNotReadyAddresses')) or (ready and not terminating),
        'serving': ready, 'terminating': terminating}}
    hostname = services.hostname_for(pod, service)
    if hostname:
        endpoint['hostname'] = hostname
    endpoint['targetRef'] = services.target_ref(pod)
    if pod['spec'].get('nodeName'):
        endpoint['nodeName'] = pod['spec']['nodeName']
    if zone:
        endpoint['zone'] = zone
    hints = {} if topology_hints.wanted(service) else _hints(service['spec'].get('trafficDistribution'), endpoint)
    if hints:
        endpoint['hints'] = hints
    return endpoint


def _for_hints(node: Object) -> tuple[object, ...]:
    """What hints depend on."""
    return (labels(node), is_true(node, 'Ready'), (node.get('status', {}).get('allocatable') or {}).get('cpu'))


def _hints(distribution: str | None, endpoint: Object) -> Object:
    """trafficdist.ReconcileHints: who is to use a ready endpoint first."""
    if distribution is None or not endpoint['conditions']['ready']:
        return {}
    hints: Object = {}
    if distribution == 'PreferSameNode' and endpoint.get('nodeName'):
        hints['forNodes'] = [{'name': endpoint['nodeName']}]
    if endpoint.get('zone'):
        hints['forZones'] = [{'name': endpoint['zone']}]
    return hints


def _service_of(item: Object) -> tuple[str, ...]:
    meta = item['metadata']
    labels = meta.get('labels') or {}
    if labels.get(services.MANAGED_BY) != CONTROLLER_NAME or services.SERVICE_NAME not in labels:
        return ()
    return (f'{meta["namespace"]}/{labels[services.SERVICE_NAME]}',)


def _labels(service: Object, item: Object) -> dict[str, str]:
    """setEndpointSliceLabels."""
    reserved = (services.SERVICE_NAME, services.MANAGED_BY, services.HEADLESS_LABEL)
    labels = {name: value for name, value in (service['metadata'].get('labels') or {}).items() if name not in reserved}
    labels[services.SERVICE_NAME] = service['metadata']['name']
    labels[services.MANAGED_BY] = CONTROLLER_NAME
    if services.is_headless(service):
        labels[services.HEADLESS_LABEL] = ''
    return labels


def _ports(service: Object, pod: Object) -> list[Object]:
    """getEndpointPorts: a port whose name the pod does not have is left out."""
    found = []
    for port in service['spec'].get('ports') or ():
        number = services.find_port(pod, port)
        if number is None:
            continue
        entry = {'name': port.get('name', ''), 'protocol': port.get('protocol', 'TCP'), 'port': number}
        if port.get('appProtocol'):
            entry['appProtocol'] = port['appProtocol']
        found.append(entry)
    return found
