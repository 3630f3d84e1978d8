"""MetalLB: gives Services of type LoadBalancer addresses from IPAddressPools (go.universe.tf/metallb)."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_network

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations, deleting, key
from tutor.apimachinery.resources import Resource
from tutor.client.client import Client
from tutor.client.events import EventRecorder
from tutor.client.informer import Informer, Informers
from tutor.client.workqueue import WorkQueue
from tutor.cluster.simulation import Simulation
from tutor.shell.process import IO, Context

POOLS = Resource('metallb.io', 'v1beta1', 'ipaddresspools', 'ipaddresspool', 'IPAddressPool', True)
ALLOCATED_FROM = 'metallb.io/ip-allocated-from-pool'
WANTED_POOL = ('metallb.io/address-pool', 'metallb.universe.tf/address-pool')
WANTED_ADDRESS = ('metallb.io/loadBalancerIPs', 'metallb.universe.tf/loadBalancerIPs')


class AddressController:
    """The controller: writes an address to status.loadBalancer, and takes back what is no longer needed."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        self._client = client
        self._services = informers.of('services')
        self._pools = Informer(simulation, client, POOLS)
        self._events = EventRecorder(simulation, client, 'metallb-controller')
        self._queue = WorkQueue(simulation, self._reconcile)
        self._running = False
        self._failed: set[str] = set()
        self._services.on_change(self._service_changed)
        self._pools.on_change(lambda old, new: self._all())

    def start(self) -> None:
        """The process runs: pools are read, and Services that wait get their addresses."""
        self._running = True
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
        if old is not None and _address(old) and (new is None or not _address(new)):
            self._all()  # its address is free

    def _changed(self, service: Object) -> None:
        if self._running and (_balanced(service) or _address(service)):
            self._queue.add(key(service))

    def _reconcile(self, where: str) -> None:
        """controller.SetBalancer."""
        service = self._services.objects.get(where)
        if not self._running or service is None or deleting(service):
            return
        held = _address(service)
        if not _balanced(service):
            if held and ALLOCATED_FROM in annotations(service):
                self._write(service, '', '')
            return
        used = {_address(other) for other in self._services.list() if key(other) != where}
        if held and self._pool_of(held):
            return
        found = self._allocate(service, used)
        if isinstance(found, str):
            if where not in self._failed:
                self._failed.add(where)
                self._events.warning(service, 'AllocationFailed', f'Failed to allocate IP for "{where}": {found}')
            return
        self._failed.discard(where)
        address, pool = found
        self._write(service, address, pool)
        self._events.normal(service, 'IPAllocated', f'Assigned IP ["{address}"]')

    def _allocate(self, service: Object, used: set[str]) -> tuple[str, str] | str:
        """An address and its pool, or why there is none."""
        wanted = _annotation(service, WANTED_ADDRESS) or service['spec'].get('loadBalancerIP') or ''
        pool = _annotation(service, WANTED_POOL)
        if wanted:
            name = self._pool_of(wanted)
            if not name:
                return f'["{wanted}"] is not allowed in config'
            if wanted in used:
                return f'can\'t change sharing key for "{key(service)}", address also in use by other services'
            return wanted, name
        if pool and not any(item['metadata']['name'] == pool for item in self._pools.list()):
            return f'unknown pool "{pool}"'
        for item in sorted(self._pools.list(), key=lambda item: item['metadata']['name']):
            if item['metadata']['name'] == pool or (not pool and item['spec'].get('autoAssign', True)):
                free = next((address for address in _addresses(item) if address not in used), None)
                if free is not None:
                    return free, item['metadata']['name']
        return f'no available IPs in pool "{pool}"' if pool else 'no available IPs'

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
    return found
