"""MetalLB: gives Services of type LoadBalancer addresses from IPAddressPools (go.universe.tf/metallb)."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations, deleting, key
from tutor.apimachinery.resources import Resource
from tutor.client.client import Client
from tutor.client.events import EventRecorder
from tutor.client.informer import Informer, Informers
from tutor.client.workqueue import RetryingQueue
from tutor.cluster.simulation import Simulation
from tutor.shell.process import IO, Context

POOLS = Resource('metallb.io', 'v1beta1', 'ipaddresspools', 'ipaddresspool', 'IPAddressPool', True)
ALLOCATED_FROM = 'metallb.io/ip-allocated-from-pool'
WANTED_POOL = ('metallb.io/address-pool', 'metallb.universe.tf/address-pool')
SHARED = ('metallb.io/allow-shared-ip', 'metallb.universe.tf/allow-shared-ip')
WANTED_ADDRESS = ('metallb.io/loadBalancerIPs', 'metallb.universe.tf/loadBalancerIPs')


class BadRequest(ValueError):
    """A Service asks for addresses that are none."""


class AddressController:
    """The controller: writes an address to status.loadBalancer, and takes back what is no longer needed."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        self._client = client
        self._services = informers.of('services')
        self._pools = Informer(simulation, client, POOLS)
        self._events = EventRecorder(simulation, client, 'metallb-controller')
        self._queue = RetryingQueue(simulation, self._reconcile)
        self._running = False
        self._held: dict[str, str] = {}
        """What each Service has been given: their statuses show it a little later."""
        self._services.on_change(self._service_changed)
        self._pools.on_change(lambda old, new: self._all())

    def start(self) -> None:
        """The process runs: pools are read, and Services that wait get their addresses."""
        self._running = True
        self._held = {key(service): _address(service) for service in self._services.list()
                      if ALLOCATED_FROM in annotations(service)}
        self._pools.start()
        self._all()

    def stop(self) -> None:
        self._running = False

    def _all(self) -> None:
        for service in self._services.list():
            self._changed(service)

    def _service_changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None:
            self._changed(new)
        elif old is not None:
            self._held.pop(key(old), None)
        if old is not None and _address(old) and (new is None or not _address(new)):
            self._all()  # its address is free

    def _changed(self, service: Object) -> None:
        if self._running and (_balanced(service) or _address(service)):
            self._queue.add(key(service))

    def _reconcile(self, where: str) -> None:
        """controller.SetBalancer."""
        service = self._services.objects.get(where)
        if not self._running or service is None or deleting(service) or service['spec'].get('loadBalancerClass'):
            return
        held, found = _address(service), None
        if _balanced(service) and self._pools.objects:
            try:
                found = self._kept(service, held) or self._tell(service, self._allocate(service))
            except BadRequest as bad:
                self._events.warning(service, 'LoadBalancerFailed', f'invalid requested loadbalancer IPs: {bad}')
                return
        address, pool = found or ('', '')
        self._held[where] = address
        if held != address or (address and annotations(service).get(ALLOCATED_FROM) != pool):
            self._write(service, address, pool)

    def _kept(self, service: Object, held: str) -> tuple[str, str] | None:
        """convergeBalancer: the address that a Service has and its pool, if they are what it may and wants to have.
        Raises BadRequest."""
        problem, name = self._refusal(service, held) if held else '', self._pool_of(held)
        if problem:
            self._events.normal(service, 'ClearAssignment', f'current IP for "{key(service)}" not allowed by config, '
                                f'will attempt for new IP assignment: {problem}')
        if problem or not held:
            return None
        wanted = _wanted(service)
        if _annotation(service, WANTED_POOL) not in ('', name) or (wanted and wanted != [held]):
            return None
        return held, name

    def _tell(self, service: Object, found: tuple[str, str] | str) -> tuple[str, str] | None:
        if isinstance(found, str):
            self._events.warning(service, 'AllocationFailed', f'Failed to allocate IP for "{key(service)}": {found}')
            return None
        self._events.normal(service, 'IPAllocated', f'Assigned IP ["{found[0]}"]')
        return found

    def _allocate(self, service: Object) -> tuple[str, str] | str:
        """allocateIPs: an address and its pool, or why there is none."""
        try:
            wanted = _wanted(service)
        except BadRequest as bad:
            return str(bad)
        pool = _annotation(service, WANTED_POOL)
        if wanted:
            return self._given(service, wanted, pool)
        if pool and pool not in {item['metadata']['name'] for item in self._pools.list()}:
            return f'unknown pool "{pool}"'
        for item in sorted(self._pools.list(), key=lambda item: item['metadata']['name']):
            if item['metadata']['name'] == pool or (not pool and item['spec'].get('autoAssign', True)):
                free = next((address for address in _addresses(item) if not self._sharing(service, address)), None)
                if free is not None:
                    return free, item['metadata']['name']
        return f'no available IPs in pool {pool} for ipv4 IPFamily' if pool else 'no available IPs'

    def _given(self, service: Object, wanted: list[str], pool: str) -> tuple[str, str] | str:
        """The address that a Service asks for."""
        shown = '[' + ' '.join(f'"{address}"' for address in wanted) + ']'
        if len(wanted) != 1 or ip_address(wanted[0]).version != 4:
            return f'requested loadBalancer IP(s) {shown} does not match the ipFamily of the service'
        problem, name = self._refusal(service, wanted[0]), self._pool_of(wanted[0])
        if problem or pool in ('', name):
            return problem or (wanted[0], name)
        return f'requested loadBalancer IP(s) {shown} is not compatible with requested address pool {pool}'

    def _refusal(self, service: Object, address: str) -> str:
        """Assign: why a Service may not have an address, if it may not."""
        return self._sharing(service, address) if self._pool_of(address) else f'["{address}"] is not allowed in config'

    def _sharing(self, service: Object, address: str) -> str:
        """checkSharing: an address is for one Service, or for several that want to share it and have other ports."""
        others = [other for other in self._services.list()
                  if self._held.get(key(other)) == address and key(other) != key(service)]
        mine = _sharing_key(service)
        if any(not mine[0] or _sharing_key(other) != mine for other in others):
            return f'can\'t change sharing key for "{key(service)}", address also in use by ' \
                   f'{",".join(key(other) for other in others)}'
        taken = {port for other in others for port in _ports(other)}
        return next((f'port {port} is already in use on "{address}"' for port in _ports(service) if port in taken), '')

    def _pool_of(self, address: str) -> str:
        return next((pool['metadata']['name'] for pool in self._pools.list() if address in set(_addresses(pool))), '')

    def _write(self, service: Object, address: str, pool: str) -> None:
        meta = service['metadata']
        ingress = [{'ip': address, 'ipMode': 'VIP'}] if address else []
        try:
            self._client.patch('services', meta['name'], {'metadata': {'annotations': {ALLOCATED_FROM: pool or None}}},
                               meta['namespace'])
            self._client.patch('services', meta['name'], {'status': {'loadBalancer': {'ingress': ingress}}},
                               meta['namespace'], 'status')
        except StatusError as error:
            if error.code not in (404, 409):
                raise


class Speaker:
    """The speakers: one node answers for each address, and says so."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        self._simulation = simulation
        self._events = EventRecorder(simulation, client, 'metallb-speaker')
        self._services = informers.of('services')
        self._nodes: dict[int, str] = {}
        self._announced: dict[str, tuple[str, str]] = {}
        self._services.on_change(lambda old, new: self._changed(new))

    def start(self, ctx: Context, io: IO) -> None:
        self._nodes[id(ctx)] = ctx.host.hostname
        io.stdout.write(f'{{"level":"info","msg":"MetalLB speaker starting version 0.15.2",'
                        f'"ts":"{self._simulation.timestamp()}"}}\n')
        for service in self._services.list():
            self._changed(service)

    def stop(self, ctx: Context) -> None:
        self._nodes.pop(id(ctx))

    def _changed(self, service: Object | None) -> None:
        address = _address(service) if service is not None and _balanced(service) else ''
        if service is None or not address or not self._nodes:
            return
        nodes = sorted(self._nodes.values())
        node = nodes[int(IPv4Address(address)) % len(nodes)]
        if self._announced.get(key(service)) != (address, node):
            self._announced[key(service)] = (address, node)
            self._events.normal(service, 'nodeAssigned', f'announcing from node "{node}" with protocol "layer2"')


def _balanced(service: Object) -> bool:
    spec = service['spec']
    return spec.get('type') == 'LoadBalancer' and not spec.get('loadBalancerClass')


def _address(service: Object) -> str:
    entries = ((service.get('status') or {}).get('loadBalancer') or {}).get('ingress') or ()
    return next((entry['ip'] for entry in entries if entry.get('ip')), '')


def _wanted(service: Object) -> list[str]:
    """getDesiredLbIPs. Raises BadRequest."""
    noted, given = _annotation(service, WANTED_ADDRESS), service['spec'].get('loadBalancerIP') or ''
    if noted and given:
        raise BadRequest(f'service can not have both {WANTED_ADDRESS[0]} and svc.Spec.LoadBalancerIP')
    found = [part.strip() for part in (noted or given).split(',')] if noted or given else []
    try:
        return [str(ip_address(part)) for part in found]
    except ValueError:
        raise BadRequest(f'invalid {WANTED_ADDRESS[0]}: "{noted}"' if noted else
                         f'invalid spec.loadBalancerIP "{given}"') from None


def _sharing_key(service: Object) -> tuple[str, str]:
    """SharingKey and BackendKey."""
    spec, backend = service['spec'], ''
    if spec.get('externalTrafficPolicy') == 'Local':
        backend = ','.join(f'{name}={value}' for name, value in sorted((spec.get('selector') or {}).items()))
    return _annotation(service, SHARED), backend


def _ports(service: Object) -> list[str]:
    return [f'{port.get("protocol", "TCP")}/{port["port"]}' for port in service['spec'].get('ports') or ()]


def _annotation(service: Object, names: tuple[str, ...]) -> str:
    return next((annotations(service)[name] for name in names if name in annotations(service)), '')


def _addresses(pool: Object) -> list[str]:
    """All addresses of a pool, whose ranges are 'first-last' or CIDRs."""
    found: list[str] = []
    for text in pool['spec'].get('addresses') or ():
        first, dash, last = (part.strip() for part in text.partition('-'))
        try:
            if dash:
                start, end = int(IPv4Address(first)), int(IPv4Address(last))
            else:
                network = ip_network(first, strict=False)
                start, end = int(network[0]), int(network[-1])
        except ValueError:
            continue
        found += [str(IPv4Address(number)) for number in range(start, min(end, start + 4096) + 1)]
    if pool['spec'].get('avoidBuggyIPs'):
        return [address for address in found if not address.endswith(('.0', '.255'))]
    return found
